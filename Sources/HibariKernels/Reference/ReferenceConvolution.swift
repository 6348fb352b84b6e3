/// Plain convolutions: every product of an input, a weight and an output place, once.
extension KernelScalar {
    package static func convolve(
        _ problem: ConvolutionProblem, _ x: Input, _ w: Input, bias: Input?, appliesReLU: Bool, _ y: Output
    ) {
        let plane = problem.outputPlane
        for channel in 0..<problem.batch * problem.outputChannels {
            let start = bias?[channel % problem.outputChannels] ?? 0
            (y + channel * plane).update(repeating: start, count: plane)
        }
        forEachProduct(problem) { y[$2] += x[$0] * w[$1] }
        if appliesReLU { map(.relu, problem.outputCount, y, y) }
    }

    package static func convolveInputGradient(
        _ problem: ConvolutionProblem, _ dy: Input, _ w: Input, bias: Input?, _ dx: Output, accumulate: Bool
    ) {
        if !accumulate { dx.update(repeating: 0, count: problem.inputCount) }
        if let bias {
            for index in 0..<problem.inputCount {
                dx[index] += bias[index / problem.inputPlane % problem.inputChannels]
            }
        }
        forEachProduct(problem) { dx[$0] += dy[$2] * w[$1] }
    }

    package static func convolveWeightGradient(
        _ problem: ConvolutionProblem, _ x: Input, _ dy: Input, _ dw: Output, accumulate: Bool
    ) {
        if !accumulate { dw.update(repeating: 0, count: problem.weightCount) }
        forEachProduct(problem) { dw[$1] += x[$0] * dy[$2] }
    }

    /// Calls `body` with the places of an input, a weight and an output that belong together.
    private static func forEachProduct(_ problem: ConvolutionProblem, _ body: (Int, Int, Int) -> Void) {
        let (axes, inputs) = (problem.axes, problem.groupInputs)
        for image in 0..<problem.batch {
            for output in 0..<problem.outputChannels {
                let group = output / problem.groupOutputs
                for channel in 0..<inputs {
                    let source = image * problem.inputChannels + group * inputs + channel
                    let weight = output * inputs + channel
                    let target = image * problem.outputChannels + output
                    forEachPlace(axes[0]) { i0, k0, o0 in
                        forEachPlace(axes[1]) { i1, k1, o1 in
                            forEachPlace(axes[2]) { i2, k2, o2 in
                                body(
                                    ((source * axes[0].input + i0) * axes[1].input + i1) * axes[2].input + i2,
                                    ((weight * axes[0].kernel + k0) * axes[1].kernel + k1) * axes[2].kernel
                                        + k2,
                                    ((target * axes[0].output + o0) * axes[1].output + o1) * axes[2].output
                                        + o2)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Calls `body` with input, tap and output along one axis, where the input is not padding.
    private static func forEachPlace(_ axis: ConvolutionAxis, _ body: (Int, Int, Int) -> Void) {
        for output in 0..<axis.output {
            for tap in 0..<axis.kernel {
                let input = output * axis.stride - axis.padding + tap * axis.dilation
                if (0..<axis.input).contains(input) { body(input, tap, output) }
            }
        }
    }

    package static func sumChannels(
        batch: Int, channels: Int, plane: Int, _ x: Input, _ y: Output, accumulate: Bool
    ) {
        if !accumulate { y.update(repeating: 0, count: channels) }
        for index in 0..<batch * channels { y[index % channels] += sum(plane, x + index * plane) }
    }
}
