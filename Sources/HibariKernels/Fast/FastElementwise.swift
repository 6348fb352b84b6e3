import CKernels
import HibariSupport

/// Elements of one task of an elementwise loop: long enough to hide the start of a thread, short enough for a
/// cache.
private let elementGrain = 16_384

extension hibari_kernel_table {
    func function(_ function: UnaryFunction) -> hibari_map1 {
        switch function {
        case .exp: exp
        case .log: log
        case .tanh: tanh
        case .sigmoid: sigmoid
        case .relu: relu
        case .geluTanh: gelu_tanh
        case .geluErf: gelu_erf
        case .silu: silu
        case .softplus: softplus
        case .abs: abs
        }
    }

    func function(_ function: BinaryFunction) -> hibari_map2 {
        switch function {
        case .add: add
        case .subtract: subtract
        case .multiply: multiply
        case .divide: divide
        }
    }
}

extension Float: KernelScalar {
    package static func exponential(_ x: Float) -> Float { Float(Double.exponential(Double(x))) }
    package static func logarithm(_ x: Float) -> Float { Float(Double.logarithm(Double(x))) }
    package static func hyperbolicTangent(_ x: Float) -> Float { Float(Double.hyperbolicTangent(Double(x))) }
    package static func errorFunction(_ x: Float) -> Float { Float(Double.errorFunction(Double(x))) }

    package static func map(_ function: UnaryFunction, _ count: Int, _ x: Input, _ y: Output) {
        let kernel = KernelTable.active.function(function)
        parallelFor(count, grain: elementGrain) { kernel($0.count, x + $0.lowerBound, y + $0.lowerBound) }
    }

    package static func mapBackward(
        _ function: UnaryFunction, _ count: Int, _ x: Input, _ dy: Input, _ dx: Output
    ) {
        let table = KernelTable.active
        let kernel: hibari_map2?
        switch function {
        case .relu: kernel = table.relu_backward
        case .geluTanh: kernel = table.gelu_tanh_backward
        case .geluErf: kernel = table.gelu_erf_backward
        case .silu: kernel = table.silu_backward
        case .softplus: kernel = table.softplus_backward
        case .abs: kernel = table.abs_backward
        case .exp, .log, .tanh, .sigmoid: kernel = nil
        }
        parallelFor(count, grain: elementGrain) { range in
            let i = range.lowerBound
            if let kernel { return kernel(range.count, x + i, dy + i, dx + i) }
            if function == .log { return table.divide(range.count, dy + i, x + i, dx + i) }
            // With f = f(x): exp′ = f, tanh′ = 1 − f², sigmoid′ = f − f².
            let n = range.count
            withScratch(Float.self, count: 2 * n) { f in
                table.function(function)(n, x + i, f)
                if function != .exp {
                    let square = f + n
                    table.multiply(n, f, f, square)
                    if function == .tanh { table.scale_shift(n, 0, 1, f, f) }
                    table.subtract(n, f, square, f)
                }
                table.multiply(n, dy + i, f, dx + i)
            }
        }
    }

    package static func map(_ function: ShapedFunction, _ count: Int, _ x: Input, _ y: Output) {
        let table = KernelTable.active
        parallelFor(count, grain: elementGrain) { range in
            let (x, y, n) = (x + range.lowerBound, y + range.lowerBound, range.count)
            switch function {
            case .leakyReLU(let slope): table.leaky_relu(n, Float(slope), x, y)
            case .elu(let alpha): table.elu(n, Float(alpha), x, y)
            case .clamp(let lower, let upper): table.clamp(n, Float(lower), Float(upper), x, y)
            }
        }
    }

    package static func mapBackward(
        _ function: ShapedFunction, _ count: Int, _ x: Input, _ dy: Input, _ dx: Output
    ) {
        let table = KernelTable.active
        parallelFor(count, grain: elementGrain) { range in
            let (x, dy, dx) = (x + range.lowerBound, dy + range.lowerBound, dx + range.lowerBound)
            let n = range.count
            switch function {
            case .leakyReLU(let slope): table.leaky_relu_backward(n, Float(slope), x, dy, dx)
            case .elu(let alpha): table.elu_backward(n, Float(alpha), x, dy, dx)
            case .clamp(let lower, let upper):
                table.clamp_backward(n, Float(lower), Float(upper), x, dy, dx)
            }
        }
    }

    package static func combine(_ function: BinaryFunction, _ count: Int, _ x: Input, _ y: Input, _ z: Output)
    {
        let kernel = KernelTable.active.function(function)
        parallelFor(count, grain: elementGrain) {
            kernel($0.count, x + $0.lowerBound, y + $0.lowerBound, z + $0.lowerBound)
        }
    }

    package static func combineScalar(
        _ function: BinaryFunction, _ count: Int, _ x: Input, _ y: Float, _ z: Output
    ) {
        let scaleShift = KernelTable.active.scale_shift!
        let (scale, shift): (Float, Float) =
            switch function {
            case .add: (1, y)
            case .subtract: (1, -y)
            case .multiply: (y, 0)
            case .divide: (1 / y, 0)
            }
        parallelFor(count, grain: elementGrain) {
            scaleShift($0.count, scale, shift, x + $0.lowerBound, z + $0.lowerBound)
        }
    }

    package static func addScaled(_ count: Int, _ scale: Float, _ x: Input, _ y: Output) {
        let kernel = KernelTable.active.add_scaled!
        parallelFor(count, grain: elementGrain) {
            kernel($0.count, scale, x + $0.lowerBound, y + $0.lowerBound)
        }
    }

    package static func blend(
        _ count: Int, _ alpha: Float, _ x: Input, _ beta: Float, _ y: Input, _ z: Output
    ) {
        let kernel = KernelTable.active.blend!
        parallelFor(count, grain: elementGrain) { range in
            let i = range.lowerBound
            kernel(range.count, alpha, x + i, beta, y + i, z + i)
        }
    }

    package static func scale(_ count: Int, _ factor: Float, _ x: Input, _ y: Output) {
        combineScalar(.multiply, count, x, factor, y)
    }

    package static func swiGLU(rows: Int, width: Int, _ gateUp: Input, _ y: Output) {
        let kernel = KernelTable.active.swiglu!
        parallelFor(rows, grain: max(1, elementGrain / max(1, width))) { range in
            for row in range {
                let gate = gateUp + row * 2 * width
                kernel(width, gate, gate + width, y + row * width)
            }
        }
    }

    package static func swiGLUBackward(rows: Int, width: Int, _ gateUp: Input, _ dy: Input, _ dGateUp: Output)
    {
        let kernel = KernelTable.active.swiglu_backward!
        parallelFor(rows, grain: max(1, elementGrain / max(1, width))) { range in
            for row in range {
                let gate = gateUp + row * 2 * width
                let dGate = dGateUp + row * 2 * width
                kernel(width, gate, gate + width, dy + row * width, dGate, dGate + width)
            }
        }
    }

    package static func dropout(_ count: Int, _ mask: DropoutMask, _ x: Input, _ y: Output) {
        let kernel = KernelTable.active.dropout!
        let scale = Float(1 / (1 - mask.probability))
        parallelFor(count, grain: elementGrain) { range in
            let i = range.lowerBound
            kernel(range.count, UInt64(i), mask.key, mask.stream, mask.threshold, scale, x + i, y + i)
        }
    }

    package static func sum(_ count: Int, _ x: Input) -> Float { KernelTable.active.sum(count, x) }

    package static func dot(_ count: Int, _ x: Input, _ y: Input) -> Float {
        KernelTable.active.dot(count, x, y)
    }

    /// Blocks of `elementGrain`, added in order: the same for every thread count.
    package static func sumOfSquares(_ count: Int, _ x: Input) -> Double {
        let kernel = KernelTable.active.sum_of_squares!
        let blocks = (count + elementGrain - 1) / elementGrain
        if blocks <= 1 { return kernel(count, x) }
        return withScratch(Double.self, count: blocks) { partial in
            parallelFor(count, grain: elementGrain) { range in
                partial[range.lowerBound / elementGrain] = kernel(range.count, x + range.lowerBound)
            }
            return (0..<blocks).reduce(0) { $0 + partial[$1] }
        }
    }

    package static func sumRows(rows: Int, columns: Int, _ x: Input, _ y: Output, accumulate: Bool) {
        if !accumulate { y.update(repeating: 0, count: columns) }
        let add = KernelTable.active.add!
        withPartialSums(rows: rows, width: columns, into: y) { range, partial in
            for row in range { add(columns, partial, x + row * columns, partial) }
        }
    }
}

/// Sums contributions of many rows to one vector, the same way for every thread count: rows are cut into at
/// most 16 ranges, each range adds to a vector of its own, and these are added to `total` in order.
func withPartialSums(
    rows: Int, width: Int, into total: UnsafeMutablePointer<Float>,
    _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
) {
    let grain = max(16, (rows + 15) / 16)
    let ranges = (rows + grain - 1) / grain
    withScratch(Float.self, count: ranges * width) { partial in
        parallelFor(rows, grain: grain) { range in
            let own = partial + range.lowerBound / grain * width
            own.update(repeating: 0, count: width)
            body(range, own)
        }
        for index in 0..<ranges { KernelTable.active.add(width, total, partial + index * width, total) }
    }
}
