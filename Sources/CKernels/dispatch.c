// Which instruction sets this CPU runs.
#include "tiers.h"

static const hibari_kernel_table *const tiers[] = {
    &hibari_table_portable,
#if defined(__x86_64__)
    &hibari_table_avx2,
    &hibari_table_avx512,
#endif
};

size_t hibari_tier_count(void) { return sizeof(tiers) / sizeof(tiers[0]); }

const hibari_kernel_table *hibari_tier(size_t index) {
    return index < hibari_tier_count() ? tiers[index] : NULL;
}

int hibari_tier_is_supported(size_t index) {
    switch (index) {
    case 0:
        return 1;
#if defined(__x86_64__)
    case 1:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("f16c");
    case 2:
        return hibari_tier_is_supported(1) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
#endif
    default:
        return 0;
    }
}
