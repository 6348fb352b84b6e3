// The tables of the instruction sets compiled in.
#pragma once
#include "CKernels.h"

extern const hibari_kernel_table hibari_table_portable;
#if defined(__x86_64__)
extern const hibari_kernel_table hibari_table_avx2;
extern const hibari_kernel_table hibari_table_avx512;
#endif
