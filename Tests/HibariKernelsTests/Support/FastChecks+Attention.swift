import HibariKernels

extension FastChecks {
    /// Batch, time, query heads, key heads, head size, window: around the blocks of 48 queries, and more keys
    /// than a block of depth of the products (256).
    private static let attentionSizes: [(Int, Int, Int, Int, Int, Int?)] = [
        (1, 1, 1, 1, 1, nil), (2, 7, 4, 2, 6, nil), (2, 7, 4, 2, 6, 3), (1, 47, 2, 1, 16, nil),
        (1, 48, 2, 2, 5, 1),
        (3, 49, 2, 1, 8, nil), (1, 97, 3, 1, 33, 48), (1, 150, 4, 2, 16, 60), (1, 150, 2, 2, 64, nil),
        (1, 400, 1, 1, 8, nil), (1, 400, 2, 1, 4, 300),
    ]

    static func attention() {
        for (batch, time, heads, keyValueHeads, headDim, window) in attentionSizes {
            let problem = AttentionProblem(
                batch: batch, time: time, heads: heads, keyValueHeads: keyValueHeads, headDim: headDim,
                window: window)
            attention("\(problem)", problem, [problem])
            cachedAttention(problem)
        }
        // Documents one after the other: around the blocks, the long one first, last and in the middle.
        for segments in [[1], [1, 1, 5], [24, 25, 23], [60, 2, 100], [3, 48, 7], [2, 2, 2, 150]] {
            for (heads, keyValueHeads, headDim, window) in [(4, 2, 6, nil), (3, 1, 16, 20)]
                as [(Int, Int, Int, Int?)]
            {
                let problem = AttentionProblem(
                    batch: 1, time: segments.reduce(0, +), heads: heads, keyValueHeads: keyValueHeads,
                    headDim: headDim, window: window)
                attention("\(problem) in \(segments)", problem, problem.divided(into: segments))
            }
        }
    }

    private static func attention(
        _ name: String, _ problem: AttentionProblem, _ problems: [AttentionProblem]
    ) {
        let positions = problem.batch * problem.time
        let qkv = sample(positions * problem.rowWidth, -2...2)
        let dy = sample(positions * problem.outputWidth, seed: 2)
        let logSumExp = sample(positions * problem.heads)
        compare("attention \(name)", [qkv], [dy, logSumExp], limit: 4e-6, offsets: [0, 3]) {
            Float.attention(problems, $0[0], $1[0], $1[1])
        } reference: {
            Double.attention(problems, $0[0], $1[0], $1[1])
        }
        // The backward pass starts from the true output in both precisions.
        var y = [Double](repeating: 0, count: dy.count)
        var statistics = [Double](repeating: 0, count: logSumExp.count)
        Double.attention(problems, qkv.map(Double.init), &y, &statistics)
        let inputs = [qkv, y.map { Float($0) }, statistics.map { Float($0) }, dy]
        compare("attention backward \(name)", inputs, [qkv], limit: 1e-5, offsets: [0, 3]) {
            Float.attentionBackward(problems, $0[0], $0[1], $0[2], $0[3], $1[0])
        } reference: {
            Double.attentionBackward(problems, $0[0], $0[1], $0[2], $0[3], $1[0])
        }
    }

    /// The last rows of the sequence as new positions over a cache.
    private static func cachedAttention(_ whole: AttentionProblem) {
        for rows in Set([1, whole.time]) {
            let problem = CachedAttentionProblem(
                rows: rows, firstPosition: whole.time - rows, heads: whole.heads,
                keyValueHeads: whole.keyValueHeads,
                headDim: whole.headDim, window: whole.window, queryStride: whole.rowWidth)
            let cache = whole.time * whole.keyValueHeads * whole.headDim
            let inputs = [
                sample(rows * whole.rowWidth, -2...2), sample(cache, -2...2, seed: 2), sample(cache, seed: 3),
            ]
            let output = sample(rows * whole.outputWidth)
            compare("cached attention \(problem)", inputs, [output], limit: 4e-6, offsets: [0, 3]) {
                Float.cachedAttention(problem, $0[0], keys: $0[1], values: $0[2], $1[0])
            } reference: {
                Double.cachedAttention(problem, $0[0], keys: $0[1], values: $0[2], $1[0])
            }
        }
    }
}
