import CKernels
import HibariSupport

/// Products with weights that stay in their blocks. Weights are always those that `dequantize` gives, and sums those
/// of the product with float32 weights: nothing is rounded to fewer bits on the way.
extension Float {
    /// y[n, m] = Σₖ x[n, k]·W[m, k] in the fixed order: the bits of `linearFixedOrder` with the dequantized W, which
    /// depend on k alone, never on the number of rows or threads.
    ///
    /// - Parameters:
    ///   - weight: W `[m, k]`.
    ///   - rows: n.
    ///   - x: `[n, k]`.
    ///   - y: `[n, m]`, rows `strideY` apart (m if nil).
    package static func linearFixedOrder(
        _ weight: BlockMatrix, rows: Int, _ x: Input, _ y: Output, strideY: Int? = nil
    ) {
        let (table, depth, strideY) = (KernelTable.active, weight.columns, strideY ?? weight.rows)
        let kernel = rows <= directRows ? table.linear(weight.format) : nil
        let grain = roundUp(max(16, 32_768 / max(1, depth)), 4)
        parallelFor(weight.rows, grain: grain) { outputs in
            let part = weight[outputs]
            let y = y + outputs.lowerBound
            if let kernel {
                kernel(rows, part.rows, depth / part.format.elements, x, depth, part.bytes, y, strideY)
                return
            }
            // A few rows of W at a time stay in the first-level cache while all rows of x pass over them.
            let strip = max(4, 4096 / max(1, depth) / 4 * 4)
            withScratch(Float.self, count: strip * depth) { w in
                for first in stride(from: 0, to: part.rows, by: strip) {
                    let some = part[first..<min(part.rows, first + strip)]
                    dequantizeHere(some.format, some.rows * depth, some.start, w)
                    table.linear_fixed_order(rows, some.rows, depth, x, depth, w, depth, y + first, strideY)
                }
            }
        }
    }

    /// y = x·Wᵀ in whatever order is fastest: for few rows the fixed one, else W is dequantized panel by panel, for
    /// the bits of `gemm` with the dequantized W.
    package static func linear(
        _ weight: BlockMatrix, rows: Int, _ x: Input, _ y: Output, strideY: Int? = nil
    ) {
        let strideY = strideY ?? weight.rows
        if rows <= directRows { return linearFixedOrder(weight, rows: rows, x, y, strideY: strideY) }
        withPanels(weight) { first, panel, w in
            let problem = GemmProblem(
                rows: rows, columns: panel, depth: weight.columns, transposesB: true, strideC: strideY)
            gemm(problem, x, w, y + first, GemmEpilogue())
        }
    }

    /// dx[n, k] (+)= Σₘ dy[n, m]·W[m, k]: the gradient of `linear` for its input, with the bits of `gemm` with the
    /// dequantized W.
    ///
    /// - Parameter strideY: distance between rows of dy; m if nil.
    package static func linearInputGradient(
        _ weight: BlockMatrix, rows: Int, _ dy: Input, _ dx: Output, strideY: Int? = nil, accumulates: Bool
    ) {
        if weight.rows == 0, !accumulates { dx.update(repeating: 0, count: rows * weight.columns) }
        withPanels(weight) { first, panel, w in
            let problem = GemmProblem(
                rows: rows, columns: weight.columns, depth: panel, strideA: strideY ?? weight.rows,
                accumulates: accumulates || first > 0)
            gemm(problem, dy + first, w, dx, GemmEpilogue())
        }
    }

    /// Rows of x up to which decoding W in registers, once for every two of them, is faster than in memory.
    private static let directRows = 4

    /// Calls `body` with the first row, the number of rows and the numbers of one panel of W after the other. Panels
    /// of about a million numbers, in whole blocks of a product's depth, wherever the threads are.
    private static func withPanels(_ weight: BlockMatrix, _ body: (Int, Int, Input) -> Void) {
        let height = min(weight.rows, roundUp(max(1, (1 << 20) / max(1, weight.columns)), gemmBlockDepth))
        guard height > 0 else { return }
        withScratch(Float.self, count: height * weight.columns) { w in
            for first in stride(from: 0, to: weight.rows, by: height) {
                let panel = weight[first..<min(weight.rows, first + height)]
                dequantize(panel.format, panel.rows * panel.columns, panel.start, w)
                body(first, panel.rows, w)
            }
        }
    }
}

extension BlockMatrix {
    fileprivate var bytes: UnsafePointer<UInt8> { start.assumingMemoryBound(to: UInt8.self) }
}

extension hibari_kernel_table {
    /// What multiplies blocks as they are; nil for formats without such a kernel.
    fileprivate func linear(_ format: BlockFormat) -> hibari_linear_blocks? {
        switch format {
        case .q8_0: linear_q8_0
        case .q4_0: linear_q4_0
        case .q4_1: linear_q4_1
        case .q5_0: linear_q5_0
        case .q5_1: linear_q5_1
        default: nil
        }
    }

    /// What reads blocks; nil for formats without such a kernel.
    func read(_ format: BlockFormat) -> hibari_read_blocks? {
        switch format {
        case .q8_0: read_q8_0
        case .q4_0: read_q4_0
        case .q4_1: read_q4_1
        case .q5_0: read_q5_0
        case .q5_1: read_q5_1
        default: nil
        }
    }
}
