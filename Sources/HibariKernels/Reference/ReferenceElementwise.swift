import HibariSupport

/// Plain implementations of the elementwise kernels and reductions.
extension KernelScalar {
    /// f(x).
    package static func evaluate(_ function: UnaryFunction, _ x: Self) -> Self {
        switch function {
        case .exp: exponential(x)
        case .log: logarithm(x)
        case .tanh: hyperbolicTangent(x)
        case .sigmoid: 1 / (1 + exponential(-x))
        case .relu: x <= 0 ? 0 : x
        case .geluTanh: x / 2 * (1 + hyperbolicTangent(geluScale * (x + geluCubic * x * x * x)))
        case .geluErf: x / 2 * (1 + errorFunction(x * Self(0.5).squareRoot()))
        case .silu: x / (1 + exponential(-x))
        // ln(1 + eˣ), without eˣ of a large x.
        case .softplus: (x > 0 ? x : 0) + logarithm(1 + exponential(-Swift.abs(x)))
        case .abs: Swift.abs(x)
        }
    }

    /// f′(x).
    package static func slope(_ function: UnaryFunction, _ x: Self) -> Self {
        switch function {
        case .exp: return exponential(x)
        case .log: return 1 / x
        case .tanh:
            let t = hyperbolicTangent(x)
            return 1 - t * t
        case .sigmoid:
            let s = 1 / (1 + exponential(-x))
            return s * (1 - s)
        case .relu: return x <= 0 ? 0 : 1
        case .geluTanh:
            let t = hyperbolicTangent(geluScale * (x + geluCubic * x * x * x))
            return (1 + t) / 2 + x / 2 * (1 - t * t) * geluScale * (1 + 3 * geluCubic * x * x)
        case .geluErf:
            let density = exponential(-x * x / 2) * Self(0.3989422804014327)
            return (1 + errorFunction(x * Self(0.5).squareRoot())) / 2 + x * density
        case .silu:
            let s = 1 / (1 + exponential(-x))
            return s * (1 + x * (1 - s))
        case .softplus: return 1 / (1 + exponential(-x))
        case .abs: return x > 0 ? 1 : x < 0 ? -1 : 0
        }
    }

    package static func evaluate(_ function: ShapedFunction, _ x: Self) -> Self {
        switch function {
        case .leakyReLU(let slope): x > 0 ? x : Self(slope) * x
        case .elu(let alpha): x > 0 ? x : Self(alpha) * (exponential(x) - 1)
        case .clamp(let lower, let upper): x < Self(lower) ? Self(lower) : x > Self(upper) ? Self(upper) : x
        }
    }

    package static func slope(_ function: ShapedFunction, _ x: Self) -> Self {
        switch function {
        case .leakyReLU(let slope): x > 0 ? 1 : Self(slope)
        case .elu(let alpha): x > 0 ? 1 : Self(alpha) * exponential(x)
        case .clamp(let lower, let upper): x < Self(lower) || x > Self(upper) ? 0 : 1
        }
    }

    private static var geluScale: Self { Self(0.7978845608028654) }
    private static var geluCubic: Self { Self(0.044715) }

    package static func evaluate(_ function: BinaryFunction, _ x: Self, _ y: Self) -> Self {
        switch function {
        case .add: x + y
        case .subtract: x - y
        case .multiply: x * y
        case .divide: x / y
        }
    }

    package static func map(_ function: UnaryFunction, _ count: Int, _ x: Input, _ y: Output) {
        for i in 0..<count { y[i] = evaluate(function, x[i]) }
    }

    package static func mapBackward(
        _ function: UnaryFunction, _ count: Int, _ x: Input, _ dy: Input, _ dx: Output
    ) {
        for i in 0..<count { dx[i] = dy[i] * slope(function, x[i]) }
    }

    package static func map(_ function: ShapedFunction, _ count: Int, _ x: Input, _ y: Output) {
        for i in 0..<count { y[i] = evaluate(function, x[i]) }
    }

    package static func mapBackward(
        _ function: ShapedFunction, _ count: Int, _ x: Input, _ dy: Input, _ dx: Output
    ) {
        for i in 0..<count { dx[i] = dy[i] * slope(function, x[i]) }
    }

    package static func combine(_ function: BinaryFunction, _ count: Int, _ x: Input, _ y: Input, _ z: Output)
    {
        for i in 0..<count { z[i] = evaluate(function, x[i], y[i]) }
    }

    package static func combineScalar(
        _ function: BinaryFunction, _ count: Int, _ x: Input, _ y: Self, _ z: Output
    ) {
        for i in 0..<count { z[i] = evaluate(function, x[i], y) }
    }

    package static func addScaled(_ count: Int, _ scale: Self, _ x: Input, _ y: Output) {
        for i in 0..<count { y[i] += scale * x[i] }
    }

    package static func blend(
        _ count: Int, _ alpha: Self, _ x: Input, _ beta: Self, _ y: Input, _ z: Output
    ) {
        for i in 0..<count { z[i] = alpha * x[i] + beta * y[i] }
    }

    package static func scale(_ count: Int, _ factor: Self, _ x: Input, _ y: Output) {
        for i in 0..<count { y[i] = factor * x[i] }
    }

    package static func swiGLU(rows: Int, width: Int, _ gateUp: Input, _ y: Output) {
        for row in 0..<rows {
            let gate = gateUp + row * 2 * width
            for i in 0..<width { y[row * width + i] = evaluate(.silu, gate[i]) * gate[width + i] }
        }
    }

    package static func swiGLUBackward(rows: Int, width: Int, _ gateUp: Input, _ dy: Input, _ dGateUp: Output)
    {
        for row in 0..<rows {
            let gate = gateUp + row * 2 * width
            let dGate = dGateUp + row * 2 * width
            for i in 0..<width {
                let g = dy[row * width + i]
                dGate[i] = g * gate[width + i] * slope(.silu, gate[i])
                dGate[width + i] = g * evaluate(.silu, gate[i])
            }
        }
    }

    package static func dropout(_ count: Int, _ mask: DropoutMask, _ x: Input, _ y: Output) {
        let scale = Self(1 / (1 - mask.probability))
        let key = SIMD2(UInt32(truncatingIfNeeded: mask.key), UInt32(truncatingIfNeeded: mask.key >> 32))
        let stream = (UInt32(truncatingIfNeeded: mask.stream), UInt32(truncatingIfNeeded: mask.stream >> 32))
        for i in 0..<count {
            let block = UInt64(i) >> 2
            let counter = SIMD4(
                UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), stream.0, stream.1
            )
            y[i] = philox4x32(counter: counter, key: key)[i & 3] >= mask.threshold ? x[i] * scale : 0
        }
    }

    package static func sum(_ count: Int, _ x: Input) -> Self {
        var total: Self = 0
        for i in 0..<count { total += x[i] }
        return total
    }

    package static func dot(_ count: Int, _ x: Input, _ y: Input) -> Self {
        var total: Self = 0
        for i in 0..<count { total += x[i] * y[i] }
        return total
    }

    package static func sumOfSquares(_ count: Int, _ x: Input) -> Double {
        var total = 0.0
        for i in 0..<count { total += Double(x[i]) * Double(x[i]) }
        return total
    }

    package static func sumRows(rows: Int, columns: Int, _ x: Input, _ y: Output, accumulate: Bool) {
        for j in 0..<columns {
            var total: Self = accumulate ? y[j] : 0
            for i in 0..<rows { total += x[i * columns + j] }
            y[j] = total
        }
    }
}
