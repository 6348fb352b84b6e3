import HibariKernels

/// Which places of an image or a line are pooled together, for each spatial axis; one number stands for all axes.
public struct PoolingWindows: Sendable, Equatable {
    private enum Kind: Equatable {
        case regular(kernel: [Int], stride: [Int], padding: [Int], countsPadding: Bool)
        case adaptive([Int])
        case all
    }

    private let kind: Kind

    /// Whole windows only (PyTorch's ceil_mode false).
    ///
    /// - Parameters:
    ///   - stride: nil for that of windows side by side.
    ///   - padding: at most half the kernel.
    ///   - countsPadding: whether padding counts as zeros in a mean (count_include_pad).
    public init(kernel: [Int], stride: [Int]? = nil, padding: [Int] = [0], countsPadding: Bool = true) {
        kind = .regular(
            kernel: kernel, stride: stride ?? kernel, padding: padding, countsPadding: countsPadding)
    }

    private init(_ kind: Kind) { self.kind = kind }

    /// `outputs` windows that cover the axis, of sizes that differ by at most one.
    public static func adaptive(_ outputs: [Int]) -> PoolingWindows { PoolingWindows(.adaptive(outputs)) }

    /// One window over everything.
    public static let global = PoolingWindows(.all)

    fileprivate func problem(_ op: OpName, _ x: Tensor) -> PoolingProblem {
        let spatial = x.shape.rank - 2
        require((1...2).contains(spatial), op, "input \(x.shape); expected [N, C, L] or [N, C, H, W]")
        let axes = (0..<spatial).map { axis($0, of: x.shape, op) }
        return PoolingProblem(
            planes: x.shape[0] * x.shape[1],
            rows: spatial == 2 ? axes[0] : PoolingAxis(input: 1, output: 1), columns: axes[spatial - 1])
    }

    private func axis(_ index: Int, of shape: Shape, _ op: OpName) -> PoolingAxis {
        let input = shape[index + 2]
        require(input > 0, op, "input \(shape) has an empty axis; a window needs a place")
        func of(_ numbers: [Int], _ name: String) -> Int {
            require(
                numbers.count == 1 || numbers.count == shape.rank - 2, op,
                "\(name) \(numbers) for input \(shape)")
            return numbers.count == 1 ? numbers[0] : numbers[index]
        }
        switch kind {
        case .all: return PoolingAxis(input: input, output: 1)
        case .adaptive(let outputs):
            let output = of(outputs, "output size")
            require(output > 0, op, "output size \(outputs) for input \(shape)")
            return PoolingAxis(input: input, output: output)
        case .regular(let kernels, let strides, let paddings, let countsPadding):
            let (kernel, stride) = (of(kernels, "kernel"), of(strides, "stride"))
            let padding = of(paddings, "padding")
            require(
                kernel > 0 && stride > 0 && (0...kernel / 2).contains(padding)
                    && input + 2 * padding >= kernel,
                op,
                "kernel \(kernel), stride \(stride), padding \(padding) for input \(shape); the kernel must fit into the padded input, the padding be at most half of it"
            )
            return PoolingAxis(
                input: input, kernel: kernel, stride: stride, padding: padding, countsPadding: countsPadding)
        }
    }
}

/// The largest number of each window; padding never wins, NaN always does.
///
/// - Parameter x: `[N, C, L]` or `[N, C, H, W]`.
/// - Returns: `[N, C, windows...]`. The gradient goes to the first of equals.
public func maxPooling(_ x: Tensor, _ windows: PoolingWindows) -> Tensor {
    let problem = windows.problem(.maxPooling, x)
    let y = Tensor(uninitialized: pooledShape(x, problem), x.dtype)
    let places = Tensor(uninitialized: y.shape, .int32)
    func forward<T: KernelScalar>(_: T.Type) {
        T.poolMaxima(problem, x.input(), y.output(T.self), places.output())
    }
    forward(x.dtype.scalar)
    let (shape, dtype, node) = (x.shape, x.dtype, x.node)
    return record(.maxPooling, x, output: y) { gradient in
        func backward<T: KernelScalar>(_: T.Type) {
            node?.withBuffer(shape, dtype) { buffer, accumulates in
                T.poolMaximaBackward(
                    problem, places.input(), gradient.input(), buffer.output(T.self), accumulate: accumulates)
            }
        }
        backward(gradient.dtype.scalar)
    }
}

/// The mean of each window.
///
/// - Parameter x: `[N, C, L]` or `[N, C, H, W]`.
/// - Returns: `[N, C, windows...]`.
public func averagePooling(_ x: Tensor, _ windows: PoolingWindows) -> Tensor {
    let problem = windows.problem(.averagePooling, x)
    let y = Tensor(uninitialized: pooledShape(x, problem), x.dtype)
    func forward<T: KernelScalar>(_: T.Type) { T.poolMeans(problem, x.input(), y.output(T.self)) }
    forward(x.dtype.scalar)
    let (shape, dtype, node) = (x.shape, x.dtype, x.node)
    return record(.averagePooling, x, output: y) { gradient in
        func backward<T: KernelScalar>(_: T.Type) {
            node?.withBuffer(shape, dtype) { buffer, accumulates in
                T.poolMeansBackward(
                    problem, gradient.input(), buffer.output(T.self), accumulate: accumulates)
            }
        }
        backward(gradient.dtype.scalar)
    }
}

private func pooledShape(_ x: Tensor, _ problem: PoolingProblem) -> Shape {
    var shape = x.shape
    shape[-1] = problem.columns.output
    if shape.rank == 4 { shape[2] = problem.rows.output }
    return shape
}
