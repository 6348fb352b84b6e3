/// Plain pooling and resampling. The functions of one plane also serve the fast path, where a plane is a task.
extension KernelScalar {
    package static func poolMaxima(
        _ problem: PoolingProblem, _ x: Input, _ y: Output, _ places: UnsafeMutablePointer<Int32>
    ) {
        let (inputs, outputs) = (problem.inputPlane, problem.outputPlane)
        for plane in 0..<problem.planes {
            for row in 0..<problem.rows.output {
                for column in 0..<problem.columns.output {
                    let out = plane * outputs + row * problem.columns.output + column
                    let largest = maximum(problem, x + plane * inputs, row, column)
                    (y[out], places[out]) = (largest.value, Int32(largest.place))
                }
            }
        }
    }

    /// The largest number of a window and its place in the plane: the first of equals, or a NaN.
    static func maximum(
        _ problem: PoolingProblem, _ x: Input, _ row: Int, _ column: Int
    ) -> (value: Self, place: Int) {
        let width = problem.columns.input
        let (rows, columns) = (problem.rows.windows[row], problem.columns.windows[column])
        var place = rows.lowerBound * width + columns.lowerBound
        for i in rows {
            for j in columns where x[i * width + j] > x[place] || x[i * width + j].isNaN {
                place = i * width + j
            }
        }
        return (x[place], place)
    }

    package static func poolMaximaBackward(
        _ problem: PoolingProblem, _ places: UnsafePointer<Int32>, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        for plane in 0..<problem.planes {
            poolMaximaBackward(problem, plane: plane, places, dy, dx, accumulate)
        }
    }

    static func poolMaximaBackward(
        _ problem: PoolingProblem, plane: Int, _ places: UnsafePointer<Int32>, _ dy: Input, _ dx: Output,
        _ accumulate: Bool
    ) {
        let own = dx + plane * problem.inputPlane
        if !accumulate { own.update(repeating: 0, count: problem.inputPlane) }
        let outputs = problem.outputPlane
        for index in plane * outputs..<(plane + 1) * outputs { own[Int(places[index])] += dy[index] }
    }

    package static func poolMeans(_ problem: PoolingProblem, _ x: Input, _ y: Output) {
        for plane in 0..<problem.planes { poolMeans(problem, plane: plane, x, y) }
    }

    static func poolMeans(_ problem: PoolingProblem, plane: Int, _ x: Input, _ y: Output) {
        let width = problem.columns.input
        let source = x + plane * problem.inputPlane
        var out = y + plane * problem.outputPlane
        for (rows, rowDivisor) in zip(problem.rows.windows, problem.rows.divisors) {
            for (columns, columnDivisor) in zip(problem.columns.windows, problem.columns.divisors) {
                var total: Self = 0
                for i in rows {
                    for j in columns { total += source[i * width + j] }
                }
                out.pointee = total / Self(rowDivisor * columnDivisor)
                out += 1
            }
        }
    }

    package static func poolMeansBackward(
        _ problem: PoolingProblem, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        for plane in 0..<problem.planes { poolMeansBackward(problem, plane: plane, dy, dx, accumulate) }
    }

    static func poolMeansBackward(
        _ problem: PoolingProblem, plane: Int, _ dy: Input, _ dx: Output, _ accumulate: Bool
    ) {
        let width = problem.columns.input
        let target = dx + plane * problem.inputPlane
        if !accumulate { target.update(repeating: 0, count: problem.inputPlane) }
        var gradient = dy + plane * problem.outputPlane
        for (rows, rowDivisor) in zip(problem.rows.windows, problem.rows.divisors) {
            for (columns, columnDivisor) in zip(problem.columns.windows, problem.columns.divisors) {
                let share = gradient.pointee / Self(rowDivisor * columnDivisor)
                for i in rows {
                    for j in columns { target[i * width + j] += share }
                }
                gradient += 1
            }
        }
    }

    package static func resample(_ problem: ResamplingProblem, _ x: Input, _ y: Output) {
        for plane in 0..<problem.planes { resample(problem, plane: plane, x, y) }
    }

    static func resample(_ problem: ResamplingProblem, plane: Int, _ x: Input, _ y: Output) {
        let (rows, columns) = (problem.rows, problem.columns)
        let source = x + plane * problem.inputPlane
        var out = y + plane * problem.outputPlane
        for i in 0..<rows.output {
            let (top, bottom) = (source + rows.low[i] * columns.input, source + rows.high[i] * columns.input)
            let a = Self(rows.weights[i])
            for j in 0..<columns.output {
                let (l, h, b) = (columns.low[j], columns.high[j], Self(columns.weights[j]))
                let upper = top[l] * (1 - b) + top[h] * b
                let lower = bottom[l] * (1 - b) + bottom[h] * b
                out.pointee = upper * (1 - a) + lower * a
                out += 1
            }
        }
    }

    package static func resampleBackward(
        _ problem: ResamplingProblem, _ dy: Input, _ dx: Output, accumulate: Bool
    ) {
        for plane in 0..<problem.planes { resampleBackward(problem, plane: plane, dy, dx, accumulate) }
    }

    static func resampleBackward(
        _ problem: ResamplingProblem, plane: Int, _ dy: Input, _ dx: Output, _ accumulate: Bool
    ) {
        let (rows, columns) = (problem.rows, problem.columns)
        let target = dx + plane * problem.inputPlane
        if !accumulate { target.update(repeating: 0, count: problem.inputPlane) }
        var gradient = dy + plane * problem.outputPlane
        for i in 0..<rows.output {
            let (top, bottom) = (target + rows.low[i] * columns.input, target + rows.high[i] * columns.input)
            let a = Self(rows.weights[i])
            for j in 0..<columns.output {
                let (l, h, b) = (columns.low[j], columns.high[j], Self(columns.weights[j]))
                let (upper, lower) = (gradient.pointee * (1 - a), gradient.pointee * a)
                top[l] += upper * (1 - b)
                top[h] += upper * b
                bottom[l] += lower * (1 - b)
                bottom[h] += lower * b
                gradient += 1
            }
        }
    }
}
