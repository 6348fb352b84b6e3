import Glibc

/// A floating-point type with a full set of kernels.
///
/// Each requirement has a plain generic implementation (`Reference/`), which is what `Double` uses: the true
/// path of gradient checks. `Float` replaces them with threaded SIMD versions (`Fast…`), which tests compare
/// with the plain ones. Buffers are contiguous and row-major; outputs must not overlap inputs unless a
/// comment allows it.
package protocol KernelScalar: BinaryFloatingPoint, Sendable {
    typealias Input = UnsafePointer<Self>
    typealias Output = UnsafeMutablePointer<Self>

    static func exponential(_ x: Self) -> Self
    static func logarithm(_ x: Self) -> Self
    static func hyperbolicTangent(_ x: Self) -> Self
    static func errorFunction(_ x: Self) -> Self

    // Matrices
    static func gemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Self>)
    static func linearFixedOrder(_ problem: GemmProblem, _ x: Input, _ w: Input, _ y: Output)
    static func orthogonalize(rows: Int, columns: Int, _ x: Input, _ y: Output)

    // Elementwise
    static func map(_ function: UnaryFunction, _ count: Int, _ x: Input, _ y: Output)
    static func mapBackward(_ function: UnaryFunction, _ count: Int, _ x: Input, _ dy: Input, _ dx: Output)
    static func map(_ function: ShapedFunction, _ count: Int, _ x: Input, _ y: Output)
    static func mapBackward(_ function: ShapedFunction, _ count: Int, _ x: Input, _ dy: Input, _ dx: Output)
    static func combine(_ function: BinaryFunction, _ count: Int, _ x: Input, _ y: Input, _ z: Output)
    static func combineScalar(_ function: BinaryFunction, _ count: Int, _ x: Input, _ y: Self, _ z: Output)
    static func addScaled(_ count: Int, _ scale: Self, _ x: Input, _ y: Output)
    static func blend(_ count: Int, _ alpha: Self, _ x: Input, _ beta: Self, _ y: Input, _ z: Output)
    static func scale(_ count: Int, _ factor: Self, _ x: Input, _ y: Output)
    static func swiGLU(rows: Int, width: Int, _ gateUp: Input, _ y: Output)
    static func swiGLUBackward(rows: Int, width: Int, _ gateUp: Input, _ dy: Input, _ dGateUp: Output)
    static func dropout(_ count: Int, _ mask: DropoutMask, _ x: Input, _ y: Output)

    // Reductions
    static func sum(_ count: Int, _ x: Input) -> Self
    static func dot(_ count: Int, _ x: Input, _ y: Input) -> Self
    static func sumOfSquares(_ count: Int, _ x: Input) -> Double
    static func sumRows(rows: Int, columns: Int, _ x: Input, _ y: Output, accumulate: Bool)

    // Rows
    static func softmax(rows: Int, columns: Int, _ x: Input, _ y: Output)
    static func logSumExp(rows: Int, columns: Int, _ x: Input, _ y: Output)
    static func normalize(
        _ norm: NormProblem, _ x: Input, _ residual: NormResidual<Self>?, weight: Input, bias: Input?,
        _ y: Output, _ statistics: Output)
    static func normalizeBackward(
        _ norm: NormProblem, _ x: Input, weight: Input, _ statistics: Input, _ dy: Input, _ dx: Output,
        accumulate: Bool, dWeight: Output, dBias: Output?)
    static func normalizeHeads(
        _ norm: HeadNormProblem, _ x: Input, queryWeight: Input, keyWeight: Input,
        _ rotation: HeadRotation<Self>?, _ y: Output, _ inverseRMS: Output)
    static func normalizeHeadsBackward(
        _ norm: HeadNormProblem, _ x: Input, queryWeight: Input, keyWeight: Input,
        _ rotation: HeadRotation<Self>?, _ inverseRMS: Input, _ dy: Input, _ dx: Output, dQueryWeight: Output,
        dKeyWeight: Output)
    static func rotate(
        _ problem: RotaryProblem, _ x: Input, cosine: Input, sine: Input, _ y: Output, inverse: Bool)

    // Attention and losses
    /// Problems on rows of the same buffers, which do not overlap; in the backward pass the same.
    static func attention(_ problems: [AttentionProblem], _ qkv: Input, _ y: Output, _ logSumExp: Output)
    static func attentionBackward(
        _ problems: [AttentionProblem], _ qkv: Input, _ y: Input, _ logSumExp: Input, _ dy: Input,
        _ dQKV: Output)
    static func cachedAttention(
        _ problem: CachedAttentionProblem, _ queries: Input, keys: Input, values: Input, _ y: Output)
    static func crossEntropy(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>,
        classWeights: Input?, _ losses: Output, _ logSumExp: Output)
    /// `dLogits` may be `logits`.
    static func crossEntropyBackward(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>,
        classWeights: Input?, _ logSumExp: Input, scale: Self, _ dLogits: Output)

    // Recurrent layers
    static func recurrent(_ problem: RecurrentProblem, _ buffers: RecurrentBuffers<Self>)
    /// - Parameters:
    ///   - dStates: `[T, B, H]`.
    ///   - carry: `[B, H]`, the gradient of the last state; replaced by that of the initial one.
    ///   - cellCarry: the same for the LSTM's c.
    static func recurrentBackward(
        _ problem: RecurrentProblem, _ buffers: RecurrentBuffers<Self>, _ dStates: Input, carry: Output,
        cellCarry: Output?)

    // Convolution; `dw` has the layout of the weights
    static func convolve(
        _ problem: ConvolutionProblem, _ x: Input, _ w: Input, bias: Input?, appliesReLU: Bool, _ y: Output)
    /// dx, or the output of a transposed convolution, which may have a `bias`.
    static func convolveInputGradient(
        _ problem: ConvolutionProblem, _ dy: Input, _ w: Input, bias: Input?, _ dx: Output, accumulate: Bool)
    static func convolveWeightGradient(
        _ problem: ConvolutionProblem, _ x: Input, _ dy: Input, _ dw: Output, accumulate: Bool)
    /// y[c] (+)= Σ x over images and places, x `[batch, channels, plane]`.
    static func sumChannels(
        batch: Int, channels: Int, plane: Int, _ x: Input, _ y: Output, accumulate: Bool)

    // Planes of images
    static func poolMaxima(
        _ problem: PoolingProblem, _ x: Input, _ y: Output, _ places: UnsafeMutablePointer<Int32>)
    static func poolMaximaBackward(
        _ problem: PoolingProblem, _ places: UnsafePointer<Int32>, _ dy: Input, _ dx: Output,
        accumulate: Bool)
    static func poolMeans(_ problem: PoolingProblem, _ x: Input, _ y: Output)
    static func poolMeansBackward(_ problem: PoolingProblem, _ dy: Input, _ dx: Output, accumulate: Bool)
    static func normalizeImages(
        _ problem: ImageNormProblem, _ x: Input, weight: Input, bias: Input, residual: Input?, _ y: Output,
        mean: Output, variance: Output)
    /// `y` is read only if there is a rectifier behind a residual.
    static func normalizeImagesBackward(
        _ problem: ImageNormProblem, _ x: Input, weight: Input, bias: Input, _ y: Input, mean: Input,
        variance: Input, _ dy: Input, _ gradients: ImageNormGradients<Self>)
    static func resample(_ problem: ResamplingProblem, _ x: Input, _ y: Output)
    static func resampleBackward(_ problem: ResamplingProblem, _ dy: Input, _ dx: Output, accumulate: Bool)

    // Optimizers; on the calling thread, which has a piece of all parameters
    static func update(
        _ rule: UpdateRule, _ count: Int, _ step: UpdateStep, _ parameter: Output, _ gradient: Input,
        first: Output?, second: Output?)
}

extension Double: KernelScalar {
    package static func exponential(_ x: Double) -> Double { Glibc.exp(x) }
    package static func logarithm(_ x: Double) -> Double { Glibc.log(x) }
    package static func hyperbolicTangent(_ x: Double) -> Double { Glibc.tanh(x) }
    package static func errorFunction(_ x: Double) -> Double { Glibc.erf(x) }
}
