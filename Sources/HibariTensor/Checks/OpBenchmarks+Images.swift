extension OpBenchmark {
    /// The layers of ResNet-20 on CIFAR-10 in batches of 128, and of a small CNN on MNIST in batches of 64.
    static var images: [OpBenchmark] { convolutionLayers + imagePasses }

    /// Benchmarks/conv_vs_torch.py has the same names.
    private static let layers: [(String, Shape, Shape, ConvolutionGeometry, needsInputGradient: Bool)] = [
        ("ResNet-20 first", [128, 3, 32, 32], [16, 3, 3, 3], .init(padding: 1), false),
        ("ResNet-20 16", [128, 16, 32, 32], [16, 16, 3, 3], .init(padding: 1), true),
        ("ResNet-20 16 to 32", [128, 16, 32, 32], [32, 16, 3, 3], .init(stride: 2, padding: 1), true),
        ("ResNet-20 32", [128, 32, 16, 16], [32, 32, 3, 3], .init(padding: 1), true),
        ("ResNet-20 32 to 64", [128, 32, 16, 16], [64, 32, 3, 3], .init(stride: 2, padding: 1), true),
        ("ResNet-20 64", [128, 64, 8, 8], [64, 64, 3, 3], .init(padding: 1), true),
        ("ResNet-20 shortcut", [128, 16, 32, 32], [32, 16, 1, 1], .init(stride: [2]), true),
        ("MNIST first", [64, 1, 28, 28], [32, 1, 3, 3], .init(), false),
        ("MNIST second", [64, 32, 26, 26], [64, 32, 3, 3], .init(), true),
        ("MNIST second, padded", [64, 32, 28, 28], [64, 32, 3, 3], .init(padding: 1), true),
    ]

    private static var convolutionLayers: [OpBenchmark] {
        layers.map { name, x, weight, geometry, needsInputGradient in
            let output = (2..<4).map { geometry.outputSize(x[$0], kernel: weight[$0], axis: $0 - 2) }
            let flops = 2 * Double(x[0] * output[0] * output[1] * weight.count)
            return OpBenchmark(
                .convolution, name, [OpInput(x, isDifferentiable: needsInputGradient), OpInput(weight)],
                flops: (flops, needsInputGradient ? 2 * flops : flops)
            ) { convolution($0[0], weight: $0[1], geometry) }
        }
    }

    private static var imagePasses: [OpBenchmark] {
        let wide = OpInput([128, 16, 32, 32])
        let vector = OpInput([16], magnitude: 0.5...1.5)
        let flops = 2 * Double(64 * 8 * 8 * 32 * 64 * 4)
        return [
            OpBenchmark(
                .transposedConvolution, "64 to 32, 2×2, stride 2",
                [OpInput([64, 64, 8, 8]), OpInput([64, 32, 2, 2])],
                flops: (flops, 2 * flops)
            ) { transposedConvolution($0[0], weight: $0[1], .init(stride: [2])) },
            OpBenchmark(.maxPooling, "2×2 of 64×64×24×24", [OpInput([64, 64, 24, 24])]) {
                maxPooling($0[0], PoolingWindows(kernel: [2]))
            },
            OpBenchmark(.maxPooling, "3×3, stride 2 of 64×64×24×24", [OpInput([64, 64, 24, 24])]) {
                maxPooling($0[0], PoolingWindows(kernel: [3], stride: [2], padding: [1]))
            },
            OpBenchmark(.averagePooling, "all of 128×64×8×8", [OpInput([128, 64, 8, 8])]) {
                averagePooling($0[0], .global)
            },
            OpBenchmark(.averagePooling, "2×2 of 128×16×32×32", [wide]) {
                averagePooling($0[0], PoolingWindows(kernel: [2]))
            },
            OpBenchmark(.batchNorm, "128×16×32×32", [wide, vector, vector]) {
                batchNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5).output
            },
            OpBenchmark(.batchNorm, "128×16×32×32, relu", [wide, vector, vector]) {
                batchNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5, appliesReLU: true).output
            },
            OpBenchmark(.batchNorm, "128×16×32×32, residual, relu", [wide, vector, vector, wide]) {
                batchNorm(
                    $0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5, residual: $0[3], appliesReLU: true
                ).output
            },
            OpBenchmark(.batchNorm, "128×512", [OpInput([128, 512]), OpInput([512]), OpInput([512])]) {
                batchNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5).output
            },
            OpBenchmark(.groupNorm, "8 groups of 128×16×32×32", [wide, vector, vector]) {
                groupNorm($0[0], groups: 8, weight: $0[1], bias: $0[2], epsilon: 1e-5)
            },
            OpBenchmark(.upsample, "nearest, 128×16×16×16 doubled", [OpInput([128, 16, 16, 16])]) {
                upsample($0[0], to: [32, 32])
            },
            OpBenchmark(.upsample, "linear, 128×16×16×16 doubled", [OpInput([128, 16, 16, 16])]) {
                upsample($0[0], to: [32, 32], .linear)
            },
        ]
    }
}
