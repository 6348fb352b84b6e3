import HibariTensor

/// A convolution over one to three spatial axes, with a rectifier in the same pass if wanted; see `convolution`.
public struct Convolution {
    /// `[outputs, inputs / groups, kernel...]`.
    public let weight: Parameter
    /// `[outputs]`.
    public let bias: Parameter?
    public let geometry: ConvolutionGeometry
    private let appliesReLU: Bool

    /// - Parameters:
    ///   - scope: gives `weight` and, with `hasBias`, `bias`.
    ///   - inputs, outputs: channels.
    ///   - kernel: the size along each spatial axis.
    ///   - deviation: of the initial weights; nil for √(2 / fan-in), which suits rectifiers (He et al. 2015,
    ///     arXiv:1502.01852).
    public init(
        _ scope: ParameterScope, inputs: Int, outputs: Int, kernel: [Int],
        _ geometry: ConvolutionGeometry = .init(),
        hasBias: Bool = true, appliesReLU: Bool = false, deviation: Double? = nil
    ) throws {
        let terms = Double(kernel.reduce(inputs / geometry.groups, *))
        try self.init(
            scope, inputs: inputs, outputs: outputs, kernel: kernel, geometry,
            weight: .normal(deviation: deviation ?? (2 / terms).squareRoot()), bias: hasBias ? .zeros : nil,
            appliesReLU: appliesReLU)
    }

    /// - Parameters:
    ///   - weightInitializer: of the weight.
    ///   - biasInitializer: of the bias; nil for none.
    public init(
        _ scope: ParameterScope, inputs: Int, outputs: Int, kernel: [Int], _ geometry: ConvolutionGeometry,
        weight weightInitializer: Initializer, bias biasInitializer: Initializer?, appliesReLU: Bool = false
    ) throws {
        weight = try scope.parameter(
            "weight", Shape([outputs, inputs / geometry.groups] + kernel), weightInitializer, role: .kernel)
        bias = try biasInitializer.map { try scope.parameter("bias", [outputs], $0, role: .vector) }
        self.geometry = geometry
        self.appliesReLU = appliesReLU
    }

    /// `[N, inputs, spatial...]` → `[N, outputs, places...]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        convolution(x, weight: weight.tensor, bias: bias?.tensor, geometry, appliesReLU: appliesReLU)
    }
}

/// A transposed convolution; see `transposedConvolution`.
public struct TransposedConvolution {
    /// `[inputs, outputs / groups, kernel...]`.
    public let weight: Parameter
    /// `[outputs]`.
    public let bias: Parameter?
    public let geometry: ConvolutionGeometry
    public let outputPadding: [Int]

    /// - Parameters:
    ///   - scope: gives `weight` and, with `hasBias`, `bias`.
    ///   - inputs, outputs: channels.
    ///   - kernel: the size along each spatial axis.
    ///   - deviation: of the initial weights; nil for √(2 / the products that meet in an output place).
    public init(
        _ scope: ParameterScope, inputs: Int, outputs: Int, kernel: [Int],
        _ geometry: ConvolutionGeometry = .init(),
        outputPadding: [Int] = [0], hasBias: Bool = true, deviation: Double? = nil
    ) throws {
        let strides =
            geometry.stride.count == 1
            ? kernel.map { _ in geometry.stride[0] } : geometry.stride
        let terms = Double(kernel.reduce(inputs / geometry.groups, *)) / Double(strides.reduce(1, *))
        try self.init(
            scope, inputs: inputs, outputs: outputs, kernel: kernel, geometry, outputPadding: outputPadding,
            weight: .normal(deviation: deviation ?? (2 / terms).squareRoot()), bias: hasBias ? .zeros : nil)
    }

    /// - Parameters:
    ///   - weightInitializer: of the weight.
    ///   - biasInitializer: of the bias; nil for none.
    public init(
        _ scope: ParameterScope, inputs: Int, outputs: Int, kernel: [Int], _ geometry: ConvolutionGeometry,
        outputPadding: [Int], weight weightInitializer: Initializer, bias biasInitializer: Initializer?
    ) throws {
        weight = try scope.parameter(
            "weight", Shape([inputs, outputs / geometry.groups] + kernel), weightInitializer, role: .kernel)
        bias = try biasInitializer.map { try scope.parameter("bias", [outputs], $0, role: .vector) }
        self.geometry = geometry
        self.outputPadding = outputPadding
    }

    /// `[N, inputs, spatial...]` → `[N, outputs, places...]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        transposedConvolution(
            x, weight: weight.tensor, bias: bias?.tensor, geometry, outputPadding: outputPadding)
    }
}
