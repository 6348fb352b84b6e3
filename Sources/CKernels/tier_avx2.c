// The avx2 tier.
#include "CKernels.h"
#include "tiers.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2,f16c"))), apply_to = function)
#define LANES 8
#define HAS_FMA 1
#define HAS_F16C 1
#define MASKED_MOVES 1
#define TILE_ROWS 6
#define TILE_COLUMNS 16
#define CONV_ROWS 4
#define CONV_VECTORS 3
#define TIER_NAME "avx2"
#define TABLE hibari_table_avx2
#include "table.inc"
#pragma clang attribute pop
#endif
