import HibariTensor

/// How Hibari computes each case of `images.safetensors`, from its inputs by name.
var goldenImageFunctions: [String: GoldenFunction] {
    [
        convolutionFunctions, transposedFunctions, poolingFunctions, normFunctions, upsamplingFunctions,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}

private func numbered(_ op: String, _ functions: [GoldenFunction]) -> [String: GoldenFunction] {
    Dictionary(
        uniqueKeysWithValues: functions.enumerated().map { ("\(op)/\($0 < 10 ? "0" : "")\($0)", $1) })
}

/// The options stand in the order of `convolution_cases`.
private var convolutionFunctions: [String: GoldenFunction] {
    let geometries: [ConvolutionGeometry] = [
        .init(), .init(stride: [3], padding: [2], groups: 2), .init(padding: 4, dilation: 3), .init(),
        .init(padding: 1), .init(padding: 1), .init(padding: 1), .init(stride: [2]), .init(),
        .init(stride: 2, padding: 1), .init(stride: [3, 2], padding: [2, 0]),
        .init(padding: 2, dilation: 2), .init(stride: [2], padding: [1, 3], dilation: [3, 2]),
        .init(padding: 1, groups: 3), .init(padding: 1, groups: 5), .init(padding: 1),
        .init(stride: [2], padding: [0, 1, 2], groups: 2),
    ]
    return numbered(
        "convolution",
        geometries.map { geometry in
            { convolution($0.x, weight: $0.weight, bias: $0["bias"], geometry) }
        })
}

private var transposedFunctions: [String: GoldenFunction] {
    let options: [(ConvolutionGeometry, [Int])] = [
        (.init(), [0]), (.init(stride: 2, padding: 1), [1]),
        (.init(stride: [2, 3], padding: [1, 0], groups: 2), [0]),
        (.init(stride: 2, padding: 2, dilation: 2), [1]), (.init(stride: [2]), [0]),
        (.init(stride: [3]), [2, 0]),
    ]
    return numbered(
        "transposed_convolution",
        options.map { geometry, extra in
            {
                transposedConvolution(
                    $0.x, weight: $0.weight, bias: $0["bias"], geometry, outputPadding: extra)
            }
        })
}

private var poolingFunctions: [String: GoldenFunction] {
    func windows(_ countsPadding: Bool) -> [PoolingWindows] {
        [
            .init(kernel: [2]), .init(kernel: [2]),
            .init(kernel: [3], stride: [2], padding: [1], countsPadding: countsPadding),
            .init(kernel: [3, 2], stride: [1]),
            .init(kernel: [4], stride: [3], padding: [2], countsPadding: countsPadding),
            .init(kernel: [3], stride: [2], padding: [1], countsPadding: countsPadding),
            .init(kernel: [5], stride: [4]),
        ]
    }
    var functions = numbered("max_pooling", windows(true).map { windows in { maxPooling($0.x, windows) } })
    for (suffix, countsPadding) in [("counted", true), ("uncounted", false)] {
        let means = numbered(
            "average_pooling", windows(countsPadding).map { windows in { averagePooling($0.x, windows) } })
        for (name, function) in means { functions["\(name)_\(suffix)"] = function }
    }
    for size in [[3, 4], [1, 1], [7, 5]] {
        let name = "adaptive_\(size[0])x\(size[1])"
        functions["average_pooling/" + name] = {
            averagePooling($0.x, size == [1, 1] ? .global : .adaptive(size))
        }
        functions["max_pooling/" + name] = { maxPooling($0.x, .adaptive(size)) }
    }
    functions["average_pooling/adaptive_4"] = { averagePooling($0.x, .adaptive([4])) }
    return functions
}

private var normFunctions: [String: GoldenFunction] {
    func batch(relu: Bool = false, _ statistics: ChannelStatistics? = nil) -> GoldenFunction {
        {
            batchNorm(
                $0.x, weight: $0.weight, bias: $0.named("bias"), statistics: statistics, epsilon: 1e-5,
                residual: $0["residual"], appliesReLU: relu
            ).output
        }
    }
    let given = ChannelStatistics(
        mean: Tensor([-1, -0.5, 0, 0.5, 1] as [Float], shape: [5]),
        variance: Tensor([0.5, 0.875, 1.25, 1.625, 2] as [Float], shape: [5]))
    var functions: [String: GoldenFunction] = [
        "batch_norm/given": batch(given), "batch_norm/relu": batch(relu: true),
        "batch_norm/residual_relu": batch(relu: true),
    ]
    for name in ["vectors", "lines", "images", "planes"] { functions["batch_norm/" + name] = batch() }
    for groups in [1, 2, 4] {
        functions["group_norm/\(groups)"] = {
            groupNorm($0.x, groups: groups, weight: $0.weight, bias: $0.named("bias"), epsilon: 1e-5)
        }
    }
    return functions
}

private var upsamplingFunctions: [String: GoldenFunction] {
    var functions: [String: GoldenFunction] = [:]
    for size in [[6, 8], [7, 3], [12]] {
        for interpolation in Interpolation.allCases {
            let name = size.map(String.init).joined(separator: "x")
            functions["upsample/\(interpolation.rawValue)_\(name)"] = {
                upsample($0.x, to: size, interpolation)
            }
        }
    }
    return functions
}
