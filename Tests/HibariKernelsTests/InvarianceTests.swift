import HibariKernels
import HibariSupport
import Testing

/// Results that must not depend on threads, on the batch, or on how a text is cut into calls: equal bit for
/// bit.
@Suite struct InvarianceTests {
    /// In a process of its own: the thread count is shared by everything that runs here.
    @Test func resultsDoNotDependOnTheThreadCount() async {
        await #expect(processExitsWith: .success) {
            let results = [1, 2, 3].map { count in
                ThreadPool.shared.setThreadCount(count)
                return allKernels()
            }
            for (name, expected) in results[0] {
                #expect(results[1][name] == expected, "\(name) differs with 2 threads")
                #expect(results[2][name] == expected, "\(name) differs with 3 threads")
            }
        }
    }

    /// An element of a product is the same whatever rows and columns are computed with it, and whichever way A lies.
    @Test(.enabled(if: GemmBackend.active == .native)) func productsDoNotDependOnTheCuts() {
        let (m, k, n) = (200, 1030, 97)
        let (a, b) = (sample(m * k), sample(k * n, seed: 2))
        let whole = bits(m * n) {
            Float.gemm(GemmProblem(rows: m, columns: n, depth: k), a, b, $0, GemmEpilogue())
        }
        for (rows, columns) in [(0..<1, 0..<n), (7..<8, 3..<97), (5..<150, 40..<41), (0..<m, 1..<34)] {
            for transposesA in [false, true] {
                let stored = transposesA ? (0..<k).flatMap { d in (0..<m).map { a[$0 * k + d] } } : a
                let problem = GemmProblem(
                    rows: rows.count, columns: columns.count, depth: k, transposesA: transposesA,
                    strideA: transposesA ? m : k, strideB: n)
                let part = bits(rows.count * columns.count) { c in
                    stored.withUnsafeBufferPointer { a in
                        b.withUnsafeBufferPointer { b in
                            Float.gemm(
                                problem, a.baseAddress! + rows.lowerBound * (transposesA ? 1 : k),
                                b.baseAddress! + columns.lowerBound, c, GemmEpilogue())
                        }
                    }
                }
                #expect(part == rows.flatMap { i in columns.map { whole[i * n + $0] } })
            }
        }
    }

    @Test func fixedOrderDoesNotDependOnTheBatch() {
        for (outputs, depth) in [(1, 1), (7, 33), (130, 100), (67, 515)] {
            for transposesB in [false, true] {
                let (x, w) = (sample(9 * depth), sample(outputs * depth, seed: 2))
                func product(_ rows: Range<Int>) -> [UInt32] {
                    bits(rows.count * outputs) { y in
                        x.withUnsafeBufferPointer {
                            Float.linearFixedOrder(
                                GemmProblem(
                                    rows: rows.count, columns: outputs, depth: depth, transposesB: transposesB
                                ),
                                $0.baseAddress! + rows.lowerBound * depth, w, y)
                        }
                    }
                }
                let whole = product(0..<9)
                let single = (0..<9).flatMap { product($0..<$0 + 1) }
                #expect(whole == single)
                #expect(whole == product(0..<2) + product(2..<5) + product(5..<9))
            }
        }
    }

    @Test func cachedAttentionDoesNotDependOnTheCuts() {
        for (time, heads, keyValueHeads, headDim, window) in [
            (9, 2, 1, 6, nil), (70, 4, 2, 16, nil), (70, 2, 2, 33, 20), (300, 1, 1, 64, nil),
        ] as [(Int, Int, Int, Int, Int?)] {
            let problem = AttentionProblem(
                batch: 1, time: time, heads: heads, keyValueHeads: keyValueHeads, headDim: headDim,
                window: window)
            let qkv = sample(time * problem.rowWidth, -2...2)
            let whole = cached(problem, qkv, [0..<time])
            #expect(cached(problem, qkv, (0..<time).map { $0..<$0 + 1 }) == whole)
            #expect(cached(problem, qkv, [0..<3, 3..<4, 4..<time]) == whole)
            let y = bits(time * problem.outputWidth) { y in
                var statistics = [Float](repeating: 0, count: time * heads)
                Float.attention([problem], qkv, y, &statistics)
            }
            let expected = y.map { Double(Float(bitPattern: $0)) }
            #expect(largestError(whole.map { Float(bitPattern: $0) }, expected).value < 2e-6)
        }
    }

    /// Attention over the keys and values of `qkv`, the rows cut into calls.
    private func cached(_ problem: AttentionProblem, _ qkv: [Float], _ cuts: [Range<Int>]) -> [UInt32] {
        let width = problem.keyValueHeads * problem.headDim
        func columns(_ first: Int) -> [Float] {
            (0..<problem.time).flatMap {
                qkv[$0 * problem.rowWidth + first..<$0 * problem.rowWidth + first + width]
            }
        }
        let keys = columns(problem.outputWidth)
        let values = columns(problem.outputWidth + width)
        return cuts.flatMap { cut in
            bits(cut.count * problem.outputWidth) { y in
                let part = CachedAttentionProblem(
                    rows: cut.count, firstPosition: cut.lowerBound, heads: problem.heads,
                    keyValueHeads: problem.keyValueHeads, headDim: problem.headDim, window: problem.window,
                    queryStride: problem.rowWidth)
                let queries = Array(qkv[(cut.lowerBound * problem.rowWidth)...])
                Float.cachedAttention(part, queries, keys: keys, values: values, y)
            }
        }
    }
}

/// The bit patterns of what `body` writes.
private func bits(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [UInt32] {
    var numbers = [Float](repeating: .nan, count: count)
    body(&numbers)
    return numbers.map(\.bitPattern)
}

/// One result of each kernel that runs on several threads, at sizes of several tasks.
private func allKernels() -> [String: [UInt32]] {
    var results: [String: [UInt32]] = [:]
    let (rows, n) = (1001, 67)
    let (x, dy) = (sample(rows * n), sample(rows * n, seed: 2))
    for (m, k, columns) in [(130, 300, 200), (1000, 65, 33), (40, 1000, 500), (256, 32, 96), (202, 256, 333)]
    {
        let (a, b) = (sample(m * k), sample(k * columns, seed: 2))
        for (transposesA, transposesB) in [(false, false), (false, true), (true, false)] {
            let problem = GemmProblem(
                rows: m, columns: columns, depth: k, transposesA: transposesA, transposesB: transposesB)
            results["gemm \(problem)"] = bits(m * columns) { Float.gemm(problem, a, b, $0, GemmEpilogue()) }
        }
    }
    let w = sample(2000 * n, seed: 3)
    results["linearFixedOrder"] = bits(20 * 2000) {
        Float.linearFixedOrder(GemmProblem(rows: 20, columns: 2000, depth: n, transposesB: true), x, w, $0)
    }
    let blocks = FastChecks.sampleBlocks(.q4_1, 2000 * 64, seed: 4)
    for rows in [1, 20] {
        results["blocks \(rows)"] = bits(rows * (2 * 2000 + 64)) { y in
            blocks.withUnsafeBytes {
                let matrix = BlockMatrix(.q4_1, rows: 2000, columns: 64, $0.baseAddress!)
                Float.linearFixedOrder(matrix, rows: rows, x, y)
                Float.linear(matrix, rows: rows, x, y + rows * 2000)
                Float.linearInputGradient(matrix, rows: rows, y, y + rows * 4000, accumulates: false)
            }
        }
    }
    results["sumRows"] = bits(n) { Float.sumRows(rows: rows, columns: n, x, $0, accumulate: false) }
    results["sums"] = [
        Float.sum(x.count, x).bitPattern, Float.dot(x.count, x, dy).bitPattern,
        UInt32(truncatingIfNeeded: Float.sumOfSquares(x.count, x).bitPattern),
    ]
    results["gelu"] = bits(x.count) { Float.map(.geluTanh, x.count, x, $0) }
    results["softmax"] = bits(x.count) { Float.softmax(rows: rows, columns: n, x, $0) }
    let mask = DropoutMask(key: 5, stream: 3, probability: 0.5)
    results["dropout"] = bits(x.count) { Float.dropout(x.count, mask, x, $0) }
    let norm = NormProblem(rows: rows, columns: n, epsilon: 1e-5, subtractsMean: true)
    let statistics = sample(2 * rows, 0.5...1)
    results["norm"] = bits(x.count + 2 * n) {
        $0.update(repeating: 0, count: x.count + 2 * n)
        Float.normalizeBackward(
            norm, x, weight: sample(n), statistics, dy, $0, accumulate: false, dWeight: $0 + x.count,
            dBias: $0 + x.count + n)
    }
    results["recurrent"] = recurrentKernels()
    let attention = AttentionProblem(batch: 2, time: 150, heads: 4, keyValueHeads: 2, headDim: 16)
    let qkv = sample(300 * attention.rowWidth, -2...2)
    for (name, problems) in [
        ("attention", [attention]), ("packed attention", attention.divided(into: [7, 1, 190, 30, 72])),
    ] {
        results[name] = bits(300 * attention.outputWidth + 300 * 4 + qkv.count) {
            let logSumExp = $0 + 300 * attention.outputWidth
            Float.attention(problems, qkv, $0, logSumExp)
            Float.attentionBackward(problems, qkv, $0, logSumExp, dy, logSumExp + 300 * 4)
        }
    }
    return results.merging(imageKernels()) { first, _ in first }
}

private func imageKernels() -> [String: [UInt32]] {
    var results: [String: [UInt32]] = [:]
    for (batch, width) in [(1, 33), (3, 24), (37, 8)] {
        let axis = ConvolutionAxis(input: width, output: width, kernel: 3, padding: 1)
        let problem = ConvolutionProblem(
            batch: batch, inputChannels: 6, outputChannels: 10, axes: [axis, axis])
        let (x, w) = (sample(problem.inputCount), sample(problem.weightCount, seed: 2))
        let dy = sample(problem.outputCount, seed: 3)
        results["convolution \(problem)"] = bits(dy.count + x.count + w.count) {
            Float.convolve(problem, x, w, bias: nil, appliesReLU: false, $0)
            Float.convolveInputGradient(problem, dy, w, bias: nil, $0 + dy.count, accumulate: false)
            Float.convolveWeightGradient(problem, x, dy, $0 + dy.count + x.count, accumulate: false)
        }
        results["sumChannels \(problem)"] = bits(10) {
            Float.sumChannels(
                batch: batch, channels: 10, plane: width * width, dy, $0, accumulate: false)
        }
        for scope: ImageNormProblem.Scope in [.batch(isGiven: false), .groups(2)] {
            let norm = ImageNormProblem(
                batch: batch, channels: 6, plane: width * width, scope: scope, epsilon: 1e-5)
            let count = norm.statisticCount
            results["\(norm)"] = bits(2 * x.count + 2 * count + 12) { y in
                y.update(repeating: 0, count: 2 * x.count + 2 * count + 12)
                let (dx, mean) = (y + x.count, y + 2 * x.count)
                let dWeight = mean + 2 * count
                Float.normalizeImages(
                    norm, x, weight: w, bias: w, residual: nil, y, mean: mean, variance: mean + count)
                Float.normalizeImagesBackward(
                    norm, x, weight: w, bias: w, y, mean: mean, variance: mean + count, dy,
                    ImageNormGradients(x: dx, accumulatesX: false, weight: dWeight, bias: dWeight + 6))
            }
        }
    }
    return results
}

/// Both passes of a GRU: the gradients of its gates, states, those of the new state's sums and of the initial state.
private func recurrentKernels() -> [UInt32] {
    let problem = RecurrentProblem(cell: .gru, time: 7, batch: 33, hidden: 40)
    let gates = sample(7 * 33 * problem.gateWidth)
    let (steps, n) = (7 * problem.stateCount, problem.stateCount)
    let (weight, initial) = (sample(problem.gateWidth * 40, -0.2...0.2), sample(n))
    return bits(gates.count + 2 * steps + n) { output in
        output.update(from: gates, count: gates.count)
        let states = output + gates.count
        states.update(repeating: 0, count: 2 * steps + n)
        weight.withUnsafeBufferPointer { weight in
            initial.withUnsafeBufferPointer { initial in
                let buffers = RecurrentBuffers(
                    gates: output, weight: weight.baseAddress!, newBias: nil, initial: initial.baseAddress!,
                    initialCell: nil, states: states, extra: states + steps)
                Float.recurrent(problem, buffers)
                Float.recurrentBackward(
                    problem, buffers, sample(steps, seed: 2), carry: states + 2 * steps, cellCarry: nil)
            }
        }
    }
}
