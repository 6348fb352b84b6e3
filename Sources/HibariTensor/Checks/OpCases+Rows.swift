extension OpCase {
    /// Functions of one variable, gated and random ones.
    static var elementwise: [OpCase] {
        let functions: [(OpName, OpInput, (Tensor) -> Tensor)] = [
            (.exp, OpInput([3, 7], magnitude: 0...2), exp),
            (.log, OpInput([3, 7], magnitude: 0.2...3, isPositive: true), log),
            (.tanh, OpInput([3, 7], magnitude: 0...2), tanh),
            (.sigmoid, OpInput([3, 7], magnitude: 0...4), sigmoid),
            (.relu, OpInput([3, 7], magnitude: 0.1...2), relu),
            (.geluTanh, OpInput([3, 7], magnitude: 0...4), geluTanh),
            (.geluErf, OpInput([3, 7], magnitude: 0...4), geluErf),
            (.silu, OpInput([3, 7], magnitude: 0...4), silu),
            (.softplus, OpInput([3, 7], magnitude: 0...8), softplus),
            (.abs, OpInput([3, 7], magnitude: 0.1...2), abs),
        ]
        var cases = functions.map { op, input, apply in OpCase(op, "plain", [input]) { apply($0[0]) } }
        // Off the kinks: at 0, and of clamp at ±0.5, ±1 and 1.5.
        let curved = OpInput([3, 7], magnitude: 0.01...0.49)
        let far = OpInput([3, 7], magnitude: 1.51...3)
        for (variant, input) in [("near 0", curved), ("far", far)] {
            cases += [
                OpCase(.leakyReLU, "\(variant), slope 0.01", [input]) { leakyReLU($0[0]) },
                OpCase(.leakyReLU, "\(variant), slope 0.3", [input]) { leakyReLU($0[0], slope: 0.3) },
                OpCase(.elu, "\(variant), alpha 1", [input]) { elu($0[0]) },
                OpCase(.elu, "\(variant), alpha 0.5", [input]) { elu($0[0], alpha: 0.5) },
                OpCase(.elu, "\(variant), selu", [input]) { selu($0[0]) },
            ]
        }
        cases += [
            OpCase(.clamp, "inside", [curved]) { clamp($0[0], to: -0.5...1.5) },
            OpCase(.clamp, "outside", [far]) { clamp($0[0], to: -0.5...1.5) },
            OpCase(.clamp, "outside of ±1", [far]) { hardTanh($0[0]) },
        ]
        cases.append(OpCase(.swiGLU, "one row", [OpInput([6])]) { swiGLU($0[0]) })
        cases.append(OpCase(.swiGLU, "rows", [OpInput([2, 3, 10])]) { swiGLU($0[0]) })
        let streams: [(String, Double, DropoutStream)] = [
            ("p 0.4", 0.4, DropoutStream(seed: 1, step: 0, layer: 0)),
            ("p 0.8", 0.8, DropoutStream(seed: 1, step: 0, layer: 0)),
            ("p 0", 0, DropoutStream(seed: 1, step: 0, layer: 0)),
            ("another seed", 0.4, DropoutStream(seed: 2, step: 0, layer: 0)),
            ("another step", 0.4, DropoutStream(seed: 1, step: 1, layer: 0)),
            ("another layer", 0.4, DropoutStream(seed: 1, step: 0, layer: 1)),
        ]
        for (variant, probability, stream) in streams {
            cases.append(
                OpCase(.dropout, variant, [OpInput([5, 7])]) {
                    dropout($0[0], probability: probability, stream)
                })
        }
        return cases
    }

    /// Softmax and the norms.
    static var rows: [OpCase] {
        var cases: [OpCase] = []
        for shape: Shape in [[7], [3, 1], [2, 3, 5], [2, 17]] {
            cases += [
                OpCase(.softmax, "\(shape)", [OpInput(shape, magnitude: 0...3)]) { softmax($0[0]) },
                OpCase(.logSoftmax, "\(shape)", [OpInput(shape, magnitude: 0...3)]) { logSoftmax($0[0]) },
            ]
        }
        let (x, vector) = (OpInput([2, 3, 7]), OpInput([7], magnitude: 0.5...1.5))
        for epsilon in [1e-5, 0.5] {
            cases += [
                OpCase(.layerNorm, "bias, ε \(epsilon)", [x, vector, OpInput([7])]) {
                    layerNorm($0[0], weight: $0[1], bias: $0[2], epsilon: epsilon)
                },
                OpCase(.layerNorm, "no bias, ε \(epsilon)", [x, vector]) {
                    layerNorm($0[0], weight: $0[1], bias: nil, epsilon: epsilon)
                },
                OpCase(.rmsNorm, "ε \(epsilon)", [x, vector]) {
                    rmsNorm($0[0], weight: $0[1], epsilon: epsilon)
                },
            ]
        }
        cases += [
            OpCase(
                .layerNorm, "frozen input", [OpInput([3, 7], isDifferentiable: false), vector, OpInput([7])]
            ) {
                layerNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5)
            },
            OpCase(.layerNorm, "of a sum", [x, x, vector, OpInput([7])]) {
                let (sum, normalized) = addNorm(
                    $0[0], $0[1], weight: $0[2], bias: $0[3], epsilon: 1e-5, subtractsMean: true)
                return sum * normalized
            },
            OpCase(.rmsNorm, "of a sum", [x, x, vector]) {
                let (sum, normalized) = addNorm(
                    $0[0], $0[1], weight: $0[2], bias: nil, epsilon: 1e-5, subtractsMean: false)
                return sum * normalized
            },
            OpCase(.recompute, "a norm and its input", [x, vector]) { inputs in
                recomputed(inputs[0]) { $0 * rmsNorm($0, weight: inputs[1], epsilon: 1e-5) }
            },
            OpCase(.recompute, "inside another", [x, vector]) { inputs in
                recomputed(inputs[0]) { x in
                    x + recomputed(tanh(x)) { $0 * rmsNorm($0, weight: inputs[1], epsilon: 1e-5) }
                }
            },
            OpCase(.rmsNorm, "one row", [OpInput([33]), OpInput([33])]) {
                rmsNorm($0[0], weight: $0[1], epsilon: 1e-6)
            },
        ]
        return cases
    }
}
