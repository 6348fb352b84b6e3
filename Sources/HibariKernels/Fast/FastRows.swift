import CKernels
import HibariSupport

extension Float {
    /// Rows of one task so that it handles about sixteen thousand elements.
    static func rowGrain(_ columns: Int) -> Int { max(1, 16_384 / max(1, columns)) }

    package static func softmax(rows: Int, columns: Int, _ x: Input, _ y: Output) {
        let kernel = KernelTable.active.softmax_row!
        parallelFor(rows, grain: rowGrain(columns)) { range in
            for row in range { _ = kernel(columns, 1, x + row * columns, y + row * columns) }
        }
    }

    package static func logSumExp(rows: Int, columns: Int, _ x: Input, _ y: Output) {
        let kernel = KernelTable.active.log_sum_exp!
        parallelFor(rows, grain: rowGrain(columns)) { range in
            for row in range { y[row] = kernel(columns, x + row * columns) }
        }
    }

    package static func normalize(
        _ norm: NormProblem, _ x: Input, _ residual: NormResidual<Float>?, weight: Input, bias: Input?,
        _ y: Output, _ statistics: Output
    ) {
        let table = KernelTable.active
        let (n, epsilon) = (norm.columns, Float(norm.epsilon))
        parallelFor(norm.rows, grain: rowGrain(n)) { range in
            for row in range {
                var input = x + row * n
                if let residual {
                    let sum = residual.sum + row * n
                    table.add(n, input, residual.addend + row * n, sum)
                    input = Input(sum)
                }
                if norm.subtractsMean {
                    let own = statistics + 2 * row
                    table.layer_norm_row(n, epsilon, input, weight, bias, y + row * n, own, own + 1)
                } else {
                    table.rms_norm_row(n, epsilon, input, weight, y + row * n, statistics + row)
                }
            }
        }
    }

    package static func normalizeBackward(
        _ norm: NormProblem, _ x: Input, weight: Input, _ statistics: Input, _ dy: Input, _ dx: Output,
        accumulate: Bool, dWeight: Output, dBias: Output?
    ) {
        let table = KernelTable.active
        let n = norm.columns
        // One vector holds both gradients, weight first.
        withScratch(Float.self, count: 2 * n) { total in
            total.update(repeating: 0, count: 2 * n)
            withPartialSums(rows: norm.rows, width: 2 * n, into: total) { range, partial in
                for row in range {
                    let offset = row * n
                    if norm.subtractsMean {
                        table.layer_norm_backward_row(
                            n, x + offset, weight, statistics[2 * row], statistics[2 * row + 1], dy + offset,
                            dx + offset, accumulate ? 1 : 0, partial, dBias == nil ? nil : partial + n)
                    } else {
                        table.rms_norm_backward_row(
                            n, x + offset, weight, statistics[row], dy + offset, dx + offset,
                            accumulate ? 1 : 0, partial)
                    }
                }
            }
            table.add(n, dWeight, total, dWeight)
            if let dBias { table.add(n, dBias, total + n, dBias) }
        }
    }

    package static func normalizeHeads(
        _ norm: HeadNormProblem, _ x: Input, queryWeight: Input, keyWeight: Input,
        _ rotation: HeadRotation<Float>?, _ y: Output, _ inverseRMS: Output
    ) {
        let table = KernelTable.active
        let (d, width, heads) = (norm.headDim, norm.rowWidth, norm.normalizedHeads)
        parallelFor(norm.rows, grain: rowGrain(width)) { range in
            for row in range {
                let (input, output) = (x + row * width, y + row * width)
                let angles = rotation?.offset(ofRow: row, headDim: d) ?? 0
                for head in 0..<heads {
                    table.rms_norm_row(
                        d, Float(norm.epsilon), input + head * d, head < norm.heads ? queryWeight : keyWeight,
                        output + head * d, inverseRMS + row * heads + head)
                    if let rotation {
                        table.rotate_row(
                            d / 2, 1, output + head * d, rotation.cosine + angles, rotation.sine + angles,
                            output + head * d)
                    }
                }
                (output + heads * d).update(from: input + heads * d, count: width - heads * d)
            }
        }
    }

    package static func normalizeHeadsBackward(
        _ norm: HeadNormProblem, _ x: Input, queryWeight: Input, keyWeight: Input,
        _ rotation: HeadRotation<Float>?, _ inverseRMS: Input, _ dy: Input, _ dx: Output,
        dQueryWeight: Output, dKeyWeight: Output
    ) {
        let table = KernelTable.active
        let (d, width, heads) = (norm.headDim, norm.rowWidth, norm.normalizedHeads)
        withScratch(Float.self, count: 2 * d) { total in
            total.update(repeating: 0, count: 2 * d)
            withPartialSums(rows: norm.rows, width: 2 * d, into: total) { range, partial in
                for row in range {
                    let offset = row * width
                    let angles = rotation?.offset(ofRow: row, headDim: d) ?? 0
                    for head in 0..<heads {
                        let isQuery = head < norm.heads
                        let column = offset + head * d
                        var gradient = dy + column
                        if let rotation {
                            // A rotation's transpose is the rotation back.
                            table.rotate_row(
                                d / 2, -1, gradient, rotation.cosine + angles, rotation.sine + angles,
                                dx + column)
                            gradient = Input(dx + column)
                        }
                        table.rms_norm_backward_row(
                            d, x + column, isQuery ? queryWeight : keyWeight, inverseRMS[row * heads + head],
                            gradient, dx + column, 0, isQuery ? partial : partial + d)
                    }
                    (dx + offset + heads * d).update(from: dy + offset + heads * d, count: width - heads * d)
                }
            }
            table.add(d, dQueryWeight, total, dQueryWeight)
            table.add(d, dKeyWeight, total + d, dKeyWeight)
        }
    }

    package static func rotate(
        _ problem: RotaryProblem, _ x: Input, cosine: Input, sine: Input, _ y: Output, inverse: Bool
    ) {
        let kernel = KernelTable.active.rotate_row!
        let (d, width) = (problem.headDim, problem.heads * problem.headDim)
        let direction: Float = inverse ? -1 : 1
        parallelFor(problem.rows, grain: rowGrain(width)) { range in
            for row in range {
                let table = problem.positions[row] * (d / 2)
                let (input, output) = (x + row * width, y + row * width)
                for head in 0..<problem.rotatedHeads {
                    kernel(
                        d / 2, direction, input + head * d, cosine + table, sine + table, output + head * d)
                }
                let copied = problem.rotatedHeads * d
                (output + copied).update(from: input + copied, count: width - copied)
            }
        }
    }

    package static func crossEntropy(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>,
        classWeights: Input?, _ losses: Output, _ logSumExp: Output
    ) {
        let table = KernelTable.active
        let n = problem.classes
        let smoothing = Float(problem.labelSmoothing)
        let even = smoothing / Float(n)
        let totalWeight = classWeights.map { table.sum(n, $0) } ?? Float(n)
        parallelFor(problem.rows, grain: rowGrain(n)) { range in
            for row in range {
                let x = logits + row * n
                let total = table.log_sum_exp(n, x)
                logSumExp[row] = total
                guard targets[row] != problem.ignoredTarget else {
                    losses[row] = 0
                    continue
                }
                let target = Int(targets[row])
                // −Σ wᵢ·qᵢ·log pᵢ = (1 − ε)·wₜ·(total − xₜ) + ε/n·(total·Σ w − Σ w·x)
                losses[row] = (1 - smoothing) * (classWeights?[target] ?? 1) * (total - x[target])
                if smoothing > 0 {
                    let weighted = classWeights.map { table.dot(n, $0, x) } ?? table.sum(n, x)
                    losses[row] += even * (total * totalWeight - weighted)
                }
            }
        }
    }

    package static func crossEntropyBackward(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>,
        classWeights: Input?, _ logSumExp: Input, scale: Float, _ dLogits: Output
    ) {
        let table = KernelTable.active
        let n = problem.classes
        let smoothing = Float(problem.labelSmoothing)
        let even = smoothing / Float(n)
        let totalWeight = classWeights.map { table.sum(n, $0) } ?? Float(n)
        parallelFor(problem.rows, grain: rowGrain(n)) { range in
            for row in range {
                let dx = dLogits + row * n
                guard targets[row] != problem.ignoredTarget else {
                    dx.update(repeating: 0, count: n)
                    continue
                }
                let target = Int(targets[row])
                let hit = (1 - smoothing) * (classWeights?[target] ?? 1)
                let factor = scale * (hit + even * totalWeight)
                table.exp_scaled_shifted(n, 1, logSumExp[row], logits + row * n, dx)
                if let classWeights {
                    table.blend(n, factor, dx, -scale * even, classWeights, dx)
                } else {
                    table.scale_shift(n, factor, -scale * even, dx, dx)
                }
                dx[target] -= scale * hit
            }
        }
    }
}
