// The avx512 tier.
#include "CKernels.h"
#include "tiers.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(                                                                                \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2,f16c"))), apply_to = function)
#define LANES 16
#define HAS_FMA 1
#define HAS_F16C 1
#define MASKED_MOVES 1
#define TILE_ROWS 12
#define TILE_COLUMNS 32
#define CONV_ROWS 8
#define CONV_VECTORS 3
#define TIER_NAME "avx512"
#define TABLE hibari_table_avx512
#include "table.inc"
#pragma clang attribute pop
#endif
