import HibariKernels

extension FastChecks {
    static func images() {
        for problem in convolutions { convolution(problem) }
        for plane in [1, 7, 16, 33, 1000] { imageNorms(plane) }
        for problem in poolings { pooling(problem) }
        for (batch, channels, plane) in [(0, 3, 5), (1, 1, 1), (3, 5, 7), (4, 9, 1030)] {
            for accumulate in [false, true] {
                compare("sumChannels", [sample(batch * channels * plane)], [sample(channels)]) {
                    Float.sumChannels(
                        batch: batch, channels: channels, plane: plane, $0[0], $1[0], accumulate: accumulate)
                } reference: {
                    Double.sumChannels(
                        batch: batch, channels: channels, plane: plane, $0[0], $1[0], accumulate: accumulate)
                }
            }
        }
    }

    /// Widths around the vectors, every remainder of channels in a tile, several bands and ranges of the batch, places
    /// that nothing reads, and kernels that step over gaps.
    private static var convolutions: [ConvolutionProblem] {
        func problem(
            _ batch: Int, _ inputs: Int, _ outputs: Int, groups: Int = 1, size: [Int], kernel: [Int],
            stride: Int = 1, padding: Int = 0, dilation: Int = 1
        ) -> ConvolutionProblem {
            ConvolutionProblem(
                batch: batch, inputChannels: inputs, outputChannels: outputs, groups: groups,
                axes: zip(size, kernel).map { size, kernel in
                    ConvolutionAxis(
                        input: size,
                        output: (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1,
                        kernel: kernel, stride: stride, padding: padding, dilation: dilation)
                })
        }
        var problems: [ConvolutionProblem] = []
        for width in [1, 5, 7, 8, 9, 15, 16, 17, 24, 26, 33, 48] {
            problems.append(problem(2, 2, 5, size: [3, width], kernel: [3, 3], padding: 1))
            problems.append(problem(1, 3, 2, size: [2, width], kernel: [1, 1]))
            problems.append(problem(2, 1, 3, size: [5, width], kernel: [3, 3], stride: 2, padding: 1))
        }
        for outputs in 1...9 {
            problems.append(problem(2, 3, outputs, size: [5, 8], kernel: [3, 3], padding: 1))
        }
        return problems + [
            problem(3, 2, 3, size: [40], kernel: [5], stride: 3, padding: 2),
            problem(2, 2, 3, size: [23], kernel: [4], padding: 6, dilation: 4),
            problem(2, 2, 3, size: [9, 20], kernel: [1, 1], stride: 3),
            problem(2, 2, 3, size: [9, 20], kernel: [2, 2], stride: 4),
            problem(1, 2, 3, size: [12, 13], kernel: [3, 2], stride: 2, padding: 3, dilation: 3),
            problem(2, 6, 9, groups: 3, size: [6, 7], kernel: [3, 3], padding: 1),
            problem(1, 5, 5, groups: 5, size: [6, 17], kernel: [3, 3], padding: 1),
            problem(2, 2, 3, size: [3, 4, 9], kernel: [2, 3, 2], padding: 1),
            problem(1, 2, 2, size: [5, 5, 8], kernel: [3, 3, 3], stride: 2, padding: 1),
            problem(35, 2, 3, size: [4, 8], kernel: [3, 3], padding: 1),
            // More than one band of the padded input, in place and not.
            problem(1, 20, 3, size: [120, 50], kernel: [3, 3], padding: 1),
            problem(1, 40, 3, size: [60, 48], kernel: [1, 1]),
            // Few ranges of the batch, so that channels are shared out.
            problem(1, 3, 18, size: [6, 9], kernel: [3, 3], padding: 1),
        ]
    }

    private static func convolution(_ problem: ConvolutionProblem) {
        let (x, w) = (sample(problem.inputCount), sample(problem.weightCount, seed: 2))
        let (dy, bias) = (sample(problem.outputCount, seed: 3), sample(problem.outputChannels, seed: 4))
        let inputBias = sample(problem.inputChannels, seed: 5)
        for appliesReLU in [false, true] {
            compare("convolve \(problem) relu \(appliesReLU)", [x, w, bias], [dy], offsets: [0, 3]) {
                Float.convolve(
                    problem, $0[0], $0[1], bias: appliesReLU ? nil : $0[2], appliesReLU: appliesReLU, $1[0])
            } reference: {
                Double.convolve(
                    problem, $0[0], $0[1], bias: appliesReLU ? nil : $0[2], appliesReLU: appliesReLU, $1[0])
            }
        }
        for accumulate in [false, true] {
            compare("convolve input gradient \(problem)", [dy, w, inputBias], [x], offsets: [0, 3]) {
                Float.convolveInputGradient(
                    problem, $0[0], $0[1], bias: accumulate ? nil : $0[2], $1[0], accumulate: accumulate)
            } reference: {
                Double.convolveInputGradient(
                    problem, $0[0], $0[1], bias: accumulate ? nil : $0[2], $1[0], accumulate: accumulate)
            }
            compare("convolve weight gradient \(problem)", [x, dy], [w], limit: 4e-6, offsets: [0, 3]) {
                Float.convolveWeightGradient(problem, $0[0], $0[1], $1[0], accumulate: accumulate)
            } reference: {
                Double.convolveWeightGradient(problem, $0[0], $0[1], $1[0], accumulate: accumulate)
            }
        }
    }

    private static func imageNorms(_ plane: Int) {
        let (batch, channels) = (5, 6)
        let scopes: [ImageNormProblem.Scope] = [
            .batch(isGiven: false), .batch(isGiven: true), .groups(1), .groups(3),
        ]
        for scope in scopes {
            for (hasResidual, appliesReLU) in [(false, false), (false, true), (true, false), (true, true)] {
                imageNorm(
                    ImageNormProblem(
                        batch: batch, channels: channels, plane: plane, scope: scope, epsilon: 1e-3,
                        hasResidual: hasResidual, appliesReLU: appliesReLU))
            }
        }
    }

    private static func imageNorm(_ problem: ImageNormProblem) {
        let (x, dy, residual) = (
            sample(problem.count, 0...3), sample(problem.count, seed: 2), sample(problem.count, seed: 3)
        )
        let (weight, bias) = (sample(problem.channels, 0.5...1.5, seed: 4), sample(problem.channels, seed: 5))
        let (mean, variance) = (
            sample(problem.statisticCount, 1...2), sample(problem.statisticCount, 0.5...1, seed: 6)
        )
        compare("\(problem)", [x, weight, bias, residual], [dy, mean, variance]) {
            Float.normalizeImages(
                problem, $0[0], weight: $0[1], bias: $0[2], residual: problem.hasResidual ? $0[3] : nil,
                $1[0],
                mean: $1[1], variance: $1[2])
        } reference: {
            Double.normalizeImages(
                problem, $0[0], weight: $0[1], bias: $0[2], residual: problem.hasResidual ? $0[3] : nil,
                $1[0],
                mean: $1[1], variance: $1[2])
        }
        // Outputs near the kink of the rectifier may fall to either side of it, so none is.
        let far = bias.map { $0 < 0 ? $0 - 9 : $0 + 9 }
        let y = (0..<problem.count).map { $0 / problem.plane % problem.channels % 2 == 0 ? Float(1) : -1 }
        for accumulate in [false, true] {
            func gradients<T>(_ outputs: [UnsafeMutablePointer<T>]) -> ImageNormGradients<T> {
                ImageNormGradients(
                    x: outputs[0], accumulatesX: accumulate, residual: problem.hasResidual ? outputs[1] : nil,
                    accumulatesResidual: accumulate, weight: outputs[2], bias: outputs[3])
            }
            compare(
                "\(problem) backward, accumulate \(accumulate)", [x, weight, far, y, mean, variance, dy],
                [residual, residual, weight, bias], limit: 6e-6
            ) {
                Float.normalizeImagesBackward(
                    problem, $0[0], weight: $0[1], bias: $0[2], $0[3], mean: $0[4], variance: $0[5], $0[6],
                    gradients($1))
            } reference: {
                Double.normalizeImagesBackward(
                    problem, $0[0], weight: $0[1], bias: $0[2], $0[3], mean: $0[4], variance: $0[5], $0[6],
                    gradients($1))
            }
        }
    }

    private static var poolings: [PoolingProblem] {
        var problems: [PoolingProblem] = []
        for width in [2, 7, 16, 17, 18, 33, 50] {
            for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (2, 1, 1), (3, 1, 0), (4, 3, 2)]
            where width + 2 * padding >= kernel {
                for countsPadding in [true, false] {
                    problems.append(
                        PoolingProblem(
                            planes: 3,
                            rows: PoolingAxis(
                                input: 5, kernel: kernel, stride: stride, padding: padding,
                                countsPadding: countsPadding),
                            columns: PoolingAxis(
                                input: width, kernel: kernel, stride: stride, padding: padding,
                                countsPadding: countsPadding)))
                }
            }
            for output in [1, 3] {
                problems.append(
                    PoolingProblem(
                        planes: 2, rows: PoolingAxis(input: 6, output: output),
                        columns: PoolingAxis(input: width, output: output)))
            }
        }
        return problems
    }

    private static func pooling(_ problem: PoolingProblem) {
        let (inputs, outputs) = (problem.planes * problem.inputPlane, problem.planes * problem.outputPlane)
        let (x, dy) = (sample(inputs), sample(outputs, seed: 2))
        var (fast, exact) = ([Int32](repeating: -1, count: outputs), [Int32](repeating: -1, count: outputs))
        compare("max pooling \(problem)", [x], [dy], limit: 0) {
            Float.poolMaxima(problem, $0[0], $1[0], &fast)
        } reference: {
            Double.poolMaxima(problem, $0[0], $1[0], &exact)
        }
        expectSame(fast, exact, "places of maxima of \(problem)")
        compare("mean pooling \(problem)", [x], [dy]) {
            Float.poolMeans(problem, $0[0], $1[0])
        } reference: {
            Double.poolMeans(problem, $0[0], $1[0])
        }
        for accumulate in [false, true] {
            compare("pooling backward \(problem)", [dy], [x, x]) {
                Float.poolMaximaBackward(problem, exact, $0[0], $1[0], accumulate: accumulate)
                Float.poolMeansBackward(problem, $0[0], $1[1], accumulate: accumulate)
            } reference: {
                Double.poolMaximaBackward(problem, exact, $0[0], $1[0], accumulate: accumulate)
                Double.poolMeansBackward(problem, $0[0], $1[1], accumulate: accumulate)
            }
        }
    }
}
