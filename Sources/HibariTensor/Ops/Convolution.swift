import HibariKernels

/// How the kernel of a convolution moves over its input, for each spatial axis; one number stands for all axes.
public struct ConvolutionGeometry: Sendable, Equatable {
    public var stride, padding, dilation: [Int]
    public var groups: Int

    public init(
        stride: [Int] = [1], padding: [Int] = [0], dilation: [Int] = [1], groups: Int = 1
    ) {
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    public init(stride: Int = 1, padding: Int, dilation: Int = 1, groups: Int = 1) {
        self.init(stride: [stride], padding: [padding], dilation: [dilation], groups: groups)
    }

    /// The places that a convolution gives on an axis: ⌊(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
    public func outputSize(_ input: Int, kernel: Int, axis: Int) -> Int {
        let (stride, padding, dilation) = (
            of(self.stride, axis), of(self.padding, axis), of(self.dilation, axis)
        )
        let room = input + 2 * padding - dilation * (kernel - 1) - 1
        return room < 0 ? 0 : room / stride + 1
    }

    fileprivate func of(_ numbers: [Int], _ axis: Int) -> Int {
        numbers.count == 1 ? numbers[0] : numbers[axis]
    }

    /// Stops if the numbers make no sense for `rank` axes.
    fileprivate func check(_ op: OpName, rank: Int) {
        for (name, numbers, least) in [
            ("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1),
        ] {
            require(
                (numbers.count == 1 || numbers.count == rank) && numbers.allSatisfy { $0 >= least }, op,
                "\(name) \(numbers) for \(rank) axes; expected one number or \(rank), each at least \(least)")
        }
        require(groups >= 1, op, "\(groups) groups; expected at least 1")
    }

    fileprivate func axis(_ index: Int, input: Int, output: Int, kernel: Int) -> ConvolutionAxis {
        ConvolutionAxis(
            input: input, output: output, kernel: kernel, stride: of(stride, index),
            padding: of(padding, index), dilation: of(dilation, index))
    }
}

/// Slides a kernel over an image, or over a line or a volume.
///
/// y[n, o, p] = b[o] + Σ over channels c of its group and taps k of w[o, c, k] · x[n, c, p·stride − padding + k·dilation];
/// outside the input there are zeros. (The kernel is not mirrored, as everywhere in deep learning.)
///
/// - Parameters:
///   - x: `[N, C, spatial...]` with one to three spatial axes.
///   - weight: `[O, C / groups, kernel...]`.
///   - bias: `[O]`, or nil for none.
///   - appliesReLU: gives max(0, y), in the same pass.
/// - Returns: `[N, O, outputs...]`; see `ConvolutionGeometry.outputSize`.
/// Source: LeCun et al. 1989, "Backpropagation applied to handwritten zip code recognition".
public func convolution(
    _ x: Tensor, weight: Tensor, bias: Tensor? = nil, _ geometry: ConvolutionGeometry = .init(),
    appliesReLU: Bool = false
) -> Tensor {
    let spatial = checkedAxes(.convolution, x, weight, geometry)
    let (channels, outputs) = (x.shape[1], weight.shape[0])
    require(
        channels == weight.shape[1] * geometry.groups && outputs % geometry.groups == 0, .convolution,
        "input \(x.shape) does not fit weight \(weight.shape) in \(geometry.groups) groups; expected [out, channels / groups, kernel...]"
    )
    checkBias(.convolution, bias, outputs)
    let axes = (0..<spatial).map { axis in
        let (input, kernel) = (x.shape[axis + 2], weight.shape[axis + 2])
        let output = geometry.outputSize(input, kernel: kernel, axis: axis)
        require(output > 0, .convolution, "kernel \(weight.shape) is larger than the padded input \(x.shape)")
        return geometry.axis(axis, input: input, output: output, kernel: kernel)
    }
    let problem = ConvolutionProblem(
        batch: x.shape[0], inputChannels: channels, outputChannels: outputs, groups: geometry.groups,
        axes: axes)
    let y = Tensor(uninitialized: Shape([x.shape[0], outputs] + axes.map(\.output)), x.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.convolve(
            problem, x.input(), weight.input(), bias: bias?.input(), appliesReLU: appliesReLU,
            y.output(T.self))
    }
    forward(x.dtype.scalar)
    let input = SavedTensor(x)
    return record(.convolution, x, weight, bias, output: y, product: problem.product) { gradient in
        // The rectifier is open where its output is positive.
        let dy = appliesReLU ? activationGradient(.relu, y, gradient) : gradient
        func backward<T: KernelScalar>(_: T.Type) {
            weight.node?.withBuffer(weight.shape, weight.dtype) { buffer, accumulates in
                // An input that is made again lives only as long as someone holds it.
                withExtendedLifetime(input.value) { x in
                    T.convolveWeightGradient(
                        problem, x.input(), dy.input(), buffer.output(T.self), accumulate: accumulates)
                }
            }
            // Not of x, which this closure would keep with its storage.
            input.node?.withBuffer(input.shape, input.dtype) { buffer, accumulates in
                T.convolveInputGradient(
                    problem, dy.input(), weight.input(), bias: nil, buffer.output(T.self),
                    accumulate: accumulates)
            }
        }
        backward(dy.dtype.scalar)
        addBiasGradient(bias, dy)
    }
}

/// The transpose of a convolution as a linear map: each input place adds the kernel, weighted, to the output.
///
/// y[n, o, p·stride − padding + k·dilation] = b[o] + Σ over channels c of its group and taps k of w[c, o, k] · x[n, c, p].
///
/// - Parameters:
///   - x: `[N, C, spatial...]` with one to three spatial axes.
///   - weight: `[C, O / groups, kernel...]`.
///   - bias: `[O]`, or nil for none.
///   - outputPadding: places added at the end of each axis, less than the stride: several sizes of output have the
///     same input under a stride.
/// - Returns: `[N, O, outputs...]`, (input − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1 each.
/// Source: Zeiler et al. 2010, "Deconvolutional networks".
public func transposedConvolution(
    _ x: Tensor, weight: Tensor, bias: Tensor? = nil, _ geometry: ConvolutionGeometry = .init(),
    outputPadding: [Int] = [0]
) -> Tensor {
    let op = OpName.transposedConvolution
    let spatial = checkedAxes(op, x, weight, geometry)
    let (channels, outputs) = (x.shape[1], weight.shape[1] * geometry.groups)
    require(
        channels == weight.shape[0] && channels % geometry.groups == 0, op,
        "input \(x.shape) does not fit weight \(weight.shape) in \(geometry.groups) groups; expected [channels, out / groups, kernel...]"
    )
    require(
        outputPadding.count == 1 || outputPadding.count == spatial, op,
        "output padding \(outputPadding) for \(spatial) axes")
    checkBias(op, bias, outputs)
    // The convolution whose transpose this is: from the output to the input.
    let axes = (0..<spatial).map { index in
        let (input, kernel) = (x.shape[index + 2], weight.shape[index + 2])
        var axis = geometry.axis(index, input: 0, output: input, kernel: kernel)
        let extra = geometry.of(outputPadding, index)
        require(
            extra >= 0 && extra < max(axis.stride, axis.dilation), op,
            "output padding \(extra) with stride \(axis.stride) and dilation \(axis.dilation); expected less than one of them"
        )
        axis.input = (input - 1) * axis.stride - 2 * axis.padding + axis.dilation * (kernel - 1) + extra + 1
        require(axis.input > 0, op, "padding \(axis.padding) leaves nothing of axis \(index) of \(x.shape)")
        return axis
    }
    let problem = ConvolutionProblem(
        batch: x.shape[0], inputChannels: outputs, outputChannels: channels, groups: geometry.groups,
        axes: axes)
    let y = Tensor(uninitialized: Shape([x.shape[0], outputs] + axes.map(\.input)), x.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.convolveInputGradient(
            problem, x.input(), weight.input(), bias: bias?.input(), y.output(T.self), accumulate: false)
    }
    forward(x.dtype.scalar)
    let input = SavedTensor(x)
    return record(op, x, weight, bias, output: y, product: problem.product) { gradient in
        func backward<T: KernelScalar>(_: T.Type) {
            weight.node?.withBuffer(weight.shape, weight.dtype) { buffer, accumulates in
                withExtendedLifetime(input.value) { x in
                    T.convolveWeightGradient(
                        problem, gradient.input(), x.input(), buffer.output(T.self), accumulate: accumulates)
                }
            }
            guard let node = input.node else { return }
            let dx = Tensor(uninitialized: input.shape, input.dtype)
            T.convolve(
                problem, gradient.input(), weight.input(), bias: nil, appliesReLU: false, dx.output(T.self))
            node.accumulate(dx)
        }
        backward(gradient.dtype.scalar)
        addBiasGradient(bias, gradient)
    }
}

/// The number of spatial axes.
private func checkedAxes(
    _ op: OpName, _ x: Tensor, _ weight: Tensor, _ geometry: ConvolutionGeometry
) -> Int {
    let spatial = x.shape.rank - 2
    require(
        (1...3).contains(spatial) && weight.shape.rank == x.shape.rank && x.dtype == weight.dtype, op,
        "input \(x.dtype) \(x.shape) and weight \(weight.dtype) \(weight.shape); expected [N, C, ...] with one to three spatial axes, and a weight of as many axes"
    )
    geometry.check(op, rank: spatial)
    return spatial
}

private func checkBias(_ op: OpName, _ bias: Tensor?, _ outputs: Int) {
    require(
        bias == nil || bias!.shape == [outputs], op,
        "bias \(String(describing: bias?.shape)); expected [\(outputs)]")
}

/// db = Σ dy over images and places.
private func addBiasGradient(_ bias: Tensor?, _ dy: Tensor) {
    guard let bias, let node = bias.node else { return }
    func run<T: KernelScalar>(_: T.Type) {
        node.withBuffer(bias.shape, bias.dtype) { buffer, accumulates in
            T.sumChannels(
                batch: dy.shape[0], channels: bias.count,
                plane: dy.count / max(1, dy.shape[0] * bias.count), dy.input(), buffer.output(T.self),
                accumulate: accumulates)
        }
    }
    run(dy.dtype.scalar)
}

extension ConvolutionProblem {
    /// As a product of the weights with all windows of the input.
    fileprivate var product: OpProfile.ProductSizes {
        OpProfile.ProductSizes(
            rows: batch * outputPlane, columns: outputChannels, depth: groupInputs * taps)
    }
}
