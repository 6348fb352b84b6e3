import CKernels
import HibariSupport

extension Float {
    package static func attention(
        _ problems: [AttentionProblem], _ qkv: Input, _ y: Output, _ logSumExp: Output
    ) {
        let tasks = AttentionTask.forward(problems)
        ThreadPool.shared.run(tasks.count) { index in
            let task = tasks[index]
            let (problem, head) = (task.problem, AttentionHead(task.problem, task.head))
            let (columnCount, depthCount) = (head.packedColumnCount, head.packedDepthCount)
            withScratch(Float.self, count: columnCount + depthCount + head.scoreCount) { keys in
                let values = keys + columnCount
                let scores = values + depthCount
                head.packAsColumns(qkv + head.key, keys)
                head.packAsDepth(qkv + head.value, values)
                for index in stride(from: task.part, to: problem.blockCount, by: task.parts) {
                    let block = AttentionBlock(head, index)
                    block.multiplyColumns(qkv + block.query, problem.rowWidth, keys, scores)
                    block.softmaxRows(scores, logSumExp)
                    block.multiplyDepth(scores, values, y + block.output, problem.outputWidth)
                }
            }
        }
    }

    /// Recomputes the weights of each block from the saved logarithms. One task owns a key head, so that its
    /// gradients are summed in one order.
    package static func attentionBackward(
        _ problems: [AttentionProblem], _ qkv: Input, _ y: Input, _ logSumExp: Input, _ dy: Input,
        _ dQKV: Output
    ) {
        let tasks = AttentionTask.backward(problems)
        ThreadPool.shared.run(tasks.count) { index in
            let task = tasks[index]
            let (problem, first) = (task.problem, AttentionHead(task.problem, task.head))
            let (columnCount, depthCount) = (first.packedColumnCount, first.packedDepthCount)
            let count = 2 * columnCount + depthCount + 2 * first.scoreCount + first.transposedCount
            withScratch(Float.self, count: count) { keyColumns in
                let valueColumns = keyColumns + columnCount
                let keyDepth = valueColumns + columnCount
                let p = keyDepth + depthCount
                let dp = p + first.scoreCount
                let scratch = dp + first.scoreCount
                first.packAsColumns(qkv + first.key, keyColumns)
                first.packAsColumns(qkv + first.value, valueColumns)
                first.packAsDepth(qkv + first.key, keyDepth)
                first.clearKeysAndValues(dQKV)
                for h in 0..<problem.groupSize {
                    let head = AttentionHead(problem, task.head + h)
                    for index in 0..<problem.blockCount {
                        let block = AttentionBlock(head, index)
                        let (q, dO) = (qkv + block.query, dy + block.output)
                        block.multiplyColumns(q, problem.rowWidth, keyColumns, p)
                        block.multiplyColumns(dO, problem.outputWidth, valueColumns, dp)
                        block.scoreGradients(p, dp, y + block.output, dO, logSumExp)
                        // dV += Pᵀ·dY, dK += dSᵀ·Q, dQ = dS·K
                        block.addTransposed(p, dO, problem.outputWidth, dQKV + head.value, scratch)
                        block.addTransposed(dp, q, problem.rowWidth, dQKV + head.key, scratch)
                        block.multiplyDepth(dp, keyDepth, dQKV + block.query, problem.rowWidth)
                    }
                }
            }
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

/// What one thread does at a time.
private struct AttentionTask {
    let problem: AttentionProblem
    /// The head, or the first head of a group; counts the heads of all sequences of the problem.
    let head: Int
    /// Of the blocks of the head, every `parts`-th from number `part` on.
    var part = 0
    var parts = 1

    /// Heads are tasks. Where they are too few for the threads, the blocks of a head are dealt out, and each part packs
    /// keys and values for itself; what a block computes stays the same.
    static func forward(_ problems: [AttentionProblem]) -> [AttentionTask] {
        let heads = problems.reduce(0) { $0 + $1.batch * $1.heads }
        let wanted = max(1, 3 * ThreadPool.shared.threadCount / max(1, heads))
        return longestFirst(problems).flatMap { problem in
            let parts = min(problem.blockCount, wanted)
            return (0..<problem.batch * problem.heads * parts).map {
                AttentionTask(problem: problem, head: $0 / parts, part: $0 % parts, parts: parts)
            }
        }
    }

    /// The heads that share a key head, which sum their gradients in one order.
    static func backward(_ problems: [AttentionProblem]) -> [AttentionTask] {
        longestFirst(problems).flatMap { problem in
            (0..<problem.batch * problem.keyValueHeads).map {
                AttentionTask(problem: problem, head: $0 * problem.groupSize)
            }
        }
    }

    /// So that the threads end together.
    private static func longestFirst(_ problems: [AttentionProblem]) -> [AttentionProblem] {
        problems.sorted { $0.time > $1.time }
    }
}
