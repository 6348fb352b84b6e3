import HibariKernels
import HibariSupport
import Testing

extension FastChecks {
    /// Rows of x and rows of W: the kernels of few rows with and without rests, and what is decoded in memory.
    private static let blockSizes = [(1, 1), (1, 4), (2, 7), (3, 33), (4, 130), (5, 9), (9, 70)]

    static func blocks() {
        for format in BlockFormat.allCases {
            for count in [1, 3, 70] {
                reading(format, count * format.elements * (format.elements == 1 ? 333 : 1))
            }
            let depths =
                switch format.elements {
                case 1: [1, 7, 33, 300]
                case 32: [32, 96, 576]
                default: [256, 768]
                }
            for (rows, outputs) in blockSizes {
                for depth in depths { products(format, rows: rows, outputs: outputs, depth: depth) }
            }
        }
        // Two panels of W.
        products(.q8_0, rows: 5, outputs: 260, depth: 8192)
    }

    /// The fast reading of blocks has the bits of the plain one, at any alignment.
    private static func reading(_ format: BlockFormat, _ count: Int) {
        let blocks = sampleBlocks(format, count)
        var expected = [Float](repeating: .nan, count: count)
        blocks.withUnsafeBytes { Float.referenceDequantize(format, count, $0.baseAddress!, &expected) }
        for offset in [0, 1] {
            let y = GuardedBuffer<Float>([Float](repeating: .nan, count: count), offset: offset)
            ([UInt8](repeating: 0, count: offset) + blocks).withUnsafeBytes {
                Float.dequantize(format, count, $0.baseAddress! + offset, y.pointer)
            }
            let isSame = y.array.map(\.bitPattern) == expected.map(\.bitPattern)
            #expect(isSame && y.isIntact, "\(format) \(count), offset \(offset)")
        }
    }

    /// Products with blocks: close to float64, and the bits of the products with the numbers they hold.
    private static func products(_ format: BlockFormat, rows: Int, outputs: Int, depth: Int) {
        let name = "\(format) \(rows) × \(outputs) × \(depth)"
        let blocks = sampleBlocks(format, outputs * depth)
        var w = [Float](repeating: .nan, count: outputs * depth)
        blocks.withUnsafeBytes { Float.referenceDequantize(format, w.count, $0.baseAddress!, &w) }
        let (x, dy) = (sample(rows * depth, seed: 3), sample(rows * (outputs + 3), seed: 4))
        let problem = GemmProblem(
            rows: rows, columns: outputs, depth: depth, transposesB: true, strideC: outputs + 3)
        let back = GemmProblem(
            rows: rows, columns: depth, depth: outputs, strideA: outputs + 3, accumulates: true)

        let weights = w.map(Double.init)
        // What a sum of products with x comes to if nothing cancels: errors are relative to it.
        let typical = (weights.reduce(0) { $0 + $1 * $1 } / Double(w.count)).squareRoot() / 2
        let (scale, backScale) = (
            typical * Double(depth).squareRoot(), typical * Double(outputs).squareRoot()
        )

        blocks.withUnsafeBytes { bytes in
            let matrix = BlockMatrix(format, rows: outputs, columns: depth, bytes.baseAddress!)
            check(name + " fixed", dy, scale, isExact: true) {
                Float.linearFixedOrder(matrix, rows: rows, x, $0, strideY: outputs + 3)
            } float: {
                Float.linearFixedOrder(problem, x, w, $0)
            } double: {
                Double.gemm(problem, x.map(Double.init), weights, $0, GemmEpilogue())
            }
            check(name + " fastest", dy, scale, isExact: rows > 4 && GemmBackend.active == .native) {
                Float.linear(matrix, rows: rows, x, $0, strideY: outputs + 3)
            } float: {
                Float.gemm(problem, x, w, $0, GemmEpilogue())
            } double: {
                Double.gemm(problem, x.map(Double.init), weights, $0, GemmEpilogue())
            }
            check(name + " gradient", x, backScale, isExact: GemmBackend.active == .native) {
                Float.linearInputGradient(
                    matrix, rows: rows, dy, $0, strideY: outputs + 3, accumulates: true)
            } float: {
                Float.gemm(back, dy, w, $0, GemmEpilogue())
            } double: {
                Double.gemm(back, dy.map(Double.init), weights, $0, GemmEpilogue())
            }
        }
    }

    /// - Parameters:
    ///   - start: what the output holds before.
    ///   - scale: what errors are relative to if all elements are smaller.
    ///   - isExact: whether the product with blocks has the bits of that with float32 numbers.
    private static func check(
        _ name: String, _ start: [Float], _ scale: Double, isExact: Bool,
        blocks: (UnsafeMutablePointer<Float>) -> Void,
        float: (UnsafeMutablePointer<Float>) -> Void, double: (UnsafeMutablePointer<Double>) -> Void
    ) {
        let got = GuardedBuffer<Float>(start, offset: 1)
        blocks(got.pointer)
        #expect(got.isIntact, "\(name): wrote outside its output")
        var (expected, exact) = (start, start.map(Double.init))
        float(&expected)
        double(&exact)
        let isSame = got.array.map(\.bitPattern) == expected.map(\.bitPattern)
        #expect(isSame || !isExact, "\(name): other bits")
        let error = largestError(got.array, exact, floor: scale)
        #expect(error.value <= 4e-6, "\(name)[\(error.index)]: \(error.got), not \(error.expected)")
    }

    /// Random blocks of `count` elements whose float16 numbers are about a hundredth, of both signs.
    static func sampleBlocks(_ format: BlockFormat, _ count: Int, seed: UInt64 = 2) -> [UInt8] {
        var random = RandomStream(seed: seed, purpose: .testing, stream: UInt64(count))
        var bytes = (0..<format.byteCount(of: count)).map { _ in UInt8(truncatingIfNeeded: random.nextWord())
        }
        let (exponents, exponent): ([Int], UInt8) =
            switch format {
            case .float32: ([3], 0x3C)
            case .bfloat16: ([1], 0x3C)
            case .float16, .q8_0, .q4_0, .q5_0: ([1], 0x20)
            case .q4_1, .q5_1, .q4K, .q5K: ([1, 3], 0x20)
            case .q2K: ([81, 83], 0x20)
            case .q3K: ([109], 0x20)
            case .q6K: ([209], 0x20)
            }
        for block in stride(from: 0, to: bytes.count, by: format.bytes) {
            for place in exponents { bytes[block + place] = exponent | bytes[block + place] & 0x83 }
        }
        return bytes
    }
}
