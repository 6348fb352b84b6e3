import HibariSupport

/// Plain implementations of attention: for each query, softmax(q·k / √D) over the keys it sees, times the
/// values.
extension KernelScalar {
    package static func attention(
        _ problems: [AttentionProblem], _ qkv: Input, _ y: Output, _ logSumExp: Output
    ) {
        for problem in problems { attention(problem, qkv, y, logSumExp) }
    }

    package static func attentionBackward(
        _ problems: [AttentionProblem], _ qkv: Input, _ y: Input, _ logSumExp: Input, _ dy: Input,
        _ dQKV: Output
    ) {
        for problem in problems { attentionBackward(problem, qkv, y, logSumExp, dy, dQKV) }
    }

    private static func attention(_ problem: AttentionProblem, _ qkv: Input, _ y: Output, _ logSumExp: Output)
    {
        let d = problem.headDim
        withScratch(Self.self, count: problem.time) { scores in
            for b in 0..<problem.batch {
                for h in 0..<problem.heads {
                    for i in 0..<problem.time {
                        let view = AttentionRow(problem, b: b, h: h, i: i)
                        logSumExp[view.statistic] = attentionScores(problem, view, qkv, scores)
                        for c in 0..<d {
                            var total: Self = 0
                            for j in view.keys {
                                total += scores[j] * qkv[view.value(problem, j) + c]
                            }
                            y[view.output + c] = total
                        }
                    }
                }
            }
        }
    }

    /// Fills `scores[j]` with the attention weights of one query and returns the logarithm of their
    /// denominator.
    private static func attentionScores(
        _ problem: AttentionProblem, _ view: AttentionRow, _ qkv: Input, _ scores: Output
    ) -> Self {
        let scale = 1 / Self(problem.headDim).squareRoot()
        for j in view.keys {
            scores[j] = dot(problem.headDim, qkv + view.query, qkv + view.key(problem, j))
        }
        let first = view.keys.lowerBound
        let logTotal = referenceLogSumExp(view.keys.count, scale, scores + first)
        referenceSoftmaxRow(view.keys.count, scale, scores + first, scores + first)
        return logTotal
    }

    private static func attentionBackward(
        _ problem: AttentionProblem, _ qkv: Input, _ y: Input, _ logSumExp: Input, _ dy: Input, _ dQKV: Output
    ) {
        let d = problem.headDim
        let scale = 1 / Self(d).squareRoot()
        (dQKV + problem.firstRow * problem.rowWidth)
            .update(repeating: 0, count: problem.batch * problem.time * problem.rowWidth)
        withScratch(Self.self, count: problem.time) { p in
            for b in 0..<problem.batch {
                for h in 0..<problem.heads {
                    for i in 0..<problem.time {
                        let view = AttentionRow(problem, b: b, h: h, i: i)
                        _ = attentionScores(problem, view, qkv, p)
                        let delta = dot(d, dy + view.output, y + view.output)
                        for j in view.keys {
                            let (key, value) = (view.key(problem, j), view.value(problem, j))
                            // y = Σ pⱼ·vⱼ, p = softmax(s), s = scale·q·k
                            let dScore = scale * p[j] * (dot(d, dy + view.output, qkv + value) - delta)
                            for c in 0..<d {
                                dQKV[value + c] += p[j] * dy[view.output + c]
                                dQKV[view.query + c] += dScore * qkv[key + c]
                                dQKV[key + c] += dScore * qkv[view.query + c]
                            }
                        }
                    }
                }
            }
        }
    }

    package static func cachedAttention(
        _ problem: CachedAttentionProblem, _ queries: Input, keys: Input, values: Input, _ y: Output
    ) {
        let d = problem.headDim
        let width = problem.keyValueHeads * d
        let scale = 1 / Self(d).squareRoot()
        withScratch(Self.self, count: problem.firstPosition + problem.rows) { scores in
            for row in 0..<problem.rows {
                let position = problem.firstPosition + row
                let seen = problem.firstKey(of: position)...position
                for h in 0..<problem.heads {
                    let column = h / (problem.heads / problem.keyValueHeads) * d
                    let query = queries + row * problem.queryStride + h * d
                    for j in seen { scores[j] = dot(d, query, keys + j * width + column) }
                    let first = seen.lowerBound
                    referenceSoftmaxRow(seen.count, scale, scores + first, scores + first)
                    for c in 0..<d {
                        var total: Self = 0
                        for j in seen { total += scores[j] * values[j * width + column + c] }
                        y[(row * problem.heads + h) * d + c] = total
                    }
                }
            }
        }
    }
}

/// Where the parts of one query's attention lie in the packed buffers.
private struct AttentionRow {
    let query, output, statistic: Int
    let keys: ClosedRange<Int>
    private let firstRow, keyColumn, valueColumn: Int

    init(_ problem: AttentionProblem, b: Int, h: Int, i: Int) {
        let (time, d) = (problem.time, problem.headDim)
        firstRow = problem.firstRow + b * time
        query = (firstRow + i) * problem.rowWidth + h * d
        output = (firstRow + i) * problem.outputWidth + h * d
        statistic = problem.firstStatistic(sequence: b, head: h) + i
        keys = problem.firstKey(of: i)...i
        keyColumn = (problem.heads + h / problem.groupSize) * d
        valueColumn = keyColumn + problem.keyValueHeads * d
    }

    func key(_ problem: AttentionProblem, _ j: Int) -> Int { (firstRow + j) * problem.rowWidth + keyColumn }
    func value(_ problem: AttentionProblem, _ j: Int) -> Int {
        (firstRow + j) * problem.rowWidth + valueColumn
    }
}
