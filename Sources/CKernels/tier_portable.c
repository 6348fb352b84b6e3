// The portable tier.
#include "CKernels.h"
#include "tiers.h"

#define LANES 4
#define HAS_FMA 0
#define HAS_F16C 0
#define MASKED_MOVES 0
#define TILE_ROWS 4
#define TILE_COLUMNS 8
#define CONV_ROWS 4
#define CONV_VECTORS 3
#define TIER_NAME "portable"
#define TABLE hibari_table_portable
#include "table.inc"
