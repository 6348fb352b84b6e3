/// Plain implementations of the kernels that work row by row.
extension KernelScalar {
    package static func softmax(rows: Int, columns: Int, _ x: Input, _ y: Output) {
        for row in 0..<rows { referenceSoftmaxRow(columns, 1, x + row * columns, y + row * columns) }
    }

    package static func logSumExp(rows: Int, columns: Int, _ x: Input, _ y: Output) {
        for row in 0..<rows { y[row] = referenceLogSumExp(columns, 1, x + row * columns) }
    }

    package static func referenceLogSumExp(_ count: Int, _ scale: Self, _ x: Input) -> Self {
        var shift = -Self.infinity
        for i in 0..<count { shift = max(shift, scale * x[i]) }
        var total: Self = 0
        for i in 0..<count { total += exponential(scale * x[i] - shift) }
        return shift + logarithm(total)
    }

    package static func referenceSoftmaxRow(_ count: Int, _ scale: Self, _ x: Input, _ y: Output) {
        let logTotal = referenceLogSumExp(count, scale, x)
        for i in 0..<count { y[i] = exponential(scale * x[i] - logTotal) }
    }

    package static func normalize(
        _ norm: NormProblem, _ x: Input, _ residual: NormResidual<Self>?, weight: Input, bias: Input?,
        _ y: Output, _ statistics: Output
    ) {
        let n = norm.columns
        if let residual { combine(.add, norm.rows * n, x, residual.addend, residual.sum) }
        for row in 0..<norm.rows {
            let input = (residual.map { Input($0.sum) } ?? x) + row * n
            let mean = norm.subtractsMean ? sum(n, input) / Self(n) : 0
            var squares: Self = 0
            for i in 0..<n { squares += (input[i] - mean) * (input[i] - mean) }
            let inverse = 1 / (squares / Self(n) + Self(norm.epsilon)).squareRoot()
            for i in 0..<n { y[row * n + i] = (input[i] - mean) * inverse * weight[i] + (bias?[i] ?? 0) }
            if norm.subtractsMean { statistics[2 * row] = mean }
            statistics[row * norm.statisticsPerRow + norm.statisticsPerRow - 1] = inverse
        }
    }

    package static func normalizeBackward(
        _ norm: NormProblem, _ x: Input, weight: Input, _ statistics: Input, _ dy: Input, _ dx: Output,
        accumulate: Bool, dWeight: Output, dBias: Output?
    ) {
        let n = norm.columns
        for row in 0..<norm.rows {
            let inverse = statistics[row * norm.statisticsPerRow + norm.statisticsPerRow - 1]
            let mean = norm.subtractsMean ? statistics[2 * row] : 0
            referenceNormBackwardRow(
                n, x + row * n, weight, mean, inverse, dy + row * n, dx + row * n, accumulate, dWeight, dBias,
                subtractsMean: norm.subtractsMean)
        }
    }

    /// With x̂ = (x − mean)/σ and h = dy·weight: dx = (h − [mean(h)] − x̂·mean(h·x̂))/σ, the bracket for
    /// LayerNorm only.
    private static func referenceNormBackwardRow(
        _ n: Int, _ x: Input, _ weight: Input, _ mean: Self, _ inverse: Self, _ dy: Input, _ dx: Output,
        _ accumulate: Bool, _ dWeight: Output, _ dBias: Output?, subtractsMean: Bool
    ) {
        var meanH: Self = 0
        var meanHX: Self = 0
        for i in 0..<n {
            let normalized = (x[i] - mean) * inverse
            let h = dy[i] * weight[i]
            meanH += h / Self(n)
            meanHX += h * normalized / Self(n)
            dWeight[i] += dy[i] * normalized
            dBias?[i] += dy[i]
        }
        for i in 0..<n {
            let normalized = (x[i] - mean) * inverse
            let derivative = (dy[i] * weight[i] - (subtractsMean ? meanH : 0) - normalized * meanHX) * inverse
            dx[i] = accumulate ? dx[i] + derivative : derivative
        }
    }

    package static func normalizeHeads(
        _ norm: HeadNormProblem, _ x: Input, queryWeight: Input, keyWeight: Input,
        _ rotation: HeadRotation<Self>?, _ y: Output, _ inverseRMS: Output
    ) {
        let d = norm.headDim
        let one = NormProblem(rows: 1, columns: d, epsilon: norm.epsilon, subtractsMean: false)
        for row in 0..<norm.rows {
            let (input, output) = (x + row * norm.rowWidth, y + row * norm.rowWidth)
            for head in 0..<norm.normalizedHeads {
                normalize(
                    one, input + head * d, nil, weight: head < norm.heads ? queryWeight : keyWeight,
                    bias: nil,
                    output + head * d, inverseRMS + row * norm.normalizedHeads + head)
                rotation?.rotate(output + head * d, row: row, headDim: d, direction: 1)
            }
            let values = norm.normalizedHeads * d
            (output + values).update(from: input + values, count: norm.rowWidth - values)
        }
    }

    package static func normalizeHeadsBackward(
        _ norm: HeadNormProblem, _ x: Input, queryWeight: Input, keyWeight: Input,
        _ rotation: HeadRotation<Self>?, _ inverseRMS: Input, _ dy: Input, _ dx: Output,
        dQueryWeight: Output, dKeyWeight: Output
    ) {
        let d = norm.headDim
        let unrotated = Output.allocate(capacity: d)
        defer { unrotated.deallocate() }
        for row in 0..<norm.rows {
            let offset = row * norm.rowWidth
            for head in 0..<norm.normalizedHeads {
                let isQuery = head < norm.heads
                unrotated.update(from: dy + offset + head * d, count: d)
                rotation?.rotate(unrotated, row: row, headDim: d, direction: -1)
                referenceNormBackwardRow(
                    d, x + offset + head * d, isQuery ? queryWeight : keyWeight, 0,
                    inverseRMS[row * norm.normalizedHeads + head], unrotated, dx + offset + head * d, false,
                    isQuery ? dQueryWeight : dKeyWeight, nil, subtractsMean: false)
            }
            let values = offset + norm.normalizedHeads * d
            (dx + values).update(from: dy + values, count: norm.rowWidth - norm.normalizedHeads * d)
        }
    }

    package static func rotate(
        _ problem: RotaryProblem, _ x: Input, cosine: Input, sine: Input, _ y: Output, inverse: Bool
    ) {
        let half = problem.headDim / 2
        let direction: Self = inverse ? -1 : 1
        for row in 0..<problem.rows {
            let table = problem.positions[row] * half
            for head in 0..<problem.heads {
                let offset = (row * problem.heads + head) * problem.headDim
                for i in 0..<half {
                    let (a, b) = (x[offset + i], x[offset + half + i])
                    let rotates = head < problem.rotatedHeads
                    let (c, s) = rotates ? (cosine[table + i], direction * sine[table + i]) : (1, 0)
                    y[offset + i] = a * c - b * s
                    y[offset + half + i] = b * c + a * s
                }
            }
        }
    }
}

extension HeadRotation where Scalar: KernelScalar {
    /// Rotates one head of a row in place.
    fileprivate func rotate(
        _ head: UnsafeMutablePointer<Scalar>, row: Int, headDim: Int, direction: Scalar
    ) {
        let half = headDim / 2
        let angles = offset(ofRow: row, headDim: headDim)
        for i in 0..<half {
            let (a, b) = (head[i], head[half + i])
            let (c, s) = (cosine[angles + i], direction * sine[angles + i])
            head[i] = a * c - b * s
            head[half + i] = b * c + a * s
        }
    }
}
