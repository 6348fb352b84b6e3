import HibariTensor

/// In training, sets each number to 0 with the given probability and scales the others by 1 / (1 − probability).
///
/// Source: Srivastava et al. 2014.
public struct Dropout: LayerSpecification {
    public let probability: Double

    public init(_ probability: Double) { self.probability = probability }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.requireProbability("probability", probability)
        let (probability, number) = (probability, scope.nextRandomLayer())
        return BuiltLayer(output: input) { x, context in
            context.dropout(x, probability: probability, layer: number)
        }
    }
}
