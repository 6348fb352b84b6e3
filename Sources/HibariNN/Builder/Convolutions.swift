import HibariTensor

/// Convolution along as many axes as `Axes` says: of lines `[C, L]`, images `[C, H, W]` or volumes `[C, D, H, W]`, to
/// `[outputs, …]`; see `convolution`.
///
/// Parameters `weight` `[outputs, C / groups, kernel, …]` and `bias` `[outputs]`, as PyTorch's Conv1d, Conv2d and Conv3d.
public struct AxesConvolution<Axes: ConvolutionAxes>: LayerSpecification {
    public let outputs, kernel, stride, padding, dilation, groups: Int
    public let activation: Activation?
    public let hasBias: Bool
    public let initializer: WeightInitializer

    public static var kind: String { "Conv\(Axes.count)d" }

    /// - Parameter outputs: channels.
    public init(
        _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
        activation: Activation? = nil, bias: Bool = true, initializer: WeightInitializer = .pyTorch
    ) {
        (self.outputs, self.kernel, self.stride, self.padding) = (outputs, kernel, stride, padding)
        (self.dilation, self.groups, self.activation) = (dilation, groups, activation)
        (hasBias, self.initializer) = (bias, initializer)
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try ConvolutionPlan(
            axes: Axes.count, outputs: outputs, kernel: kernel, stride: stride, padding: padding,
            dilation: dilation, groups: groups, activation: activation, hasBias: hasBias,
            initializer: initializer
        ).build(scope, input: input)
    }
}

/// Convolution of lines.
public typealias Conv1d = AxesConvolution<OneAxis>
/// Convolution of images.
public typealias Conv2d = AxesConvolution<TwoAxes>
/// Convolution of volumes.
public typealias Conv3d = AxesConvolution<ThreeAxes>

/// How many axes a convolution goes along.
public protocol ConvolutionAxes: Sendable {
    static var count: Int { get }
}

/// The axis of a line.
public enum OneAxis: ConvolutionAxes { public static let count = 1 }
/// Those of an image.
public enum TwoAxes: ConvolutionAxes { public static let count = 2 }
/// Those of a volume.
public enum ThreeAxes: ConvolutionAxes { public static let count = 3 }

/// The transpose of a convolution of images, `[C, H, W]` → `[outputs, H′, W′]`; see `transposedConvolution`.
///
/// Parameters `weight` `[C, outputs / groups, kernel, kernel]` and `bias` `[outputs]`, as PyTorch's ConvTranspose2d.
public struct TransposedConv2d: LayerSpecification {
    public let outputs, kernel, stride, padding, outputPadding, dilation, groups: Int
    public let activation: Activation?
    public let hasBias: Bool
    public let initializer: WeightInitializer

    /// - Parameters:
    ///   - outputs: channels.
    ///   - outputPadding: places added at the end of each axis.
    public init(
        _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
        dilation: Int = 1, groups: Int = 1, activation: Activation? = nil, bias: Bool = true,
        initializer: WeightInitializer = .pyTorch
    ) {
        (self.outputs, self.kernel, self.stride, self.padding) = (outputs, kernel, stride, padding)
        (self.outputPadding, self.dilation, self.groups) = (outputPadding, dilation, groups)
        (self.activation, hasBias, self.initializer) = (activation, bias, initializer)
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(
            outputPadding >= 0 && outputPadding < max(stride, dilation), "outputPadding", outputPadding,
            expected: "less than the stride or the dilation")
        return try ConvolutionPlan(
            axes: 2, outputs: outputs, kernel: kernel, stride: stride, padding: padding, dilation: dilation,
            groups: groups, activation: activation, hasBias: hasBias, initializer: initializer
        ).buildTransposed(scope, input: input, outputPadding: outputPadding)
    }
}

/// The settings of a convolution that treats its axes alike.
private struct ConvolutionPlan {
    let axes: Int
    let outputs, kernel, stride, padding, dilation, groups: Int
    let activation: Activation?
    let hasBias: Bool
    let initializer: WeightInitializer

    private var geometry: ConvolutionGeometry {
        ConvolutionGeometry(stride: stride, padding: padding, dilation: dilation, groups: groups)
    }
    private var kernels: [Int] { Array(repeating: kernel, count: axes) }
    private var taps: Int { kernels.reduce(1, *) }

    private func check(_ input: Shape) throws {
        for (name, value) in [
            ("outputs", outputs), ("kernel", kernel), ("stride", stride), ("dilation", dilation),
            ("groups", groups),
        ] {
            try LayerError.require(name, value)
        }
        try LayerError.require("padding", padding, atLeast: 0)
        try LayerError.require(
            input.rank == axes + 1 && input.count > 0, input,
            wanted: ["[channels, length]", "[channels, height, width]", "[channels, depth, height, width]"][
                axes - 1])
        try LayerError.require(
            input[0] % groups == 0 && outputs % groups == 0, "groups", groups,
            expected: "a divisor of the \(input[0]) channels of the input and of the \(outputs) outputs")
    }

    func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try check(input)
        let reach = dilation * (kernel - 1) + 1
        let sizes = input.array.dropFirst().map { ($0 + 2 * padding - reach) / stride + 1 }
        try LayerError.require(
            input.array.dropFirst().allSatisfy { $0 + 2 * padding >= reach }, input,
            wanted: "at least \(reach - 2 * padding) places on each axis for a kernel of \(kernel)")
        _ = try LayerError.shape([outputs, input[0] / groups] + kernels, of: "the weight")
        _ = try LayerError.shape(
            [input[0]] + input.array.dropFirst().map { $0 + 2 * padding }, of: "the padded input")
        let output = try LayerError.shape([outputs] + sizes)
        let fanIn = input[0] / groups * taps
        let layer = try Convolution(
            scope, inputs: input[0], outputs: outputs, kernel: kernels, geometry,
            weight: initializer.weight(fanIn: fanIn, fanOut: outputs * taps),
            bias: hasBias ? initializer.bias(fanIn: fanIn) : nil, appliesReLU: activation == .relu)
        return built(
            layer, isActivated: activation == .relu, output, flops: 2 * Double(fanIn) * Double(output.count))
    }

    func buildTransposed(_ scope: ParameterScope, input: Shape, outputPadding: Int) throws -> BuiltLayer {
        try check(input)
        let wholeSizes = input.array.dropFirst().map {
            ($0 - 1) * stride + dilation * (kernel - 1) + outputPadding + 1
        }
        let sizes = wholeSizes.map { $0 - 2 * padding }
        try LayerError.require(
            sizes.allSatisfy { $0 > 0 }, "padding", padding,
            expected: "so little that something is left of \(input)")
        _ = try LayerError.shape([input[0], outputs / groups] + kernels, of: "the weight")
        _ = try LayerError.shape([outputs] + wholeSizes, of: "the output with its padding")
        let fanIn = outputs / groups * taps
        let layer = try TransposedConvolution(
            scope, inputs: input[0], outputs: outputs, kernel: kernels, geometry,
            outputPadding: [outputPadding],
            weight: initializer.weight(fanIn: fanIn, fanOut: input[0] * taps),
            bias: hasBias ? initializer.bias(fanIn: fanIn) : nil)
        return built(
            layer, isActivated: false, try LayerError.shape([outputs] + sizes),
            flops: 2 * Double(fanIn) * Double(input.count))
    }

    private func built(_ layer: any Layer, isActivated: Bool, _ output: Shape, flops: Double) -> BuiltLayer {
        guard let activation, !isActivated else { return BuiltLayer(layer, output: output, flops: flops) }
        return BuiltLayer(
            LayerChain(layers: [layer, ActivationLayer(activation: activation)]), output: output,
            flops: flops)
    }
}
