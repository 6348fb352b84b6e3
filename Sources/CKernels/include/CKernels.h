// SIMD inner loops, compiled once per instruction set and chosen at run time.
//
// Nothing here starts a thread, allocates, or keeps state: every function works on the pointers and sizes it
// is given. Sizes are counts of floats unless a name says otherwise. Outputs may alias inputs only where a
// comment says so.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// y[i] = f(x[i]). `y` may be `x`.
typedef void (*hibari_map1)(size_t n, const float *x, float *y);
/// z[i] = f(x[i], y[i]). `z` may be `x` or `y`.
typedef void (*hibari_map2)(size_t n, const float *x, const float *y, float *z);

/// The numbers of one step of an optimizer; what a rule does not use is ignored.
typedef struct hibari_update {
    /// Multiplies the gradient first (clipping).
    float gradient_scale;
    float learning_rate;
    /// What is left of the parameter before the step: 1 − lr · λ of decoupled weight decay.
    float keep;
    /// λ of weight decay that is added to the gradient, λ · parameter.
    float penalty;
    float beta1, beta2, epsilon;
    /// 1 − β₁ and 1 − β₂, not from rounded β: 1 − 0.999 would lose five digits.
    float rest1, rest2;
    /// 1 − β₁ᵗ and √(1 − β₂ᵗ).
    float correction1, root_correction2;
    int nesterov;
    /// How much of the gradient and of its average NAdam takes.
    float gradient_share, average_share;
} hibari_update;

/// One step on n parameters. `first` and `second` are the optimizer's state: averages of steps or gradients,
/// and of squares; NULL where a rule keeps none, or none that outlives the step.
typedef void (*hibari_update_kernel)(size_t n, const hibari_update *update, float *parameter,
                                     const float *gradient, float *first, float *second);

/// One vector of output places of a convolution: those in `lanes` (bit i: lane i) are written.
typedef struct hibari_places {
    /// Where the input of lane 0 begins; the next lanes follow, whether they are places or not.
    int32_t input;
    /// Where the first lane that is a place goes; the others follow `step` apart.
    int32_t output;
    uint32_t lanes;
} hibari_places;

/// What a rectifier after a norm passes: everything (there is none), or where its input is positive, as its
/// output or the input of the norm tells.
typedef enum hibari_relu { HIBARI_RELU_NONE, HIBARI_RELU_INPUT, HIBARI_RELU_OUTPUT } hibari_relu;

/// One step of a recurrent layer on some rows and some neighboring units of it. Rows of states are `hidden`
/// apart; rows of gates are gates · `hidden` apart and hold one gate after the other, `hidden` units each.
/// Pointers lie at the first row and unit. What a cell does not use is ignored.
typedef struct hibari_recurrent_step {
    size_t rows, units, hidden;
    /// Forward: the products of the previous state with the weights of each gate, `tile_columns` wide; gate
    /// after gate.
    const float *sums;
    /// Forward: the input's share of the gates, replaced by the gates (left as it is by the plain cells).
    /// Backward: the gates, replaced by the gradients of what goes into them.
    float *gates;
    /// GRU: the recurrent bias of the new state; NULL for none.
    const float *new_bias;
    /// The state before the step that enters other than through the products: h of the GRU, c of the LSTM.
    const float *before;
    /// LSTM: c after the step. GRU: the recurrent sum of the new state, which the backward pass replaces by its
    /// gradient.
    float *extra;
    /// The state h after the step; written by the forward pass.
    float *state;
    /// Backward: the gradient of the output, and in place the gradients of h and c: of those after the step,
    /// replaced by those before it, without what comes through the products.
    const float *gradient;
    float *carry, *cell_carry;
} hibari_recurrent_step;

/// y = the float32 numbers of `blocks` blocks of weights; see blocks.inc.
typedef void (*hibari_read_blocks)(size_t blocks, const uint8_t *w, float *y);
/// y[m, o] = Σₖ x[m, k] · w[o, k] for rows of w that are `blocks` blocks, with the bits of `linear_fixed_order` for
/// the numbers that they hold.
typedef void (*hibari_linear_blocks)(size_t rows, size_t outputs, size_t blocks, const float *x,
                                     size_t x_stride, const uint8_t *w, float *y, size_t y_stride);

typedef void (*hibari_recurrent_kernel)(const hibari_recurrent_step *step);

/// The kernels of one instruction set.
typedef struct __attribute__((swift_attr("@Sendable"))) hibari_kernel_table {
    const char *name;

    // MARK: GEMM. Tiles are `tile_rows` × `tile_columns`; see gemm.inc for the packed layouts.
    size_t tile_rows;
    size_t tile_columns;
    /// Packs `rows` × `depth` of A (element (i, k) at a[i * row_stride + k * depth_stride], one stride being
    /// 1) into panels of `tile_rows` rows, zero padded.
    void (*pack_rows)(size_t rows, size_t depth, const float *a, size_t row_stride, size_t depth_stride,
                      float *packed);
    /// Packs `depth` × `columns` of B (element (k, j) at b[k * depth_stride + j * column_stride], one stride
    /// being 1) into panels of `tile_columns` columns, zero padded.
    void (*pack_columns)(size_t columns, size_t depth, const float *b, size_t column_stride,
                         size_t depth_stride, float *packed);
    /// c[i, j] = c[j, i] for the elements above the diagonal in rows `first` ≤ i < `last` of an n × n matrix.
    void (*mirror_lower)(size_t n, size_t first, size_t last, float *c);
    /// C[0..rows, 0..columns] = (accumulate ? C : 0) + A·B for a packed B whose panels begin `panel_stride`
    /// apart. Rows of A begin `a_stride` apart and are contiguous along the depth, and `rows` is then a
    /// multiple of `tile_rows`; or `a_stride` is 0 and A is packed.
    void (*gemm_block)(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride,
                       const float *b, size_t panel_stride, float *c, size_t c_stride, int accumulate);
    /// C (+)= A·B for any number of rows and one packed panel of B; C has rows of `tile_columns`.
    void (*multiply_panel_rows)(size_t rows, size_t depth, const float *a, size_t a_stride, const float *panel,
                                float *c, int accumulate);
    /// Multiplies and adds `depth` × `tile_rows` × `tile_columns` times in registers alone; a measure of the
    /// peak.
    float (*fma_peak)(size_t depth, float x, float y);
    /// y[m, o] = Σₖ x[m, k] · w[o, k] in an order that depends on `depth` alone, never on `rows` or
    /// `outputs`.
    void (*linear_fixed_order)(size_t rows, size_t outputs, size_t depth, const float *x, size_t x_stride,
                               const float *w, size_t w_stride, float *y, size_t y_stride);
    /// y[m, o] = Σₖ x[m, k] · w[k, o], k ascending: the fixed order for weights stored [in, out].
    void (*linear_fixed_order_transposed)(size_t rows, size_t outputs, size_t depth, const float *x,
                                          size_t x_stride, const float *w, size_t w_stride, float *y,
                                          size_t y_stride);

    // MARK: Elementwise
    hibari_map1 exp, log, tanh, sigmoid, relu, gelu_tanh, gelu_erf, silu, softplus, abs;
    /// z = gradient · f′(x): first the input of the forward pass, then the gradient of its output.
    hibari_map2 relu_backward, gelu_tanh_backward, gelu_erf_backward, silu_backward, softplus_backward,
        abs_backward;
    hibari_map2 add, subtract, multiply, divide;
    /// Functions with numbers of their own, and z = gradient · f′(x). Outputs may be inputs.
    void (*leaky_relu)(size_t n, float slope, const float *x, float *y);
    void (*leaky_relu_backward)(size_t n, float slope, const float *x, const float *gradient, float *z);
    void (*elu)(size_t n, float alpha, const float *x, float *y);
    void (*elu_backward)(size_t n, float alpha, const float *x, const float *gradient, float *z);
    void (*clamp)(size_t n, float lower, float upper, const float *x, float *y);
    void (*clamp_backward)(size_t n, float lower, float upper, const float *x, const float *gradient,
                           float *z);
    /// y += scale · x.
    void (*add_scaled)(size_t n, float scale, const float *x, float *y);
    /// z = alpha · x + beta · y. `z` may be `x` or `y`.
    void (*blend)(size_t n, float alpha, const float *x, float beta, const float *y, float *z);
    /// y = scale · x + shift. `y` may be `x`.
    void (*scale_shift)(size_t n, float scale, float shift, const float *x, float *y);
    /// y = silu(gate) · up.
    void (*swiglu)(size_t n, const float *gate, const float *up, float *y);
    /// Gradients of `swiglu`.
    void (*swiglu_backward)(size_t n, const float *gate, const float *up, const float *gradient,
                            float *gate_gradient, float *up_gradient);
    /// y[i] = keep(i) ? x[i] · scale : 0, where keep(i) is bit 32·i of the Philox stream (key, stream) ≥
    /// threshold.
    void (*dropout)(size_t n, uint64_t first, uint64_t key, uint64_t stream, uint32_t threshold, float scale,
                    const float *x, float *y);

    // MARK: Reductions. Lane-wise partial sums, added in a fixed order.
    float (*sum)(size_t n, const float *x);
    float (*dot)(size_t n, const float *x, const float *y);
    float (*max)(size_t n, const float *x);
    /// Σ x², accumulated in double.
    double (*sum_of_squares)(size_t n, const float *x);

    // MARK: Rows
    /// y = softmax(scale · x); returns log Σ exp(scale · x). `y` may be `x`.
    float (*softmax_row)(size_t n, float scale, const float *x, float *y);
    /// Returns log Σ exp(x).
    float (*log_sum_exp)(size_t n, const float *x);
    /// y = exp(scale · x − shift), for exponents up to 88; beyond, infinity. `y` may be `x`.
    void (*exp_scaled_shifted)(size_t n, float scale, float shift, const float *x, float *y);
    /// The backward pass of attention: from scores s and the gradients dp of their weights, in place,
    /// p = exp(scale · s − shift) and ds = scale · p · (dp − delta).
    void (*attention_backward_row)(size_t n, float scale, float shift, float delta, float *s_to_p,
                                   float *dp_to_ds);
    /// LayerNorm of one row; `bias` may be NULL. Stores mean and 1/σ.
    void (*layer_norm_row)(size_t n, float epsilon, const float *x, const float *weight, const float *bias,
                           float *y, float *mean, float *inverse_deviation);
    /// Gradient of `layer_norm_row`: replaces `dx`, or adds to it (`accumulate`); adds to the weight and bias
    /// gradients. `bias_gradient` may be NULL.
    void (*layer_norm_backward_row)(size_t n, const float *x, const float *weight, float mean,
                                    float inverse_deviation, const float *gradient, float *dx, int accumulate,
                                    float *weight_gradient, float *bias_gradient);
    void (*rms_norm_row)(size_t n, float epsilon, const float *x, const float *weight, float *y,
                         float *inverse_rms);
    /// Gradient of `rms_norm_row` in the same way; without `accumulate`, `dx` may be `gradient`.
    void (*rms_norm_backward_row)(size_t n, const float *x, const float *weight, float inverse_rms,
                                  const float *gradient, float *dx, int accumulate, float *weight_gradient);
    /// Rotates the pairs (x[i], x[i + half]) by the angle whose cosine and sine are given; `direction` is 1
    /// or −1. `y` may be `x`.
    void (*rotate_row)(size_t half, float direction, const float *x, const float *cosine, const float *sine,
                       float *y);

    // MARK: Convolution; see convolution.inc.
    /// Output channels in a panel of packed weights: panel[k * correlate_rows + i].
    size_t correlate_rows;
    /// Floats of a vector.
    size_t lanes;
    /// y[i, place] (+)= Σₖ weights[i, k] · input[place + taps[k]] (+ bias[i]), its positive part if `relu`, for
    /// `channels` channels `plane` floats apart and `count` vectors of places. Panels of weights are zero padded.
    /// `bias` may be NULL. Each sum is one chain over ascending k.
    void (*correlate)(size_t channels, size_t depth, const float *weights, const int32_t *taps,
                      const float *input, size_t count, const hibari_places *places, const float *bias,
                      int relu, float *y, size_t plane, size_t step, int accumulate);
    /// dw[i, k] += Σ over places of dy[i, place] · x[place + taps[k]]. `output` of the places is an offset into
    /// dy here, of which all lanes count.
    void (*correlate_weights)(size_t channels, size_t depth, const int32_t *taps, const float *x,
                              const float *dy, size_t dy_channel, size_t count, const hibari_places *places,
                              float *dw, size_t dw_stride);
    /// Writes planes of `above` rows of zeros, `rows` rows of the input, and `below` rows of zeros. A row is `left`
    /// zeros, `count` numbers that are `step` apart in the input, and zeros up to `width`. `lanes` floats behind
    /// the last plane may be overwritten.
    void (*copy_padded)(size_t planes, size_t above, size_t rows, size_t below, size_t left, size_t count,
                        size_t width, const float *x, size_t x_plane, size_t x_row, size_t step, float *y,
                        size_t y_plane, size_t y_row);
    /// The places of one plane as vectors side by side, zeros in the lanes that are none. `lanes` floats behind the
    /// last vector may be overwritten.
    void (*gather_places)(size_t count, const hibari_places *places, const float *x, float *y);

    // MARK: Planes of images
    /// Mean and Σ (x − mean)².
    void (*moments)(size_t n, const float *x, float *mean, float *deviations);
    /// y = scale · x + shift (+ residual, if not NULL), its positive part if `relu`. `y` may be `x`.
    void (*normalize_plane)(size_t n, float scale, float shift, const float *x, const float *residual,
                            int relu, float *y);
    /// Σ g and Σ g · (x − mean), where g is dy behind the rectifier. `y` is read for HIBARI_RELU_OUTPUT.
    void (*normalize_sums)(size_t n, hibari_relu relu, float scale, float shift, float mean, const float *x,
                           const float *y, const float *dy, float *sum_g, float *sum_gx);
    /// dx (+)= c[0] · g + c[1] · (x − c[3]) + c[2], and residual (+)= g if `residual` is not NULL, which goes with
    /// HIBARI_RELU_NONE and HIBARI_RELU_OUTPUT.
    void (*normalize_gradient)(size_t n, hibari_relu relu, float scale, float shift, const float *c,
                               const float *x, const float *y, const float *dy, float *dx, int accumulate,
                               float *residual, int accumulate_residual);
    /// The largest of `height` × `width` numbers for each of n windows `stride` apart, and where it is, counted
    /// from `place` at x[0]. The first of equals; NaN counts as largest.
    void (*max_pool_row)(size_t n, size_t height, size_t width, size_t stride, const float *x, size_t x_row,
                         int32_t place, float *y, int32_t *index);
    /// scale · Σ of the numbers of each window.
    void (*sum_pool_row)(size_t n, size_t height, size_t width, size_t stride, float scale, const float *x,
                         size_t x_row, float *y);
    /// Adds scale · dy to each number of each window.
    void (*spread_row)(size_t n, size_t height, size_t width, size_t stride, float scale, const float *dy,
                       float *dx, size_t dx_row);
    /// y[j] = (1 − weights[j]) · x[low[j]] + weights[j] · x[high[j]].
    void (*resample_row)(size_t n, const int32_t *low, const int32_t *high, const float *weights,
                         const float *x, float *y);
    /// Adds the gradient of `resample_row` to dx.
    void (*resample_row_backward)(size_t n, const int32_t *low, const int32_t *high, const float *weights,
                                  const float *dy, float *dx);

    // MARK: Recurrent cells
    hibari_recurrent_kernel rnn_tanh, rnn_relu, gru, lstm;
    hibari_recurrent_kernel rnn_tanh_backward, rnn_relu_backward, gru_backward, lstm_backward;

    // MARK: Optimizers
    hibari_update_kernel adam, sgd, lion, rmsprop, adagrad, adadelta, adamax, nadam;

    // MARK: Weights in blocks
    hibari_read_blocks read_q8_0, read_q4_0, read_q4_1, read_q5_0, read_q5_1;
    hibari_linear_blocks linear_q8_0, linear_q4_0, linear_q4_1, linear_q5_0, linear_q5_1;
} hibari_kernel_table;

/// The number of instruction sets compiled in, from the most portable to the widest.
size_t hibari_tier_count(void);
/// The kernels of tier `index`.
const hibari_kernel_table *hibari_tier(size_t index);
/// Whether this CPU (and operating system) runs tier `index`.
int hibari_tier_is_supported(size_t index);

#ifdef __cplusplus
}
#endif
