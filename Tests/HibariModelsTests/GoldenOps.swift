import HibariKernels
import HibariTensor

/// How Hibari computes each case of `ops.safetensors`, from its inputs by name.
typealias GoldenFunction = ([String: Tensor]) -> Tensor

var goldenFunctions: [String: GoldenFunction] {
    [
        matrixFunctions, rowFunctions, elementwiseFunctions, lossFunctions, positionFunctions, shapeFunctions,
        shapedFunctions, classicLossFunctions,
    ]
    .reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}

extension [String: Tensor] {
    /// An input that the case has.
    func named(_ name: String) -> Tensor {
        guard let tensor = self[name] else { preconditionFailure("the case has no \(name)") }
        return tensor
    }

    var x: Tensor { named("input") }
    var weight: Tensor { named("weight") }
    fileprivate var other: Tensor { named("other") }
}

private var matrixFunctions: [String: GoldenFunction] {
    func dense(_ layout: WeightLayout, _ activation: UnaryFunction? = nil) -> GoldenFunction {
        { linear($0.x, weights: [$0.weight], bias: $0["bias"], layout: layout, activation: activation) }
    }
    /// The product of each pair of matrices of two batches.
    func batched(_ product: @escaping (Tensor, Tensor) -> Tensor) -> GoldenFunction {
        { inputs in
            concatenate(
                (0..<3).map { index in
                    let (a, b) = (inputs.x.slice(index..<index + 1), inputs.other.slice(index..<index + 1))
                    let c = product(
                        a.reshape([a.shape[1], a.shape[2]]), b.reshape([b.shape[1], b.shape[2]]))
                    return c.reshape([1, c.shape[0], c.shape[1]])
                })
        }
    }
    return [
        "linear/bias": dense(.outputMajor), "linear/no_bias": dense(.outputMajor),
        "linear/gelu_tanh": dense(.outputMajor, .geluTanh), "linear/conv1d": dense(.inputMajor),
        "linear/conv1d_gelu_tanh": dense(.inputMajor, .geluTanh), "matmul/matrix": { matmul($0.x, $0.other) },
        "matmul/batched": batched(matmul), "matmul/transposed_other": batched { linear($0, weights: [$1]) },
        "matmul/transposed_input": batched { matmul(transposed($0), $1) },
    ]
}

/// The columns as rows.
private func transposed(_ x: Tensor) -> Tensor {
    concatenate((0..<x.shape[1]).map { x.slice(axis: 1, $0..<$0 + 1).reshape([1, x.shape[0]]) })
}

private var rowFunctions: [String: GoldenFunction] {
    [
        "layer_norm/bias": { layerNorm($0.x, weight: $0.weight, bias: $0.named("bias"), epsilon: 1e-5) },
        "layer_norm/no_bias": { layerNorm($0.x, weight: $0.weight, bias: nil, epsilon: 1e-5) },
        "rms_norm/weight": { rmsNorm($0.x, weight: $0.weight, epsilon: 1e-6) },
        "softmax/last_axis": { softmax($0.x) }, "log_softmax/last_axis": { logSoftmax($0.x) },
    ]
}

private var elementwiseFunctions: [String: GoldenFunction] {
    var functions: [String: GoldenFunction] = [
        "gelu_tanh/plain": { geluTanh($0.x) }, "gelu_erf/plain": { geluErf($0.x) },
        "silu/plain": { silu($0.x) },
        "relu/plain": { relu($0.x) }, "tanh/plain": { tanh($0.x) }, "sigmoid/plain": { sigmoid($0.x) },
        "exp/plain": { exp($0.x) }, "log/plain": { log($0.x) }, "swiglu/packed": { swiGLU($0.x) },
    ]
    for shape in ["same_shape", "trailing", "leading"] {
        functions["add/\(shape)"] = { $0.x + $0.other }
        functions["mul/\(shape)"] = { $0.x * $0.other }
    }
    return functions
}

private var lossFunctions: [String: GoldenFunction] {
    [
        "embedding/repeated_ids": { embedding($0.named("ids"), $0.weight) },
        "cross_entropy/plain": { crossEntropy($0.x, $0.named("targets")) },
        "cross_entropy/ignored": { crossEntropy($0.x, $0.named("targets")) },
        "cross_entropy/label_smoothing": { crossEntropy($0.x, $0.named("targets"), labelSmoothing: 0.1) },
        "cross_entropy/label_smoothing_ignored": {
            crossEntropy($0.x, $0.named("targets"), labelSmoothing: 0.1)
        },
        "mse/mean": { meanSquaredError($0.x, $0.named("target")) },
    ]
}

private var shapedFunctions: [String: GoldenFunction] {
    [
        "softplus/plain": { softplus($0.x) }, "abs/plain": { abs($0.x) },
        "leaky_relu/slope": { leakyReLU($0.x, slope: 0.2) }, "elu/alpha": { elu($0.x, alpha: 1.5) },
        "selu/plain": { selu($0.x) }, "hardtanh/plain": { hardTanh($0.x) },
        "clamp/range": { clamp($0.x, to: -0.5...1.25) },
    ]
}

private var classicLossFunctions: [String: GoldenFunction] {
    /// Labels, answers or classes as float32.
    func labels(_ inputs: [String: Tensor]) -> Tensor {
        let targets = inputs.named("targets")
        return Tensor(targets.array(of: Int32.self).map(Float.init), shape: targets.shape)
    }
    let weights = Tensor((1...13).map { Float($0) / 4 }, shape: [13])
    return [
        "half_squared_error/sum": { halfSquaredError($0.x, $0.named("target")) },
        "absolute_error/mean": { absoluteError($0.x, $0.named("target")) },
        "huber/delta": { huber($0.x, $0.named("target"), delta: 0.7) },
        "smooth_l1/beta": { smoothL1($0.x, $0.named("target"), beta: 0.7) },
        "binary_cross_entropy/plain": { binaryCrossEntropy($0.x, labels($0)) },
        "binary_cross_entropy/positive_weight": { binaryCrossEntropy($0.x, labels($0), positiveWeight: 2.5) },
        "logistic/plain": { logisticLoss($0.x, labels($0)) },
        "hinge/margin": { hingeLoss($0.x, labels($0), margin: 0.8) },
        "multiclass_hinge/margin": { multiclassHingeLoss($0.x, $0.named("targets"), margin: 0.8) },
        "kl_divergence/batchmean": { inputs in
            let chosen = oneHot(inputs.named("targets"), classes: 13)
            let target = 0.75 * chosen + Tensor(repeating: 0.25 / 13, shape: chosen.shape)
            return klDivergence(logSoftmax(inputs.x), target)
        },
        "cross_entropy/class_weights": { crossEntropy($0.x, $0.named("targets"), classWeights: weights) },
        "cross_entropy/class_weights_ignored": {
            crossEntropy($0.x, $0.named("targets"), classWeights: weights)
        },
        "cross_entropy/class_weights_smoothing": {
            crossEntropy($0.x, $0.named("targets"), labelSmoothing: 0.1, classWeights: weights)
        },
    ]
}

private var positionFunctions: [String: GoldenFunction] {
    let many = HeadLayout(heads: 4, keyValueHeads: 4, headDim: 6)
    let grouped = HeadLayout(heads: 4, keyValueHeads: 2, headDim: 6)
    let table = RotaryTable(positions: 12, headDim: 6, base: 10_000)
    /// Four heads to turn, as two query and two key heads beside values of zero.
    func rope(from firstPosition: Int) -> GoldenFunction {
        { inputs in
            let packed = concatenate([inputs.x, Tensor(zeros: [2, 7, 12])], axis: -1)
            let layout = HeadLayout(heads: 2, keyValueHeads: 2, headDim: 6)
            return rotary(packed, layout, table, firstPosition: firstPosition).slice(axis: -1, 0..<24)
        }
    }
    return [
        "rope/half_split": rope(from: 0), "rope/first_position": rope(from: 5),
        "attention/mha": { causalAttention($0.x, many) }, "attention/gqa": { causalAttention($0.x, grouped) },
        "attention/mha_window": { causalAttention($0.x, many, window: 3) },
        "attention/gqa_window": { causalAttention($0.x, grouped, window: 3) },
        "attention/gqa_rope": { causalAttention(rotary($0.x, grouped, table), grouped) },
        "attention/gqa_qk_norm_rope": { inputs in
            let normed = headNorm(
                inputs.x, grouped, queryWeight: inputs.named("query_norm"),
                keyWeight: inputs.named("key_norm"),
                epsilon: 1e-6)
            return causalAttention(rotary(normed, grouped, table), grouped)
        },
    ]
}

private var shapeFunctions: [String: GoldenFunction] {
    var functions: [String: GoldenFunction] = [
        "mean/all": { $0.x.mean() }, "sum/all": { $0.x.sum() },
        "max/all": { $0.x.reshape([$0.x.count]).max(axis: 0) },
    ]
    for axis in 0..<3 {
        functions["mean/axis_\(axis)"] = { $0.x.mean(axes: [axis]) }
        functions["sum/axis_\(axis)"] = { $0.x.sum(axes: [axis]) }
        functions["max/axis_\(axis)"] = { $0.x.max(axis: axis) }
        functions["concat/axis_\(axis)"] = {
            concatenate([$0.named("input_0"), $0.named("input_1")], axis: axis)
        }
        functions["slice/axis_\(axis)"] = { $0.x.slice(axis: axis, 1..<3) }
    }
    return functions
}
