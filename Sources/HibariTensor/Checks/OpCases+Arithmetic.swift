import HibariKernels

extension OpCase {
    /// Arithmetic, broadcasting, products of matrices.
    static var arithmetic: [OpCase] {
        let operations: [(OpName, (Tensor, Tensor) -> Tensor)] = [
            (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
        ]
        let shapes: [(String, Shape, Shape)] = [
            ("same shape", [3, 7], [3, 7]), ("right row", [3, 7], [7]), ("left row", [7], [3, 7]),
            ("right column", [3, 7], [3, 1]), ("both repeated", [3, 1], [1, 5]),
            ("leading axis", [2, 3, 4], [2, 1, 1]),
            ("right scalar", [5], []), ("left scalar", [], [2, 2]),
        ]
        var cases: [OpCase] = []
        for (op, apply) in operations {
            for (variant, left, right) in shapes {
                cases.append(
                    OpCase(op, variant, [OpInput(left), OpInput(right, magnitude: 0.5...1.5)]) {
                        apply($0[0], $0[1])
                    })
            }
            cases.append(
                OpCase(op, "with itself", [OpInput([5], magnitude: 0.5...1.5)]) { apply($0[0], $0[0]) })
        }
        for factor in [0.7, -2] {
            cases.append(OpCase(.scale, "by \(factor)", [OpInput([3, 5])]) { factor * $0[0] })
        }
        let targets: [(Shape, Shape)] = [
            ([3, 1], [3, 4]), ([4], [2, 3, 4]), ([2, 1, 3, 1], [2, 5, 3, 2]), ([], [2, 3]), ([1], [1, 1, 5]),
        ]
        for (from, to) in targets {
            cases.append(OpCase(.broadcast, "\(from) to \(to)", [OpInput(from)]) { $0[0].broadcast(to: to) })
        }
        return cases
    }

    static var matrices: [OpCase] {
        var cases: [OpCase] = []
        for (m, k, n) in [(1, 1, 1), (3, 5, 4), (17, 9, 33)] {
            cases.append(
                OpCase(.matmul, "\(m)×\(k)×\(n)", [OpInput([m, k]), OpInput([k, n])]) { matmul($0[0], $0[1]) }
            )
        }
        cases.append(OpCase(.matmul, "with itself", [OpInput([4, 4])]) { matmul($0[0], $0[0]) })
        return cases + linearLayouts + linearActivations
    }

    /// Square weights where it can be, so that only the layout tells the cases apart.
    private static var linearLayouts: [OpCase] {
        let (x, w, b) = (OpInput([2, 3, 5]), OpInput([5, 5]), OpInput([5]))
        let layouts: [(String, WeightLayout)] = [("[out, in]", .outputMajor), ("[in, out]", .inputMajor)]
        var cases: [OpCase] = []
        for (variant, layout) in layouts {
            cases += [
                OpCase(.linear, variant, [x, w]) { linear($0[0], weights: [$0[1]], layout: layout) },
                OpCase(.linear, "\(variant) bias", [x, w, b]) {
                    linear($0[0], weights: [$0[1]], bias: $0[2], layout: layout)
                },
                OpCase(.linear, "\(variant) frozen input", [OpInput([7, 5], isDifferentiable: false), w, b]) {
                    linear($0[0], weights: [$0[1]], bias: $0[2], layout: layout)
                },
                OpCase(.linear, "\(variant) frozen weight", [x, OpInput([5, 5], isDifferentiable: false)]) {
                    linear($0[0], weights: [$0[1]], layout: layout)
                },
                OpCase(.linear, "\(variant) one weight twice", [x, w]) {
                    linear($0[0], weights: [$0[1], $0[1]], layout: layout)
                },
            ]
            let sizes = layout == .outputMajor ? [[4, 5], [2, 5], [3, 5]] : [[5, 4], [5, 2], [5, 3]]
            let packed = [x] + sizes.map { OpInput(Shape($0)) }
            cases += [
                OpCase(.linear, "\(variant) three weights", packed) {
                    linear($0[0], weights: Array($0[1...]), layout: layout)
                },
                OpCase(.linear, "\(variant) three weights silu", packed) {
                    linear($0[0], weights: Array($0[1...]), layout: layout, activation: .silu)
                },
            ]
        }
        return cases
    }

    /// Every activation fused. |x·Wᵀ| stays below 0.5 and |b| above 1, so that relu's kink is far and log has
    /// a positive argument.
    private static var linearActivations: [OpCase] {
        UnaryFunction.allCases.map { function in
            let inputs = [
                OpInput([3, 5], magnitude: 0...0.3), OpInput([4, 5], magnitude: 0...0.3),
                OpInput([4], magnitude: 1...2, isPositive: function == .log),
            ]
            return OpCase(.linear, "bias \(function.rawValue)", inputs) {
                linear($0[0], weights: [$0[1]], bias: $0[2], activation: function)
            }
        }
    }
}
