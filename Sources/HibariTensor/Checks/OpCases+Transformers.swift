extension OpCase {
    private static let layouts: [(String, HeadLayout)] = [
        ("one query head per key head", HeadLayout(heads: 2, keyValueHeads: 2, headDim: 4)),
        ("groups of two", HeadLayout(heads: 4, keyValueHeads: 2, headDim: 2)),
        ("one key head", HeadLayout(heads: 3, keyValueHeads: 1, headDim: 6)),
    ]

    /// What decoders add: QK-norm, rotary positions, embeddings, attention.
    static var transformers: [OpCase] {
        var cases: [OpCase] = []
        for (variant, layout) in layouts {
            let weight = OpInput([layout.headDim], magnitude: 0.5...1.5)
            let packed = OpInput([2, 3, layout.rowWidth])
            for epsilon in [1e-6, 0.5] {
                cases.append(
                    OpCase(.headNorm, "\(variant), ε \(epsilon)", [packed, weight, weight]) {
                        headNorm($0[0], layout, queryWeight: $0[1], keyWeight: $0[2], epsilon: epsilon)
                    })
            }
            cases.append(
                OpCase(.headNorm, "\(variant), rotated from 3", [packed, weight, weight]) { inputs in
                    let table = RotaryTable(
                        positions: 6, headDim: layout.headDim, base: 10_000, inputs[0].dtype)
                    return headNorm(
                        inputs[0], layout, queryWeight: inputs[1], keyWeight: inputs[2], epsilon: 1e-6,
                        rotatedBy: table, firstPosition: 3)
                })
            let documents = OpInput([1, 6, layout.rowWidth])
            for segments in [nil, [3, 1, 2]] as [[Int]?] {
                let name = "\(variant), 6 rows, segments \(segments.map { "\($0)" } ?? "none")"
                func table(_ dtype: DType) -> RotaryTable {
                    RotaryTable(positions: 6, headDim: layout.headDim, base: 10_000, dtype)
                }
                cases += [
                    OpCase(.headNorm, name, [documents, weight, weight]) {
                        headNorm(
                            $0[0], layout, queryWeight: $0[1], keyWeight: $0[2], epsilon: 1e-6,
                            rotatedBy: table($0[0].dtype), segments: segments)
                    },
                    OpCase(.rotary, name, [documents]) {
                        rotary($0[0], layout, table($0[0].dtype), segments: segments)
                    },
                ]
            }
            // A head of two has one pair, which turns by the position whatever the base.
            for (base, firstPosition) in [(10_000.0, 0), (10_000, 3), (100, 3)]
            where base == 10_000 || layout.headDim > 2 {
                cases.append(
                    OpCase(.rotary, "\(variant), base \(base), from \(firstPosition)", [packed]) { inputs in
                        let table = RotaryTable(
                            positions: 6, headDim: layout.headDim, base: base, inputs[0].dtype)
                        return rotary(inputs[0], layout, table, firstPosition: firstPosition)
                    })
            }
            for time in [1, 7, 53] {
                for window in [nil, 1, 3, 50] as [Int?] where window ?? 0 < time {
                    let name = "\(variant), T \(time), window \(window.map { "\($0)" } ?? "none")"
                    cases.append(
                        OpCase(.attention, name, [OpInput([time == 53 ? 1 : 2, time, layout.rowWidth])]) {
                            causalAttention($0[0], layout, window: window)
                        })
                }
            }
            for (segments, window) in [([20, 1, 32], nil), ([20, 1, 32], 3), ([26, 27], nil)]
                as [([Int], Int?)]
            {
                let name = "\(variant), segments \(segments), window \(window.map { "\($0)" } ?? "none")"
                cases.append(
                    OpCase(.attention, name, [OpInput([1, 53, layout.rowWidth])]) {
                        causalAttention($0[0], layout, window: window, segments: segments)
                    })
            }
        }
        let ids = Tensor([3, 0, 3, 4, 3, 1] as [Int32], shape: [2, 3])
        cases += [
            OpCase(.embedding, "repeated ids", [OpInput([5, 7])]) { embedding(ids, $0[0]) },
            OpCase(.embedding, "other ids", [OpInput([5, 7])]) { embedding(ids.slice(1..<2), $0[0]) },
            OpCase(.embedding, "tied to the output", [OpInput([5, 7])]) {
                linear(embedding(ids, $0[0]), weights: [$0[0]])
            },
        ]
        return cases
    }

    static var losses: [OpCase] {
        let logits = OpInput([2, 3, 7], magnitude: 0...3)
        let targets = Tensor([0, 6, 3, 3, 2, 5] as [Int32], shape: [2, 3])
        let masked = Tensor([0, ignoredTarget, 3, ignoredTarget, 2, 5], shape: [2, 3])
        let none = Tensor([Int32](repeating: ignoredTarget, count: 6), shape: [6])
        var cases = [("all targets", targets), ("ignored targets", masked)].flatMap { variant, targets in
            [0, 0.1].map { smoothing in
                OpCase(.crossEntropy, "\(variant), smoothing \(smoothing)", [logits]) {
                    crossEntropy($0[0], targets, labelSmoothing: smoothing)
                }
            }
        }
        let (hidden, head) = (OpInput([2, 3, 5]), OpInput([7, 5]))
        cases += [("all targets", targets), ("ignored targets", masked)].flatMap { variant, targets in
            [0, 0.1].map { smoothing in
                OpCase(.linearCrossEntropy, "\(variant), smoothing \(smoothing)", [hidden, head]) {
                    linearCrossEntropy($0[0], weight: $0[1], targets, labelSmoothing: smoothing)
                }
            }
        }
        cases += [
            OpCase(.linearCrossEntropy, "no target", [hidden, head]) {
                linearCrossEntropy($0[0], weight: $0[1], none)
            },
            OpCase(.linearCrossEntropy, "as a factor", [hidden, head]) {
                let loss = linearCrossEntropy($0[0], weight: $0[1], targets)
                return loss * loss
            },
        ]
        let (x, y) = (OpInput([3, 5]), OpInput([3, 5]))
        let constant = OpInput([3, 5], isDifferentiable: false)
        cases += [
            OpCase(.crossEntropy, "class weights", [logits]) {
                crossEntropy($0[0], targets, classWeights: classWeights($0[0].dtype))
            },
            OpCase(.crossEntropy, "class weights, ignored targets, smoothing 0.1", [logits]) {
                crossEntropy(
                    $0[0], masked, labelSmoothing: 0.1, classWeights: classWeights($0[0].dtype))
            },
            OpCase(.crossEntropy, "no target", [OpInput([6, 7])]) { crossEntropy($0[0], none) },
            OpCase(.crossEntropy, "as a factor", [OpInput([2, 3, 7])]) {
                let loss = crossEntropy($0[0], targets)
                return loss * loss
            },
            OpCase(.meanSquaredError, "both", [x, y]) { meanSquaredError($0[0], $0[1]) },
            OpCase(.meanSquaredError, "constant target", [x, constant]) { meanSquaredError($0[0], $0[1]) },
            OpCase(.meanSquaredError, "constant prediction", [constant, y]) {
                meanSquaredError($0[0], $0[1])
            },
        ]
        return cases
    }

    private static func classWeights(_ dtype: DType) -> Tensor {
        Tensor([0.5, 1, 2, 0.25, 1.5, 0.75, 3] as [Double], shape: [7]).cast(to: dtype)
    }
}
