import HibariTensor

/// Recurrent layers over sequences, `[T, in]` → `[T, H]`, or `[H]` of the last step; twice as wide in both directions. See
/// `RecurrentLayer`.
///
/// Parameters `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, …, as PyTorch's RNN, GRU and LSTM.
public struct Recurrent: LayerSpecification {
    public let cell: RecurrentKind
    public let hidden, layers: Int
    public let isBidirectional, hasBias, returnsSequence: Bool
    public let dropout: Double
    /// Layers over each other, beyond any use.
    private static let mostLayers = 1024

    /// - Parameters:
    ///   - hidden: the size of the state, H.
    ///   - layers: one over the other.
    ///   - dropout: the probability between two layers, in training.
    ///   - returnsSequence: false for the state of the last layer after the last step only (in both directions: after the
    ///     last that each reads).
    public init(
        _ cell: RecurrentKind, _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false,
        bias: Bool = true, dropout: Double = 0, returnsSequence: Bool = true
    ) {
        (self.cell, self.hidden, self.layers) = (cell, hidden, layers)
        (self.isBidirectional, hasBias) = (isBidirectional, bias)
        (self.dropout, self.returnsSequence) = (dropout, returnsSequence)
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require("hidden", hidden)
        try LayerError.require("layers", layers)
        try LayerError.require(
            layers <= Self.mostLayers, "layers", layers, expected: "at most \(Self.mostLayers)")
        try LayerError.requireProbability("dropout", dropout)
        try LayerError.require(input.rank == 2 && input.count > 0, input, wanted: "[steps, inputs]")
        let (steps, gates, width) = (input[0], cell.gates, isBidirectional ? 2 * hidden : hidden)
        _ = try LayerError.shape([gates * hidden, max(input[1], width)], of: "a weight")
        // The gates, the outputs and what the cell needs of a step beside them.
        let kept = try LayerError.shape([layers, steps, width, gates + 2], of: "what training keeps")
        let numbers = (1..<layers).map { _ in scope.nextRandomLayer() }
        let layer = try RecurrentLayer(
            scope, cell, inputs: input[1], hidden: hidden, layers: layers, isBidirectional: isBidirectional,
            hasBias: hasBias, dropout: dropout, firstDropout: numbers.first ?? 0)
        let weights = Double(gates * width) * Double(input[1] + (layers - 1) * width + layers * hidden)
        return BuiltLayer(
            Steps(layer: layer, layers: layers, returnsSequence: returnsSequence),
            output: returnsSequence ? [steps, width] : [width], flops: 2 * weights * Double(steps),
            activations: kept.count)
    }

    private struct Steps: Layer {
        let layer: RecurrentLayer
        let layers: Int
        let returnsSequence: Bool

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
            let (output, state) = layer(x, context)
            if returnsSequence { return output }
            let directions = layer.isBidirectional ? 2 : 1
            let last = (0..<directions).map { direction in
                let place = (layers - 1) * directions + direction
                return state.hidden.slice(place..<place + 1).reshape([x.shape[0], layer.hiddenSize])
            }
            return last.count == 1 ? last[0] : concatenate(last, axis: -1)
        }
    }
}

/// hₜ = tanh(W·xₜ + U·hₜ₋₁ + b).
public func RNN(
    _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropout: Double = 0,
    returnsSequence: Bool = true
) -> Recurrent {
    Recurrent(
        .rnnTanh, hidden, layers: layers, isBidirectional: isBidirectional, dropout: dropout,
        returnsSequence: returnsSequence)
}

/// Gated recurrent units. Source: Cho et al. 2014, arXiv:1406.1078.
public func GRU(
    _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropout: Double = 0,
    returnsSequence: Bool = true
) -> Recurrent {
    Recurrent(
        .gru, hidden, layers: layers, isBidirectional: isBidirectional, dropout: dropout,
        returnsSequence: returnsSequence)
}

/// Long short-term memory. Source: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
public func LSTM(
    _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropout: Double = 0,
    returnsSequence: Bool = true
) -> Recurrent {
    Recurrent(
        .lstm, hidden, layers: layers, isBidirectional: isBidirectional, dropout: dropout,
        returnsSequence: returnsSequence)
}
