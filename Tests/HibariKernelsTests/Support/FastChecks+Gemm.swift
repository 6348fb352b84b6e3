import HibariKernels

extension FastChecks {
    /// Rows, columns, depth: single elements, edges of every tile, more than one block of depth, several tasks,
    /// several chunks of B in both directions.
    private static let gemmSizes = [
        (1, 1, 1), (3, 2, 0), (4, 8, 5), (5, 9, 7), (6, 16, 33), (13, 33, 17), (12, 32, 256), (1, 100, 300),
        (100, 1, 40), (11, 70, 513), (130, 97, 66), (90, 130, 257), (7, 4200, 40), (13, 40, 1100),
    ]

    static func gemm() {
        for (rows, columns, depth) in gemmSizes {
            for (transposesA, transposesB) in [(false, false), (false, true), (true, false), (true, true)] {
                for padding in [0, 3] {
                    let problem = GemmProblem(
                        rows: rows, columns: columns, depth: depth, transposesA: transposesA,
                        transposesB: transposesB,
                        strideA: (transposesA ? rows : depth) + padding,
                        strideB: (transposesB ? depth : columns) + padding, strideC: columns + padding,
                        accumulates: padding != 0)
                    gemm(problem, hasBias: padding == 0, activation: transposesA ? nil : .silu)
                }
            }
        }
    }

    private static func gemm(_ problem: GemmProblem, hasBias: Bool, activation: UnaryFunction?) {
        let a = sample((problem.transposesA ? problem.depth : problem.rows) * problem.strideA)
        let b = sample((problem.transposesB ? problem.columns : problem.depth) * problem.strideB, seed: 2)
        let c = sample(problem.rows * problem.strideC, seed: 3)
        let bias = sample(problem.columns, seed: 4)
        compare("gemm \(problem)", [a, b, bias], [c, c], offsets: [0, 3]) {
            Float.gemm(
                problem, $0[0], $0[1], $1[0],
                GemmEpilogue(bias: hasBias ? $0[2] : nil, activation: activation, activated: $1[1]))
        } reference: {
            Double.gemm(
                problem, $0[0], $0[1], $1[0],
                GemmEpilogue(bias: hasBias ? $0[2] : nil, activation: activation, activated: $1[1]))
        }
        if !problem.transposesA, !problem.accumulates {
            compare("linearFixedOrder \(problem)", [a, b], [c], offsets: [0, 3]) {
                Float.linearFixedOrder(problem, $0[0], $0[1], $1[0])
            } reference: {
                Double.linearFixedOrder(problem, $0[0], $0[1], $1[0])
            }
        }
    }
}
