import CKernels
import HibariSupport

/// Query rows handled together. Blocks of keys wholly in the future are skipped, so small blocks waste less.
private let queryBlock = 48

extension Float {
    package static func attention(_ problem: AttentionProblem, _ qkv: Input, _ y: Output, _ logSumExp: Output)
    {
        let blocks = (problem.time + queryBlock - 1) / queryBlock
        ThreadPool.shared.run(problem.batch * problem.heads * blocks) { task in
            // Long blocks first, so that the threads finish together.
            let (row, index) = (task / blocks, blocks - 1 - task % blocks)
            let block = AttentionBlock(problem, index, head: row % problem.heads, row / problem.heads)
            withAttentionScratch(problem, matrices: 1) { scores, _, scratch in
                let keys = block.keys.count
                serialGemm(
                    GemmProblem(
                        rows: block.rows.count, columns: keys, depth: problem.headDim, transposesB: true,
                        strideA: problem.rowWidth, strideB: problem.rowWidth, strideC: keys),
                    qkv + block.query, qkv + block.key, scores, scratch: scratch)
                block.softmaxRows(scores, logSumExp)
                serialGemm(
                    GemmProblem(
                        rows: block.rows.count, columns: problem.headDim, depth: keys, strideA: keys,
                        strideB: problem.rowWidth, strideC: problem.outputWidth),
                    scores, qkv + block.value, y + block.output, scratch: scratch)
            }
        }
    }

    /// Recomputes the weights of each block from the saved logarithms. One task owns a key head, so that its
    /// gradients are summed in one order.
    package static func attentionBackward(
        _ problem: AttentionProblem, _ qkv: Input, _ y: Input, _ logSumExp: Input, _ dy: Input, _ dQKV: Output
    ) {
        let blocks = (problem.time + queryBlock - 1) / queryBlock
        let d = problem.headDim
        ThreadPool.shared.run(problem.batch * problem.keyValueHeads) { task in
            let (b, keyHead) = (task / problem.keyValueHeads, task % problem.keyValueHeads)
            clearKeyValueGradients(problem, b, keyHead, dQKV)
            withAttentionScratch(problem, matrices: 2) { p, dp, scratch in
                for head in keyHead * problem.groupSize..<(keyHead + 1) * problem.groupSize {
                    for index in 0..<blocks {
                        let block = AttentionBlock(problem, index, head: head, b)
                        let (rows, keys, width) = (block.rows.count, block.keys.count, problem.rowWidth)
                        serialGemm(
                            GemmProblem(
                                rows: rows, columns: keys, depth: d, transposesB: true, strideA: width,
                                strideB: width,
                                strideC: keys), qkv + block.query, qkv + block.key, p, scratch: scratch)
                        serialGemm(
                            GemmProblem(
                                rows: rows, columns: keys, depth: d, transposesB: true,
                                strideA: problem.outputWidth,
                                strideB: width, strideC: keys),
                            dy + block.output, qkv + block.value, dp, scratch: scratch)
                        block.restoreWeights(p, logSumExp)
                        // dV += Pᵀ·dY
                        serialGemm(
                            GemmProblem(
                                rows: keys, columns: d, depth: rows, transposesA: true, strideA: keys,
                                strideB: problem.outputWidth, strideC: width, accumulates: true),
                            p, dy + block.output, dQKV + block.value, scratch: scratch)
                        block.scoreGradients(p, dp, y, dy)
                        // dQ = dS·K, dK += dSᵀ·Q
                        serialGemm(
                            GemmProblem(
                                rows: rows, columns: d, depth: keys, strideA: keys, strideB: width,
                                strideC: width),
                            dp, qkv + block.key, dQKV + block.query, scratch: scratch)
                        serialGemm(
                            GemmProblem(
                                rows: keys, columns: d, depth: rows, transposesA: true, strideA: keys,
                                strideB: width,
                                strideC: width, accumulates: true),
                            dp, qkv + block.query, dQKV + block.key, scratch: scratch)
                    }
                }
            }
        }
    }

    private static func clearKeyValueGradients(
        _ problem: AttentionProblem, _ b: Int, _ keyHead: Int, _ dQKV: Output
    ) {
        let d = problem.headDim
        for row in b * problem.time..<(b + 1) * problem.time {
            let key = dQKV + row * problem.rowWidth + (problem.heads + keyHead) * d
            key.update(repeating: 0, count: d)
            (key + problem.keyValueHeads * d).update(repeating: 0, count: d)
        }
    }

    private static func withAttentionScratch(
        _ problem: AttentionProblem, matrices: Int, _ body: (Output, Output, Output) -> Void
    ) {
        let matrix = queryBlock * problem.time
        let larger = max(problem.time, problem.headDim)
        let count = matrices * matrix + serialGemmScratch(columns: larger, depth: larger)
        withScratch(Float.self, count: count) {
            body($0, $0 + (matrices - 1) * matrix, $0 + matrices * matrix)
        }
    }

    package static func cachedAttention(
        _ problem: CachedAttentionProblem, _ queries: Input, keys: Input, values: Input, _ y: Output
    ) {
        let table = KernelTable.active
        let d = problem.headDim
        let width = problem.keyValueHeads * d
        let scale = 1 / Float(d).squareRoot()
        let tasks = problem.rows * problem.heads
        let grain = max(1, 65_536 / ((problem.firstPosition + problem.rows) * d))
        parallelFor(tasks, grain: grain) { range in
            withScratch(Float.self, count: problem.firstPosition + problem.rows) { scores in
                for task in range {
                    let (row, h) = (task / problem.heads, task % problem.heads)
                    let position = problem.firstPosition + row
                    let first = problem.firstKey(of: position)
                    let count = position - first + 1
                    let offset = first * width + h / (problem.heads / problem.keyValueHeads) * d
                    table.linear_fixed_order(
                        1, count, d, queries + row * problem.queryStride + h * d, d, keys + offset, width,
                        scores, count)
                    _ = table.softmax_row(count, scale, scores, scores)
                    table.linear_fixed_order_transposed(
                        1, d, count, scores, count, values + offset, width, y + task * d, d)
                }
            }
        }
    }
}

/// One block of queries of one head and the keys that any of them sees.
private struct AttentionBlock {
    let problem: AttentionProblem
    let rows, keys: Range<Int>
    /// Offsets of the first query, key and value row in the packed input, and of the first row in the output.
    let query, key, value, output: Int
    private let statistic: Int

    init(_ problem: AttentionProblem, _ index: Int, head: Int, _ b: Int) {
        self.problem = problem
        let d = problem.headDim
        rows = index * queryBlock..<min(problem.time, (index + 1) * queryBlock)
        keys = problem.firstKey(of: rows.lowerBound)..<rows.upperBound
        let keyColumn = (problem.heads + head / problem.groupSize) * d
        query = (b * problem.time + rows.lowerBound) * problem.rowWidth + head * d
        key = (b * problem.time + keys.lowerBound) * problem.rowWidth + keyColumn
        value = key + problem.keyValueHeads * d
        output = (b * problem.time + rows.lowerBound) * problem.outputWidth + head * d
        statistic = (b * problem.heads + head) * problem.time
    }

    /// The columns of the block's score matrix that query `i` sees.
    private func seen(_ i: Int) -> Range<Int> {
        problem.firstKey(of: i) - keys.lowerBound..<i + 1 - keys.lowerBound
    }

    private var scale: Float { 1 / Float(problem.headDim).squareRoot() }

    private func forEachRow(
        _ matrix: UnsafeMutablePointer<Float>, _ body: (Int, UnsafeMutablePointer<Float>, Range<Int>) -> Void
    ) {
        for i in rows {
            let row = matrix + (i - rows.lowerBound) * keys.count
            let seen = seen(i)
            row.update(repeating: 0, count: seen.lowerBound)
            (row + seen.upperBound).update(repeating: 0, count: keys.count - seen.upperBound)
            body(i, row + seen.lowerBound, seen)
        }
    }

    func softmaxRows(_ scores: UnsafeMutablePointer<Float>, _ logSumExp: UnsafeMutablePointer<Float>) {
        let kernel = KernelTable.active.softmax_row!
        forEachRow(scores) { i, row, seen in
            logSumExp[statistic + i] = kernel(seen.count, scale, row, row)
        }
    }

    func restoreWeights(_ scores: UnsafeMutablePointer<Float>, _ logSumExp: UnsafePointer<Float>) {
        let kernel = KernelTable.active.exp_scaled_shifted!
        forEachRow(scores) { i, row, seen in kernel(seen.count, scale, logSumExp[statistic + i], row, row) }
    }

    /// dS = scale · P · (dP − Δ), Δ = Σ y·dy of the row; in place of `dp`.
    func scoreGradients(
        _ p: UnsafePointer<Float>, _ dp: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>,
        _ dy: UnsafePointer<Float>
    ) {
        let table = KernelTable.active
        forEachRow(dp) { i, row, seen in
            let local = i - rows.lowerBound
            let offset = output + local * problem.outputWidth
            let delta = table.dot(problem.headDim, y + offset, dy + offset)
            let weights = p + local * keys.count + seen.lowerBound
            table.softmax_backward_row(seen.count, scale, delta, weights, row, row)
        }
    }
}
