/// One axis of a correlation: output place q is written at outputStart + q·outputStep and reads the input at
/// inputStart + q·inputStep + shift for each tap.
///
/// The forward pass of a convolution is one correlation. The gradient of its input is one for each remainder that
/// an input place can have modulo the stride, because these meet different taps.
struct CorrelationAxis {
    let count, outputSize, outputStart, outputStep: Int
    let inputSize, inputStep: Int
    /// The first input place that is read; may be negative.
    let first: Int
    /// The taps of the kernel that are used, and how far behind `first` each reads.
    let taps: [(tap: Int, shift: Int)]

    /// y[q] = Σₖ w[k]·x[q·stride − padding + k·dilation].
    init(forward axis: ConvolutionAxis) {
        self.init(
            count: axis.output, outputSize: axis.output, outputStart: 0, outputStep: 1,
            inputSize: axis.input, inputStep: axis.stride, inputStart: -axis.padding,
            taps: (0..<axis.kernel).map { ($0, $0 * axis.dilation) })
    }

    /// dx[i] = Σₖ w[k]·dy[(i + padding − k·dilation) / stride] over the taps for which that is whole, for the
    /// i with (i + padding) mod stride = `remainder`.
    init(backward axis: ConvolutionAxis, remainder: Int) {
        let stride = axis.stride
        let start = ((remainder - axis.padding) % stride + stride) % stride
        let taps = (0..<axis.kernel).filter { $0 * axis.dilation % stride == remainder }
        self.init(
            count: start < axis.input ? (axis.input - 1 - start) / stride + 1 : 0, outputSize: axis.input,
            outputStart: start, outputStep: stride, inputSize: axis.output, inputStep: 1,
            inputStart: (start + axis.padding - remainder) / stride,
            taps: taps.map { ($0, (remainder - $0 * axis.dilation) / stride) })
    }

    private init(
        count: Int, outputSize: Int, outputStart: Int, outputStep: Int, inputSize: Int, inputStep: Int,
        inputStart: Int, taps: [(Int, Int)]
    ) {
        let least = taps.map(\.1).min() ?? 0
        self.count = count
        self.outputSize = outputSize
        self.outputStart = outputStart
        self.outputStep = outputStep
        self.inputSize = inputSize
        self.inputStep = inputStep
        first = inputStart + least
        self.taps = taps.map { ($0.0, $0.1 - least) }
    }

    /// How many input places `count` output places span.
    func extent(of count: Int) -> Int {
        count == 0 ? 0 : (count - 1) * inputStep + (taps.map(\.shift).max() ?? 0) + 1
    }

    var extent: Int { extent(of: count) }

    /// Whether no padding is read.
    var isInside: Bool { first >= 0 && first + extent <= inputSize }
}
