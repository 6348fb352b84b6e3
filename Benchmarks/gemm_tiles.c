// One thread of Hibari's packed matrix product against one thread of OpenBLAS, in turn, at the shapes of small
// Transformers.
//
//   clang -O2 -I Sources/CKernels/include Benchmarks/gemm_tiles.c Sources/CKernels/*.c -lopenblas -lm -o gemm_tiles
//   ./gemm_tiles
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "CKernels.h"

enum { BLOCK_DEPTH = 256, ROUNDS = 7, BUFFER = 64 << 20 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

typedef struct {
    size_t rows, depth, columns;
    int transposes_a, transposes_b;
} product;

static float *packed_a, *packed_b;

static void native(const hibari_kernel_table *t, product p, const float *a, const float *b, float *c) {
    size_t row_a = p.transposes_a ? 1 : p.depth, depth_a = p.transposes_a ? p.rows : 1;
    size_t column_b = p.transposes_b ? p.depth : 1, depth_b = p.transposes_b ? 1 : p.columns;
    size_t block_rows = 12 * t->tile_rows;
    for (size_t k = 0; k < p.depth; k += BLOCK_DEPTH) {
        size_t depth = p.depth - k < BLOCK_DEPTH ? p.depth - k : BLOCK_DEPTH;
        t->pack_columns(p.columns, depth, b + k * depth_b, column_b, depth_b, packed_b);
        for (size_t i = 0; i < p.rows; i += block_rows) {
            size_t rows = p.rows - i < block_rows ? p.rows - i : block_rows;
            t->pack_rows(rows, depth, a + k * depth_a + i * row_a, row_a, depth_a, packed_a);
            for (size_t j = 0; j < p.columns; j += t->tile_columns)
                for (size_t r = 0; r < rows; r += t->tile_rows) {
                    size_t tall = rows - r < t->tile_rows ? rows - r : t->tile_rows;
                    size_t wide = p.columns - j < t->tile_columns ? p.columns - j : t->tile_columns;
                    t->gemm_tile(depth, packed_a + r * depth, packed_b + j * depth, c + (i + r) * p.columns + j,
                                 p.columns, tall, wide, k > 0);
                }
        }
    }
}

static void openblas(product p, const float *a, const float *b, float *c) {
    cblas_sgemm(CblasRowMajor, p.transposes_a ? CblasTrans : CblasNoTrans,
                p.transposes_b ? CblasTrans : CblasNoTrans, (int)p.rows, (int)p.columns, (int)p.depth, 1, a,
                (int)(p.transposes_a ? p.rows : p.depth), b, (int)(p.transposes_b ? p.depth : p.columns), 0, c,
                (int)p.columns);
}

static int ascending(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

int main(void) {
    static const product shapes[] = {
        {768, 128, 384, 0, 1},   {768, 128, 384, 0, 0},   {128, 768, 384, 1, 0}, {768, 512, 128, 0, 1},
        {4096, 384, 1152, 0, 1}, {4096, 1536, 384, 0, 1}, {384, 4096, 384, 1, 0}, {2048, 512, 2048, 0, 1},
        {64, 32, 64, 0, 1},      {1024, 768, 3072, 0, 1}, {2048, 2048, 2048, 0, 0},
    };
    openblas_set_num_threads(1);
    size_t best = hibari_tier_count() - 1;
    while (!hibari_tier_is_supported(best)) best--;
    const hibari_kernel_table *table = hibari_tier(best);
    printf("%s; %s kernels\n", openblas_get_config(), table->name);
    printf("| M×K×N | layout | OpenBLAS | Hibari | ratio |\n|---|---|---|---|---|\n");
    float *a = aligned_alloc(64, BUFFER), *b = aligned_alloc(64, BUFFER);
    float *c = aligned_alloc(64, BUFFER), *d = aligned_alloc(64, BUFFER);
    packed_a = aligned_alloc(64, BUFFER);
    packed_b = aligned_alloc(64, BUFFER);
    for (size_t i = 0; i < BUFFER / sizeof(float); i++) {
        a[i] = rand() / (float)RAND_MAX - 0.5f;
        b[i] = rand() / (float)RAND_MAX - 0.5f;
    }
    for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
        product p = shapes[s];
        double work = 2.0 * p.rows * p.columns * p.depth, theirs[ROUNDS], ours[ROUNDS], ratios[ROUNDS];
        int repeats = (int)(2e9 / work) + 1;
        for (int round = 0; round < ROUNDS; round++) {
            double start = now();
            for (int i = 0; i < repeats; i++) openblas(p, a, b, c);
            double middle = now();
            for (int i = 0; i < repeats; i++) native(table, p, a, b, d);
            double end = now();
            theirs[round] = work * repeats / (middle - start) / 1e9;
            ours[round] = work * repeats / (end - middle) / 1e9;
            ratios[round] = ours[round] / theirs[round];
        }
        for (size_t i = 0; i < p.rows * p.columns; i++)
            if (fabsf(c[i] - d[i]) > 1e-4f * (float)sqrt((double)p.depth)) return 1;
        qsort(theirs, ROUNDS, sizeof(double), ascending);
        qsort(ours, ROUNDS, sizeof(double), ascending);
        qsort(ratios, ROUNDS, sizeof(double), ascending);
        printf("| %zu×%zu×%zu | %s%s | %.0f | %.0f | %.2f |\n", p.rows, p.depth, p.columns,
               p.transposes_a ? "Aᵀ" : "A", p.transposes_b ? "Bᵀ" : "B", theirs[ROUNDS / 2], ours[ROUNDS / 2],
               ratios[ROUNDS / 2]);
    }
    return 0;
}
