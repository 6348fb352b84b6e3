import CKernels

/// Query rows handled together: whole tiles of every instruction set, and few, because the scores of a block reach
/// to the key of its last row.
private let queryBlock = 24

extension AttentionProblem {
    var blockCount: Int { (time + queryBlock - 1) / queryBlock }
}

/// One query head of one sequence: where it lies, and its keys and values packed as B of a product.
struct AttentionHead {
    fileprivate let table = KernelTable.active
    let problem: AttentionProblem
    private let head: Int
    private let firstRow, firstStatistic: Int
    /// Offsets of the first key and value row in the packed input.
    let key, value: Int

    /// - Parameter index: counts the query heads of all sequences.
    init(_ problem: AttentionProblem, _ index: Int) {
        self.problem = problem
        let b = index / problem.heads
        head = index % problem.heads
        firstRow = problem.firstRow + b * problem.time
        firstStatistic = problem.firstStatistic(sequence: b, head: head)
        key =
            firstRow * problem.rowWidth
            + (problem.heads + head / problem.groupSize) * problem.headDim
        value = key + problem.keyValueHeads * problem.headDim
    }

    fileprivate var tileColumns: Int { Int(table.tile_columns) }

    /// Floats of `packAsColumns`.
    var packedColumnCount: Int { roundUp(problem.time, tileColumns) * problem.headDim }
    /// Floats of `packAsDepth`.
    var packedDepthCount: Int { roundUp(problem.headDim, tileColumns) * problem.time }
    /// Floats between the rows of a block's scores.
    fileprivate var scoreStride: Int { roundUp(problem.time, tileColumns) + tileColumns }
    /// Floats of the scores of one block.
    var scoreCount: Int { queryBlock * scoreStride }
    /// Floats that `AttentionBlock.addTransposed` works in.
    var transposedCount: Int {
        queryBlock * (roundUp(problem.time, Int(table.tile_rows)) + roundUp(problem.headDim, tileColumns))
    }

    /// Packs all rows of keys or values as the columns of a product over the head's dimensions.
    func packAsColumns(_ rows: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
        table.pack_columns(problem.time, problem.headDim, rows, problem.rowWidth, 1, packed)
    }

    /// Packs all rows of keys or values as the depth of a product that has the head's dimensions as columns.
    func packAsDepth(_ rows: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
        table.pack_columns(problem.headDim, problem.time, rows, 1, problem.rowWidth, packed)
    }

    func clearKeysAndValues(_ gradient: UnsafeMutablePointer<Float>) {
        for row in 0..<problem.time {
            for offset in [key, value] {
                (gradient + offset + row * problem.rowWidth).update(repeating: 0, count: problem.headDim)
            }
        }
    }

    /// Where row `i` of this head lies in the packed input, in the output, and in the statistics.
    fileprivate func offsets(_ i: Int) -> (query: Int, output: Int, statistic: Int) {
        let row = firstRow + i
        return (
            row * problem.rowWidth + head * problem.headDim,
            row * problem.outputWidth + head * problem.headDim,
            firstStatistic + i
        )
    }
}

/// One block of queries of one head, and the keys that any of them sees.
struct AttentionBlock {
    private let head: AttentionHead
    private let rows, keys: Range<Int>
    /// Offsets of the first query row in the packed input and of the first row in the output.
    let query, output: Int
    private let statistic: Int

    init(_ head: AttentionHead, _ index: Int) {
        self.head = head
        rows = index * queryBlock..<min(head.problem.time, (index + 1) * queryBlock)
        // Packed keys can be entered at the border of a panel.
        let first = head.problem.firstKey(of: rows.lowerBound) / head.tileColumns * head.tileColumns
        keys = first..<rows.upperBound
        (query, output, statistic) = head.offsets(rows.lowerBound)
    }

    /// Rows times keys (or values): scores = A·Kᵀ, for keys packed by `packAsColumns`.
    func multiplyColumns(
        _ a: UnsafePointer<Float>, _ stride: Int, _ packed: UnsafePointer<Float>,
        _ scores: UnsafeMutablePointer<Float>
    ) {
        let depth = head.problem.headDim
        head.table.multiplyRows(
            rows.count, keys.count, depth: depth, a, stride, packed + keys.lowerBound * depth,
            panelStride: head.tileColumns * depth, scores, head.scoreStride, accumulates: false)
    }

    /// Weighted sums over the keys: C = P·V, for values packed by `packAsDepth`.
    func multiplyDepth(
        _ weights: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
        _ strideC: Int
    ) {
        for k in stride(from: keys.lowerBound, to: keys.upperBound, by: gemmBlockDepth) {
            head.table.multiplyRows(
                rows.count, head.problem.headDim, depth: min(gemmBlockDepth, keys.upperBound - k),
                weights + (k - keys.lowerBound), head.scoreStride, packed + k * head.tileColumns,
                panelStride: head.tileColumns * head.problem.time, c, strideC,
                accumulates: k > keys.lowerBound)
        }
    }

    /// Adds Pᵀ·X to the gradient of the keys or values, for the rows X of this block.
    ///
    /// - Parameter gradient: of the head's first key or value row.
    func addTransposed(
        _ weights: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ strideX: Int,
        _ gradient: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let (table, depth, width) = (head.table, rows.count, head.problem.rowWidth)
        let packedX = scratch + roundUp(keys.count, Int(table.tile_rows)) * depth
        table.pack_rows(keys.count, depth, weights, 1, head.scoreStride, scratch)
        table.pack_columns(head.problem.headDim, depth, x, 1, strideX, packedX)
        table.gemm_block(
            keys.count, head.problem.headDim, depth, scratch, 0, packedX, head.tileColumns * depth,
            gradient + keys.lowerBound * width, width, 1)
    }

    func softmaxRows(_ scores: UnsafeMutablePointer<Float>, _ logSumExp: UnsafeMutablePointer<Float>) {
        for i in rows {
            let (row, seen) = clearUnseen(i, scores)
            logSumExp[statistic + i - rows.lowerBound] = head.table.softmax_row(seen, scale, row, row)
        }
    }

    /// From scores s and the gradients dP of the weights: P = exp(scale · s − log Σ exp), in place of `scores`, and
    /// dS = scale · P · (dP − Δ) with Δ = Σ y·dy of the row, in place of `dp`.
    func scoreGradients(
        _ scores: UnsafeMutablePointer<Float>, _ dp: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>,
        _ dy: UnsafePointer<Float>, _ logSumExp: UnsafePointer<Float>
    ) {
        for i in rows {
            let local = i - rows.lowerBound
            let offset = local * head.problem.outputWidth
            let delta = head.table.dot(head.problem.headDim, y + offset, dy + offset)
            let (row, seen) = clearUnseen(i, scores)
            head.table.attention_backward_row(
                seen, scale, logSumExp[statistic + local], delta, row, clearUnseen(i, dp).row)
        }
    }

    private var scale: Float { 1 / Float(head.problem.headDim).squareRoot() }

    /// Sets to 0 what query `i` does not see of its row of a block's matrix; returns the rest.
    private func clearUnseen(
        _ i: Int, _ matrix: UnsafeMutablePointer<Float>
    ) -> (row: UnsafeMutablePointer<Float>, count: Int) {
        let row = matrix + (i - rows.lowerBound) * head.scoreStride
        let first = head.problem.firstKey(of: i) - keys.lowerBound
        let end = i + 1 - keys.lowerBound
        row.update(repeating: 0, count: first)
        (row + end).update(repeating: 0, count: keys.count - end)
        return (row + first, end - first)
    }
}
