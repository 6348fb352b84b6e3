import HibariTensor

/// In training, adds normal noise of mean 0 to each number.
public struct GaussianNoise: LayerSpecification {
    public let deviation: Double

    public init(_ deviation: Double) { self.deviation = deviation }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(deviation >= 0, "deviation", deviation, expected: "0 or a positive number")
        let (deviation, number) = (deviation, scope.nextRandomLayer())
        return BuiltLayer(output: input) { x, context in
            context.gaussianNoise(x, deviation: deviation, layer: number)
        }
    }
}

/// In training, sets whole channels of an example to 0, `[C, …]`, and scales the others: PyTorch's Dropout2d.
///
/// Source: Tompson et al. 2015, arXiv:1411.4280.
public struct ChannelDropout: LayerSpecification {
    public let probability: Double

    public init(_ probability: Double) { self.probability = probability }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.requireProbability("probability", probability)
        try LayerError.require(input.rank >= 1, input, wanted: "[channels, …]")
        let (probability, number) = (probability, scope.nextRandomLayer())
        return BuiltLayer(output: input) { x, context in
            context.channelDropout(x, probability: probability, layer: number)
        }
    }
}
