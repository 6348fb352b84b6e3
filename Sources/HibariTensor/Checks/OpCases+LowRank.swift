extension OpCase {
    /// Low-rank terms on fresh results of linear maps, as adapters add them.
    static var lowRank: [OpCase] {
        let (x, w, a, b) = (OpInput([2, 3, 5]), OpInput([6, 5]), OpInput([2, 5]), OpInput([6, 2]))
        func constant(_ input: OpInput) -> OpInput {
            var input = input
            input.isDifferentiable = false
            return input
        }
        func one(
            _ variant: String, _ inputs: [OpInput], scale: Double = 0.5, dropout: Double? = nil,
            layer: UInt64 = 0, then: @escaping (Tensor) -> Tensor = { $0 }
        ) -> OpCase {
            let dropout = dropout.map { ($0, DropoutStream(seed: 1, step: 0, layer: layer)) }
            return OpCase(.lowRank, variant, inputs) {
                let term = LowRankTerm($0[2], $0[3], scale: scale, dropout: dropout)
                return then(addLowRank([term], of: $0[0], to: linear($0[0], weights: [$0[1]])))
            }
        }
        var cases = [
            one("one map", [x, w, a, b]),
            one("scale 2", [x, w, a, b], scale: 2),
            one("before tanh", [x, w, a, b], then: tanh),
            one("dropout 0.4", [x, w, a, b], dropout: 0.4),
            one("dropout 0.4, another layer", [x, w, a, b], dropout: 0.4, layer: 1),
            one("frozen map", [x, constant(w), a, b]),
            one("frozen map and input", [constant(x), constant(w), a, b]),
            one("frozen input, dropout", [constant(x), w, a, b], dropout: 0.4),
            one("frozen adapter", [x, w, constant(a), constant(b)]),
            one("frozen A", [x, w, constant(a), b]),
            one("frozen B", [x, w, a, constant(b)]),
        ]
        let packed =
            [x] + [[4, 5], [2, 5], [3, 5], [2, 5], [4, 2], [1, 5], [3, 1]].map { OpInput(Shape($0)) }
        cases += [
            OpCase(.lowRank, "first and last of three maps", packed) {
                let terms = [
                    LowRankTerm($0[4], $0[5], scale: 1),
                    LowRankTerm($0[6], $0[7], scale: -0.5, column: 6),
                ]
                return addLowRank(terms, of: $0[0], to: linear($0[0], weights: Array($0[1...3])))
            },
            OpCase(.lowRank, "two on the same columns", [x, w, a, b]) {
                let terms = [
                    LowRankTerm($0[2], $0[3], scale: 1),
                    LowRankTerm($0[2], $0[3], scale: 0.5),
                ]
                return addLowRank(terms, of: $0[0], to: linear($0[0], weights: [$0[1]]))
            },
        ]
        return cases
    }
}
