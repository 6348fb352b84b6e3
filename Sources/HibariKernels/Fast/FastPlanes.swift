import CKernels
import HibariSupport

/// Pooling and resampling: planes are shared out.
extension Float {
    package static func poolMaxima(
        _ problem: PoolingProblem, _ x: Input, _ y: Output, _ places: UnsafeMutablePointer<Int32>
    ) {
        let kernel = KernelTable.active.max_pool_row!
        let (inputs, outputs) = (problem.inputPlane, problem.outputPlane)
        problem.forEachRun { plane, run in
            kernel(
                run.count, run.rows.count, run.width, run.stride, x + plane * inputs + run.place,
                problem.columns.input, Int32(run.place), y + plane * outputs + run.output,
                places + plane * outputs + run.output)
        }
    }

    package static func poolMaximaBackward(
        _ problem: PoolingProblem, _ places: UnsafePointer<Int32>, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        parallelFor(problem.planes, grain: rowGrain(problem.inputPlane)) { planes in
            for plane in planes { poolMaximaBackward(problem, plane: plane, places, dy, dx, accumulate) }
        }
    }

    package static func poolMeans(_ problem: PoolingProblem, _ x: Input, _ y: Output) {
        let table = KernelTable.active
        let (inputs, outputs) = (problem.inputPlane, problem.outputPlane)
        if problem.isGlobal {
            return parallelFor(problem.planes, grain: rowGrain(inputs)) { planes in
                for plane in planes { y[plane] = table.sum(inputs, x + plane * inputs) / Float(inputs) }
            }
        }
        problem.forEachRun { plane, run in
            table.sum_pool_row(
                run.count, run.rows.count, run.width, run.stride, 1 / Float(run.divisor),
                x + plane * inputs + run.place, problem.columns.input, y + plane * outputs + run.output)
        }
    }

    package static func poolMeansBackward(
        _ problem: PoolingProblem, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        let table = KernelTable.active
        let (inputs, outputs) = (problem.inputPlane, problem.outputPlane)
        if problem.isGlobal {
            return parallelFor(problem.planes, grain: rowGrain(inputs)) { planes in
                for plane in planes {
                    let (own, share) = (dx + plane * inputs, dy[plane] / Float(inputs))
                    if accumulate {
                        table.scale_shift(inputs, 1, share, own, own)
                    } else {
                        own.update(repeating: share, count: inputs)
                    }
                }
            }
        }
        if !accumulate {
            parallelFor(problem.planes, grain: rowGrain(inputs)) {
                (dx + $0.lowerBound * inputs).update(repeating: 0, count: $0.count * inputs)
            }
        }
        problem.forEachRun { plane, run in
            table.spread_row(
                run.count, run.rows.count, run.width, run.stride, 1 / Float(run.divisor),
                dy + plane * outputs + run.output, dx + plane * inputs + run.place, problem.columns.input)
        }
    }

    /// Between two rows of the input, and then along the row.
    package static func resample(_ problem: ResamplingProblem, _ x: Input, _ y: Output) {
        let table = KernelTable.active
        let (rows, columns) = (problem.rows, problem.columns)
        let (low, high) = (columns.low.map(Int32.init), columns.high.map(Int32.init))
        let weights = columns.weights.map { Float($0) }
        parallelFor(problem.planes, grain: rowGrain(problem.outputPlane)) { planes in
            withScratch(Float.self, count: columns.input) { between in
                for plane in planes {
                    let source = x + plane * problem.inputPlane
                    for row in 0..<rows.output {
                        let weight = Float(rows.weights[row])
                        var line = source + rows.low[row] * columns.input
                        if weight != 0 {
                            let below = source + rows.high[row] * columns.input
                            table.blend(columns.input, 1 - weight, line, weight, below, between)
                            line = Input(between)
                        }
                        table.resample_row(
                            columns.output, low, high, weights, line,
                            y + plane * problem.outputPlane + row * columns.output)
                    }
                }
            }
        }
    }

    package static func resampleBackward(
        _ problem: ResamplingProblem, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        let table = KernelTable.active
        let (rows, columns) = (problem.rows, problem.columns)
        let (low, high) = (columns.low.map(Int32.init), columns.high.map(Int32.init))
        let weights = columns.weights.map { Float($0) }
        parallelFor(problem.planes, grain: rowGrain(problem.outputPlane)) { planes in
            withScratch(Float.self, count: columns.input) { between in
                for plane in planes {
                    let target = dx + plane * problem.inputPlane
                    if !accumulate { target.update(repeating: 0, count: problem.inputPlane) }
                    for row in 0..<rows.output {
                        let gradient = dy + plane * problem.outputPlane + row * columns.output
                        let weight = Float(rows.weights[row])
                        let line = target + rows.low[row] * columns.input
                        if weight == 0 {
                            table.resample_row_backward(columns.output, low, high, weights, gradient, line)
                            continue
                        }
                        between.update(repeating: 0, count: columns.input)
                        table.resample_row_backward(columns.output, low, high, weights, gradient, between)
                        table.add_scaled(columns.input, 1 - weight, between, line)
                        table.add_scaled(
                            columns.input, weight, between, target + rows.high[row] * columns.input)
                    }
                }
            }
        }
    }
}

/// Windows of one output row that differ in their place alone.
private struct PoolingRun {
    let rows: Range<Int>
    /// Windows, and the columns of each.
    let count, width, stride: Int
    /// Where the first window begins in a plane, and its output.
    let place, output: Int
    let divisor: Int
}

extension PoolingProblem {
    /// Calls `body` with each plane and all runs of its windows; planes are shared out.
    fileprivate func forEachRun(_ body: (Int, PoolingRun) -> Void) {
        let runs = runs
        parallelFor(planes, grain: Float.rowGrain(inputPlane)) { planes in
            for plane in planes {
                for run in runs { body(plane, run) }
            }
        }
    }

    private var runs: [PoolingRun] {
        let parts = columns.runs
        var runs: [PoolingRun] = []
        for (row, window) in rows.windows.enumerated() {
            for part in parts {
                let first = columns.windows[part.lowerBound]
                runs.append(
                    PoolingRun(
                        rows: window, count: part.count, width: first.count,
                        stride: columns.regular?.stride ?? 1,
                        place: window.lowerBound * columns.input + first.lowerBound,
                        output: row * columns.output + part.lowerBound,
                        divisor: rows.divisors[row] * columns.divisors[part.lowerBound]))
            }
        }
        return runs
    }

    /// One window that is the whole plane, without padding.
    fileprivate var isGlobal: Bool {
        rows.windows == [0..<rows.input] && columns.windows == [0..<columns.input]
            && rows.divisors == [rows.input] && columns.divisors == [columns.input]
    }
}

extension PoolingAxis {
    /// The windows without padding together, every other one alone.
    fileprivate var runs: [Range<Int>] {
        guard let regular else { return windows.indices.map { $0..<$0 + 1 } }
        let whole = windows.indices.filter { windows[$0].count == regular.kernel }
        let middle = whole.first.map { $0..<whole.last! + 1 } ?? 0..<0
        let others = windows.indices.filter { !middle.contains($0) }.map { $0..<$0 + 1 }
        return others + (middle.isEmpty ? [] : [middle])
    }
}
