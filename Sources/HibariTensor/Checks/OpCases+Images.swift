extension OpCase {
    /// Convolution, pooling, norms and resampling of images.
    static var images: [OpCase] { convolutions + transposedConvolutions + pooling + imageNorms + upsampling }

    /// Spatial sizes, kernel, geometry. Odd sizes, more than a vector, gaps that the kernel steps over.
    private static let geometries: [(String, Shape, Shape, ConvolutionGeometry)] = [
        ("line", [2, 2, 9], [3, 2, 3], .init()),
        ("line, stride 3, padding 2", [2, 2, 21], [3, 2, 5], .init(stride: 3, padding: 2)),
        ("1×1", [2, 3, 4, 8], [5, 3, 1, 1], .init()),
        ("3×3", [2, 2, 5, 6], [3, 2, 3, 3], .init()),
        ("3×3, padding 1", [2, 2, 5, 6], [3, 2, 3, 3], .init(padding: 1)),
        ("3×3, padding 1 of a row of vectors", [1, 2, 3, 16], [5, 2, 3, 3], .init(padding: 1)),
        ("1×1, stride 2", [2, 3, 5, 7], [4, 3, 1, 1], .init(stride: [2])),
        ("3×3, stride 2, padding 1", [2, 2, 7, 10], [3, 2, 3, 3], .init(stride: 2, padding: 1)),
        (
            "2×3, stride 3, 1, padding 0, 2", [2, 2, 7, 4], [3, 2, 2, 3],
            .init(stride: [3, 1], padding: [0, 2])
        ),
        ("3×3, dilation 2, padding 2", [2, 2, 6, 7], [3, 2, 3, 3], .init(padding: 2, dilation: 2)),
        (
            "2×2, stride 2, dilation 3, padding 1", [1, 2, 8, 9], [2, 2, 2, 2],
            .init(stride: 2, padding: 1, dilation: 3)
        ),
        ("3×3, 2 groups", [2, 4, 4, 5], [6, 2, 3, 3], .init(stride: [1], padding: [1], groups: 2)),
        ("3×3, each channel", [2, 3, 4, 5], [3, 1, 3, 3], .init(stride: [1], padding: [1], groups: 3)),
        ("volume", [1, 2, 3, 4, 5], [2, 2, 2, 3, 2], .init()),
        ("volume, stride 2, padding 1", [1, 2, 4, 3, 5], [2, 2, 3, 2, 3], .init(stride: 2, padding: 1)),
    ]

    private static var convolutions: [OpCase] {
        var cases = geometries.map { variant, x, weight, geometry in
            OpCase(.convolution, variant, [OpInput(x), OpInput(weight)]) {
                convolution($0[0], weight: $0[1], geometry)
            }
        }
        // Sums stay below 0.5 and biases above 1, so that the rectifier's kink is far.
        let (x, weight) = (
            OpInput([2, 2, 5, 6], magnitude: 0...0.15), OpInput([4, 2, 3, 3], magnitude: 0...0.15)
        )
        let bias = OpInput([4], magnitude: 1...2)
        for appliesReLU in [false, true] {
            cases.append(
                OpCase(.convolution, appliesReLU ? "bias, relu" : "bias", [x, weight, bias]) {
                    convolution($0[0], weight: $0[1], bias: $0[2], appliesReLU: appliesReLU)
                })
        }
        return cases + [
            OpCase(
                .convolution, "frozen input",
                [OpInput([3, 2, 5, 6], isDifferentiable: false), OpInput([3, 2, 3, 3]), OpInput([3])]
            ) { convolution($0[0], weight: $0[1], bias: $0[2], .init(padding: 1)) },
            OpCase(
                .convolution, "frozen weight",
                [OpInput([3, 2, 5, 6]), OpInput([3, 2, 3, 3], isDifferentiable: false)]
            ) { convolution($0[0], weight: $0[1], .init(padding: 1)) },
        ]
    }

    private static var transposedConvolutions: [OpCase] {
        let shapes: [(String, Shape, Shape, ConvolutionGeometry, [Int])] = [
            ("3×3", [2, 3, 4, 5], [3, 2, 3, 3], .init(), [0]),
            ("3×3, stride 2, padding 1", [2, 3, 4, 5], [3, 2, 3, 3], .init(stride: 2, padding: 1), [0]),
            (
                "3×3, stride 2, padding 1, output padding 1", [2, 3, 4, 5], [3, 2, 3, 3],
                .init(stride: 2, padding: 1), [1]
            ),
            ("2×2, stride 2", [2, 3, 4, 9], [3, 4, 2, 2], .init(stride: [2]), [0]),
            (
                "2×3, stride 3, 2, dilation 1, 2, output padding 2, 1", [1, 3, 3, 4], [3, 2, 2, 3],
                .init(stride: [3, 2], dilation: [1, 2]), [2, 1]
            ),
            ("3×3, 2 groups", [2, 4, 3, 5], [4, 3, 3, 3], .init(stride: [2], padding: [1], groups: 2), [0]),
            ("line", [2, 3, 6], [3, 2, 4], .init(stride: 2, padding: 1), [0]),
        ]
        return shapes.map { variant, x, weight, geometry, outputPadding in
            OpCase(
                .transposedConvolution, variant,
                [OpInput(x), OpInput(weight), OpInput([weight[1] * geometry.groups])]
            ) {
                transposedConvolution(
                    $0[0], weight: $0[1], bias: $0[2], geometry, outputPadding: outputPadding)
            }
        }
    }

    private static var pooling: [OpCase] {
        let windows: [(String, Shape, PoolingWindows)] = [
            ("2×2", [2, 3, 4, 6], .init(kernel: [2])),
            ("2×2 of odd sizes", [2, 2, 5, 19], .init(kernel: [2])),
            ("3×3, stride 2, padding 1", [2, 2, 7, 20], .init(kernel: [3], stride: [2], padding: [1])),
            ("3×2, stride 1", [2, 2, 5, 13], .init(kernel: [3, 2], stride: [1])),
            ("2×4, stride 3", [1, 2, 6, 11], .init(kernel: [2, 4], stride: [3])),
            ("adaptive 3×2", [2, 2, 7, 5], .adaptive([3, 2])),
            ("global", [2, 3, 4, 5], .global),
            ("line, 3, stride 2", [2, 2, 11], .init(kernel: [3], stride: [2])),
            ("line, adaptive 4", [2, 2, 10], .adaptive([4])),
        ]
        var cases: [OpCase] = []
        for (variant, shape, windows) in windows {
            cases += [
                OpCase(.maxPooling, variant, [OpInput(shape, magnitude: 0...3, isDistinct: true)]) {
                    maxPooling($0[0], windows)
                },
                OpCase(.averagePooling, variant, [OpInput(shape)]) { averagePooling($0[0], windows) },
            ]
        }
        for countsPadding in [true, false] {
            cases.append(
                OpCase(
                    .averagePooling, "padding \(countsPadding ? "" : "not ")counted", [OpInput([2, 2, 6, 7])]
                ) {
                    averagePooling(
                        $0[0],
                        .init(kernel: [4, 3], stride: [2], padding: [2, 1], countsPadding: countsPadding))
                })
        }
        return cases
    }

    private static var imageNorms: [OpCase] {
        let (x, weight, bias) = (OpInput([3, 4, 2, 5]), OpInput([4], magnitude: 0.5...1.5), OpInput([4]))
        // So far from 0 that no output is near the rectifier's kink.
        let far = OpInput([4], magnitude: 7...8)
        let given = ChannelStatistics(
            mean: Tensor([0.3, -0.2, 0.1, 0.5], shape: [4]),
            variance: Tensor([0.5, 1.5, 0.7, 1.0], shape: [4]))
        func batch(
            _ variant: String, _ inputs: [OpInput], epsilon: Double = 1e-5,
            statistics: ChannelStatistics? = nil,
            relu: Bool = false
        ) -> OpCase {
            OpCase(.batchNorm, variant, inputs) { inputs in
                let used = statistics.map {
                    ChannelStatistics(
                        mean: $0.mean.cast(to: inputs[0].dtype),
                        variance: $0.variance.cast(to: inputs[0].dtype))
                }
                return batchNorm(
                    inputs[0], weight: inputs[1], bias: inputs[2], statistics: used, epsilon: epsilon,
                    residual: inputs.count > 3 ? inputs[3] : nil, appliesReLU: relu
                ).output
            }
        }
        var cases = [
            batch("images", [x, weight, bias]), batch("ε 0.5", [x, weight, bias], epsilon: 0.5),
            batch("given statistics", [x, weight, bias], statistics: given),
            batch("vectors", [OpInput([7, 4]), weight, bias]),
            batch("lines", [OpInput([3, 4, 17]), weight, bias]),
            batch("a residual", [x, weight, bias, x]), batch("no relu", [x, weight, far]),
            batch("relu", [x, weight, far], relu: true),
            batch("no relu behind a residual", [x, weight, far, x]),
            batch("relu behind a residual", [x, weight, far, x], relu: true),
            batch(
                "relu behind a frozen residual",
                [x, weight, far, OpInput([3, 4, 2, 5], isDifferentiable: false)], relu: true),
            batch("given statistics, relu", [x, weight, far], statistics: given, relu: true),
            batch("frozen input", [OpInput([3, 4, 6], isDifferentiable: false), weight, bias]),
            OpCase(.batchNorm, "its input as residual", [x, weight, bias]) {
                batchNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5, residual: $0[0]).output
            },
        ]
        for groups in [1, 2, 4] {
            cases.append(
                OpCase(.groupNorm, "\(groups) groups", [x, weight, bias]) {
                    groupNorm($0[0], groups: groups, weight: $0[1], bias: $0[2], epsilon: 1e-5)
                })
        }
        for appliesReLU in [false, true] {
            cases.append(
                OpCase(
                    .groupNorm, "far, \(appliesReLU ? "" : "no ")relu", [OpInput([2, 4, 9]), weight, far]
                ) {
                    groupNorm(
                        $0[0], groups: 2, weight: $0[1], bias: $0[2], epsilon: 1e-3, appliesReLU: appliesReLU)
                })
        }
        return cases
    }

    private static var upsampling: [OpCase] {
        var cases: [OpCase] = []
        for interpolation in Interpolation.allCases {
            for (shape, size) in [([2, 2, 3, 4], [6, 8]), ([1, 2, 4, 5], [7, 3]), ([2, 2, 5], [12])]
                as [(Shape, [Int])]
            {
                cases.append(
                    OpCase(.upsample, "\(interpolation.rawValue) \(shape) to \(size)", [OpInput(shape)]) {
                        upsample($0[0], to: size, interpolation)
                    })
            }
        }
        return cases
    }
}
