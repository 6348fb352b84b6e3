import CKernels
import HibariSupport

/// Pooling and resampling: planes are shared out.
extension Float {
    package static func poolMaxima(
        _ problem: PoolingProblem, _ x: Input, _ y: Output, _ places: UnsafeMutablePointer<Int32>
    ) {
        let table = KernelTable.active
        let (inputs, outputs) = (problem.inputPlane, problem.outputPlane)
        let width = problem.columns.output
        let interior = problem.columns.vectorWindows
        parallelFor(problem.planes, grain: rowGrain(inputs)) { planes in
            for plane in planes {
                let source = x + plane * inputs
                for row in 0..<problem.rows.output {
                    let out = plane * outputs + row * width
                    if let interior {
                        let rows = problem.rows.windows[row]
                        let place =
                            rows.lowerBound * problem.columns.input
                            + problem.columns.windows[interior.range.lowerBound].lowerBound
                        table.max_pool_row(
                            interior.range.count, rows.count, interior.kernel, interior.stride,
                            source + place,
                            problem.columns.input, Int32(place), y + out + interior.range.lowerBound,
                            places + out + interior.range.lowerBound)
                    }
                    for column in 0..<width where !(interior?.range.contains(column) ?? false) {
                        let largest = maximum(problem, source, row, column)
                        (y[out + column], places[out + column]) = (largest.value, Int32(largest.place))
                    }
                }
            }
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
        let count = problem.inputPlane
        parallelFor(problem.planes, grain: rowGrain(count)) { planes in
            for plane in planes {
                if problem.isGlobal {
                    y[plane] = table.sum(count, x + plane * count) / Float(count)
                } else {
                    poolMeans(problem, plane: plane, x, y)
                }
            }
        }
    }

    package static func poolMeansBackward(
        _ problem: PoolingProblem, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        let table = KernelTable.active
        let count = problem.inputPlane
        parallelFor(problem.planes, grain: rowGrain(count)) { planes in
            for plane in planes {
                if problem.isGlobal {
                    let own = dx + plane * count
                    if !accumulate { own.update(repeating: 0, count: count) }
                    table.scale_shift(count, 1, dy[plane] / Float(count), own, own)
                } else {
                    poolMeansBackward(problem, plane: plane, dy, dx, accumulate)
                }
            }
        }
    }

    package static func resample(_ problem: ResamplingProblem, _ x: Input, _ y: Output) {
        parallelFor(problem.planes, grain: rowGrain(problem.outputPlane)) { planes in
            for plane in planes { resample(problem, plane: plane, x, y) }
        }
    }

    package static func resampleBackward(
        _ problem: ResamplingProblem, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        parallelFor(problem.planes, grain: rowGrain(problem.outputPlane)) { planes in
            for plane in planes { resampleBackward(problem, plane: plane, dy, dx, accumulate) }
        }
    }
}

extension PoolingAxis {
    /// The windows without padding, if the SIMD kernel knows their stride.
    fileprivate var vectorWindows: (range: Range<Int>, stride: Int, kernel: Int)? {
        guard let regular, regular.stride <= 2 else { return nil }
        let whole = windows.indices.filter { windows[$0].count == regular.kernel }
        guard let first = whole.first, let last = whole.last else { return nil }
        return (first..<last + 1, regular.stride, regular.kernel)
    }
}

extension PoolingProblem {
    /// One window that is the whole plane, without padding.
    fileprivate var isGlobal: Bool {
        rows.windows == [0..<rows.input] && columns.windows == [0..<columns.input]
            && rows.divisors == [rows.input] && columns.divisors == [columns.input]
    }
}
