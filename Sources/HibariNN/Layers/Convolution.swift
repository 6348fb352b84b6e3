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
        let depth = inputs / geometry.groups
        weight = try scope.parameter(
            "weight", Shape([outputs, depth] + kernel),
            .normal(deviation: deviation ?? (2 / Double(kernel.reduce(depth, *))).squareRoot()), role: .kernel
        )
        bias = hasBias ? try scope.parameter("bias", [outputs], .zeros, role: .vector) : nil
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
        weight = try scope.parameter(
            "weight", Shape([inputs, outputs / geometry.groups] + kernel),
            .normal(deviation: deviation ?? (2 / terms).squareRoot()), role: .kernel)
        bias = hasBias ? try scope.parameter("bias", [outputs], .zeros, role: .vector) : nil
        self.geometry = geometry
        self.outputPadding = outputPadding
    }

    /// `[N, inputs, spatial...]` → `[N, outputs, places...]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        transposedConvolution(
            x, weight: weight.tensor, bias: bias?.tensor, geometry, outputPadding: outputPadding)
    }
}
