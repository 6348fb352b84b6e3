import HibariKernels

/// The comparisons of the fast kernels with their references. They run on the tier of this process; tests
/// call them here and in processes that force another tier.
enum FastChecks {
    /// Around the vector lengths, and more than one task of a threaded loop.
    static let sizes = [0, 1, 7, 8, 15, 16, 17, 33, 1000, 40_003]

    static func elementwise() {
        for n in sizes {
            for function in UnaryFunction.allCases { unary(function, n) }
            for function in [.leakyReLU(slope: 0.3), .elu(alpha: 1.5), .clamp(lower: -1, upper: 2)]
                as [ShapedFunction]
            {
                shaped(function, n)
            }
            for function in BinaryFunction.allCases { binary(function, n) }
            accumulating(n)
            dropout(n)
            reductions(n)
        }
        for (rows, width) in [(1, 1), (3, 7), (2, 16), (5, 33), (300, 100)] { swiGLU(rows, width) }
        for (rows, columns) in [(0, 3), (1, 1), (3, 7), (17, 33), (1000, 5), (16, 40), (33, 1000)] {
            sumRows(rows, columns)
        }
    }

    private static func unary(_ function: UnaryFunction, _ n: Int) {
        let x = sample(n, function == .log ? 0.01...9 : -6...6)
        compare("\(function) \(n)", [x], [sample(n)], limit: 1e-6) {
            Float.map(function, n, $0[0], $1[0])
        } reference: {
            Double.map(function, n, $0[0], $1[0])
        }
        // Slopes are differences of numbers near 1; gelu's multiplies one by up to x·(1 + 0.13·x²).
        compare("\(function) backward \(n)", [x, sample(n, seed: 2)], [sample(n)], limit: 5e-6, floor: 1) {
            Float.mapBackward(function, n, $0[0], $0[1], $1[0])
        } reference: {
            Double.mapBackward(function, n, $0[0], $0[1], $1[0])
        }
    }

    private static func shaped(_ function: ShapedFunction, _ n: Int) {
        let x = sample(n, -6...6)
        compare("\(function) \(n)", [x], [sample(n)], limit: 1e-6) {
            Float.map(function, n, $0[0], $1[0])
        } reference: {
            Double.map(function, n, $0[0], $1[0])
        }
        compare("\(function) backward \(n)", [x, sample(n, seed: 2)], [sample(n)], limit: 1e-6) {
            Float.mapBackward(function, n, $0[0], $0[1], $1[0])
        } reference: {
            Double.mapBackward(function, n, $0[0], $0[1], $1[0])
        }
    }

    private static func binary(_ function: BinaryFunction, _ n: Int) {
        let (x, y) = (sample(n, -3...3), sample(n, 0.5...2, seed: 2))
        compare("\(function) \(n)", [x, y], [sample(n)], limit: 1e-7) {
            Float.combine(function, n, $0[0], $0[1], $1[0])
        } reference: {
            Double.combine(function, n, $0[0], $0[1], $1[0])
        }
        compare("\(function) scalar \(n)", [x], [sample(n)], limit: 2e-7) {
            Float.combineScalar(function, n, $0[0], 0.7, $1[0])
        } reference: {
            Double.combineScalar(function, n, $0[0], 0.7, $1[0])
        }
    }

    private static func accumulating(_ n: Int) {
        let (x, y, z) = (sample(n), sample(n, seed: 2), sample(n, seed: 3))
        compare("addScaled \(n)", [x], [z], limit: 2e-7) {
            Float.addScaled(n, -0.3, $0[0], $1[0])
        } reference: {
            Double.addScaled(n, -0.3, $0[0], $1[0])
        }
        compare("blend \(n)", [x, y], [z], limit: 2e-7) {
            Float.blend(n, -0.3, $0[0], 1.7, $0[1], $1[0])
        } reference: {
            Double.blend(n, -0.3, $0[0], 1.7, $0[1], $1[0])
        }
        compare("scale \(n)", [x], [z], limit: 2e-7) {
            Float.scale(n, 1.7, $0[0], $1[0])
        } reference: {
            Double.scale(n, 1.7, $0[0], $1[0])
        }
    }

    private static func dropout(_ n: Int) {
        let mask = DropoutMask(key: 0x1234_5678_9ABC_DEF0, stream: 0xFEDC_BA98_7654_3203, probability: 0.3)
        compare("dropout \(n)", [sample(n)], [sample(n, seed: 2)], limit: 2e-7) {
            Float.dropout(n, mask, $0[0], $1[0])
        } reference: {
            Double.dropout(n, mask, $0[0], $1[0])
        }
    }

    private static func reductions(_ n: Int) {
        let (x, y) = (sample(n, 0...1), sample(n, 0...1, seed: 2))
        compare("sums \(n)", [x, y], [[0, 0, 0]]) {
            $1[0][0] = Float.sum(n, $0[0])
            $1[0][1] = Float.dot(n, $0[0], $0[1])
            $1[0][2] = Float(Float.sumOfSquares(n, $0[0]))
        } reference: {
            $1[0][0] = Double.sum(n, $0[0])
            $1[0][1] = Double.dot(n, $0[0], $0[1])
            $1[0][2] = Double.sumOfSquares(n, $0[0])
        }
    }

    private static func swiGLU(_ rows: Int, _ width: Int) {
        let (x, dy) = (sample(2 * rows * width, -5...5), sample(rows * width))
        compare("swiGLU \(rows)×\(width)", [x], [dy]) {
            Float.swiGLU(rows: rows, width: width, $0[0], $1[0])
        } reference: {
            Double.swiGLU(rows: rows, width: width, $0[0], $1[0])
        }
        compare("swiGLU backward \(rows)×\(width)", [x, dy], [x]) {
            Float.swiGLUBackward(rows: rows, width: width, $0[0], $0[1], $1[0])
        } reference: {
            Double.swiGLUBackward(rows: rows, width: width, $0[0], $0[1], $1[0])
        }
    }

    private static func sumRows(_ rows: Int, _ columns: Int) {
        for accumulate in [false, true] {
            compare("sumRows \(rows)×\(columns)", [sample(rows * columns)], [sample(columns)]) {
                Float.sumRows(rows: rows, columns: columns, $0[0], $1[0], accumulate: accumulate)
            } reference: {
                Double.sumRows(rows: rows, columns: columns, $0[0], $1[0], accumulate: accumulate)
            }
        }
    }
}
