import HibariKernels

extension FastChecks {
    private static let rowSizes = [(0, 3), (1, 1), (3, 7), (5, 16), (4, 17), (2, 1000), (700, 33)]

    static func rows() {
        for (rows, columns) in rowSizes {
            softmax(rows, columns)
            for subtractsMean in [false, true] { norm(rows, columns, subtractsMean) }
        }
        for (heads, keyValueHeads, headDim) in [(1, 1, 2), (4, 2, 6), (3, 1, 16), (2, 2, 34)] {
            for rows in [1, 5, 70] {
                headNorm(rows, heads, keyValueHeads, headDim)
                rotary(rows, heads + 2 * keyValueHeads, rotated: heads + keyValueHeads, headDim)
            }
        }
    }

    private static func softmax(_ rows: Int, _ columns: Int) {
        let (x, y) = (sample(rows * columns, -20...20), sample(rows * columns))
        compare("softmax \(rows)×\(columns)", [x], [y, sample(rows)]) {
            Float.softmax(rows: rows, columns: columns, $0[0], $1[0])
            Float.logSumExp(rows: rows, columns: columns, $0[0], $1[1])
        } reference: {
            Double.softmax(rows: rows, columns: columns, $0[0], $1[0])
            Double.logSumExp(rows: rows, columns: columns, $0[0], $1[1])
        }
    }

    private static func norm(_ rows: Int, _ n: Int, _ subtractsMean: Bool) {
        let problem = NormProblem(rows: rows, columns: n, epsilon: 1e-3, subtractsMean: subtractsMean)
        let (x, weight, bias) = (sample(rows * n, 0...3), sample(n, seed: 2), sample(n, seed: 3))
        let (dy, statistics) = (sample(rows * n, seed: 4), sample(rows * problem.statisticsPerRow))
        for hasBias in subtractsMean ? [true, false] : [false] {
            let name = "\(subtractsMean ? "layer" : "rms") norm \(rows)×\(n), bias \(hasBias)"
            compare(name, [x, weight, bias], [dy, statistics]) {
                Float.normalize(problem, $0[0], nil, weight: $0[1], bias: hasBias ? $0[2] : nil, $1[0], $1[1])
            } reference: {
                Double.normalize(
                    problem, $0[0], nil, weight: $0[1], bias: hasBias ? $0[2] : nil, $1[0], $1[1])
            }
            compare(name + " of a sum", [x, weight, bias, dy], [dy, statistics, x]) {
                Float.normalize(
                    problem, $0[0], NormResidual(addend: $0[3], sum: $1[2]), weight: $0[1],
                    bias: hasBias ? $0[2] : nil, $1[0], $1[1])
            } reference: {
                Double.normalize(
                    problem, $0[0], NormResidual(addend: $0[3], sum: $1[2]), weight: $0[1],
                    bias: hasBias ? $0[2] : nil, $1[0], $1[1])
            }
            // Statistics need only be the same for both, not right.
            let given = sample(rows * problem.statisticsPerRow, 0.5...1.5, seed: 5)
            for accumulate in [false, true] {
                let backward = name + " backward, accumulate \(accumulate)"
                compare(backward, [x, weight, given, dy], [x, weight, bias], limit: 4e-6) {
                    Float.normalizeBackward(
                        problem, $0[0], weight: $0[1], $0[2], $0[3], $1[0], accumulate: accumulate,
                        dWeight: $1[1], dBias: hasBias ? $1[2] : nil)
                } reference: {
                    Double.normalizeBackward(
                        problem, $0[0], weight: $0[1], $0[2], $0[3], $1[0], accumulate: accumulate,
                        dWeight: $1[1], dBias: hasBias ? $1[2] : nil)
                }
            }
        }
    }

    private static func headNorm(_ rows: Int, _ heads: Int, _ keyValueHeads: Int, _ headDim: Int) {
        let problem = HeadNormProblem(
            rows: rows, heads: heads, keyValueHeads: keyValueHeads, headDim: headDim, epsilon: 1e-3)
        let count = rows * problem.rowWidth
        let (x, dy) = (sample(count), sample(count, seed: 2))
        let (q, k) = (sample(headDim, seed: 3), sample(headDim, seed: 4))
        let inverse = sample(rows * problem.normalizedHeads, 0.5...1.5)
        // Sequences of 5 from position 2 on; the angles need only be the same for both, not of a circle.
        let (cosine, sine) = (sample(7 * (headDim / 2), seed: 5), sample(7 * (headDim / 2), seed: 6))
        for positions in [nil] + rowPositions(rows, first: 2) {
            func rotation<T>(_ cosine: UnsafePointer<T>, _ sine: UnsafePointer<T>) -> HeadRotation<T>? {
                positions.map { HeadRotation(cosine: cosine, sine: sine, positions: $0) }
            }
            let name = "headNorm \(problem), positions \(positions.map { "\($0)" } ?? "none")"
            compare(name, [x, q, k, cosine, sine], [dy, inverse]) {
                Float.normalizeHeads(
                    problem, $0[0], queryWeight: $0[1], keyWeight: $0[2], rotation($0[3], $0[4]), $1[0], $1[1]
                )
            } reference: {
                Double.normalizeHeads(
                    problem, $0[0], queryWeight: $0[1], keyWeight: $0[2], rotation($0[3], $0[4]), $1[0], $1[1]
                )
            }
            compare(name + " backward", [x, q, k, inverse, dy, cosine, sine], [x, q, k], limit: 4e-6) {
                Float.normalizeHeadsBackward(
                    problem, $0[0], queryWeight: $0[1], keyWeight: $0[2], rotation($0[5], $0[6]), $0[3],
                    $0[4], $1[0], dQueryWeight: $1[1], dKeyWeight: $1[2])
            } reference: {
                Double.normalizeHeadsBackward(
                    problem, $0[0], queryWeight: $0[1], keyWeight: $0[2], rotation($0[5], $0[6]), $0[3],
                    $0[4], $1[0], dQueryWeight: $1[1], dKeyWeight: $1[2])
            }
        }
    }

    private static func rotary(_ rows: Int, _ heads: Int, rotated: Int, _ headDim: Int) {
        let (x, table) = (sample(rows * heads * headDim), sample(8 * headDim / 2, seed: 2))
        for (positions, inverse) in rowPositions(rows, first: 3).flatMap({ [($0, false), ($0, true)] }) {
            let problem = RotaryProblem(
                rows: rows, heads: heads, rotatedHeads: rotated, headDim: headDim, positions: positions)
            compare("rotary \(problem) \(inverse)", [x, table, table.reversed()], [x]) {
                Float.rotate(problem, $0[0], cosine: $0[1], sine: $0[2], $1[0], inverse: inverse)
            } reference: {
                Double.rotate(problem, $0[0], cosine: $0[1], sine: $0[2], $1[0], inverse: inverse)
            }
        }
    }

    /// Positions up to `first + 4` in rows: of sequences of 5, and in no order.
    private static func rowPositions(_ rows: Int, first: Int) -> [RowPositions] {
        [
            .repeating(first: first, sequenceLength: max(1, min(5, rows))),
            .listed((0..<rows).map { Int32(($0 * 3 + $0 / 4) % (first + 5)) }),
        ]
    }
}
