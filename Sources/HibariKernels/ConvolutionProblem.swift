/// One spatial axis of a convolution. Output place o reads the input at o·stride − padding + k·dilation for tap k;
/// outside the input there are zeros.
package struct ConvolutionAxis: Sendable, Equatable {
    package var input, output, kernel, stride, padding, dilation: Int

    package init(
        input: Int, output: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1
    ) {
        self.input = input
        self.output = output
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
    }

    /// An axis that is not there.
    package static let none = ConvolutionAxis(input: 1, output: 1, kernel: 1)
}

/// A convolution of images `[batch, inputChannels, inputs]` with weights `[outputChannels, inputChannels / groups,
/// kernel]` to `[batch, outputChannels, outputs]`. Group g of outputs reads group g of inputs.
package struct ConvolutionProblem: Sendable, Equatable {
    package var batch, inputChannels, outputChannels, groups: Int
    /// Always three; the last is contiguous in memory. Two-dimensional images leave the middle one out, and
    /// one-dimensional ones the first too.
    package var axes: [ConvolutionAxis]

    /// - Precondition: one to three axes; `groups` divides both numbers of channels.
    package init(
        batch: Int, inputChannels: Int, outputChannels: Int, groups: Int = 1, axes: [ConvolutionAxis]
    ) {
        self.batch = batch
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.groups = groups
        switch axes.count {
        case 1: self.axes = [.none, .none, axes[0]]
        case 2: self.axes = [axes[0], .none, axes[1]]
        default: self.axes = axes
        }
        precondition(self.axes.count == 3, "a convolution over \(axes.count) axes; at most three")
    }

    package var inputPlane: Int { axes.reduce(1) { $0 * $1.input } }
    package var outputPlane: Int { axes.reduce(1) { $0 * $1.output } }
    package var taps: Int { axes.reduce(1) { $0 * $1.kernel } }
    package var groupInputs: Int { inputChannels / groups }
    package var groupOutputs: Int { outputChannels / groups }
    package var weightCount: Int { outputChannels * groupInputs * taps }
    package var inputCount: Int { batch * inputChannels * inputPlane }
    package var outputCount: Int { batch * outputChannels * outputPlane }
}
