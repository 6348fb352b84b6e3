import HibariKernels
import HibariTensor

/// What a recurrent layer is made of; see `RecurrentLayer`.
public enum RecurrentKind: String, Sendable, CaseIterable, Codable {
    case rnnTanh = "rnn_tanh"
    case rnnReLU = "rnn_relu"
    case gru, lstm

    /// Rows of a weight for each number of the state.
    public var gates: Int { cell.gates }

    var cell: RecurrentCell {
        switch self {
        case .rnnTanh: .rnnTanh
        case .rnnReLU: .rnnReLU
        case .gru: .gru
        case .lstm: .lstm
        }
    }
}

/// The states of all layers and directions after some step, e.g. to go on from.
public struct RecurrentState {
    /// `[L·D, B, H]`, for D directions: layer by layer, forward before reverse.
    public var hidden: Tensor
    /// The LSTM's c in the same form; nil for the others.
    public var cell: Tensor?

    public init(hidden: Tensor, cell: Tensor? = nil) {
        self.hidden = hidden
        self.cell = cell
    }
}

/// A stack of recurrent layers over sequences, with PyTorch's parameter names, gate order and formulas: those of
/// `torch.nn.RNN`, `GRU` and `LSTM` with `batch_first`.
///
/// Each layer reads the outputs of the one before; with two directions, those of both side by side.
public struct RecurrentLayer {
    /// The parameters of one direction of one layer: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.
    private struct Direction {
        let inputWeight, recurrentWeight: Parameter
        let inputBias, recurrentBias: Parameter?

        var weights: RecurrentWeights {
            RecurrentWeights(
                input: inputWeight.tensor, recurrent: recurrentWeight.tensor,
                biases: inputBias.flatMap { input in recurrentBias.map { (input.tensor, $0.tensor) } })
        }
    }

    public let kind: RecurrentKind
    public let hiddenSize: Int
    public let isBidirectional: Bool
    /// Layers, each of one or two directions.
    private let layers: [[Direction]]
    private let dropout: Double
    private let firstDropout: Int

    /// - Parameters:
    ///   - scope: gives `weight_ih_l0` `[G·H, in]`, `weight_hh_l0` `[G·H, H]`, `bias_ih_l0` and `bias_hh_l0` `[G·H]`
    ///     (G is 1, 3 for the GRU, 4 for the LSTM), those of the next layers with `_l1`…, and with `_reverse`
    ///     behind those of the other direction. All begin uniform in ±1/√H.
    ///   - dropout: the probability between two layers, in training.
    ///   - firstDropout: the number of the first dropout among those of the model; the layer takes `layers` − 1.
    public init(
        _ scope: ParameterScope, _ kind: RecurrentKind, inputs: Int, hidden: Int, layers: Int = 1,
        isBidirectional: Bool = false, hasBias: Bool = true, dropout: Double = 0, firstDropout: Int = 0
    ) throws {
        precondition(inputs > 0 && hidden > 0 && layers > 0, "RecurrentLayer: sizes must be positive")
        let rows = kind.cell.gates * hidden
        let initializer = Initializer.uniform(limit: 1 / Double(hidden).squareRoot())
        func direction(_ suffix: String, _ inputs: Int) throws -> Direction {
            func matrix(_ name: String, _ columns: Int) throws -> Parameter {
                try scope.parameter(
                    name + suffix, [rows, columns], initializer, role: .hiddenMatrix(.outputMajor))
            }
            func bias(_ name: String) throws -> Parameter? {
                hasBias ? try scope.parameter(name + suffix, [rows], initializer, role: .vector) : nil
            }
            return Direction(
                inputWeight: try matrix("weight_ih", inputs),
                recurrentWeight: try matrix("weight_hh", hidden),
                inputBias: try bias("bias_ih"), recurrentBias: try bias("bias_hh"))
        }
        self.layers = try (0..<layers).map { layer in
            let width = layer == 0 ? inputs : hidden * (isBidirectional ? 2 : 1)
            return try (isBidirectional ? ["", "_reverse"] : [""]).map {
                try direction("_l\(layer)" + $0, width)
            }
        }
        (self.kind, hiddenSize, self.isBidirectional) = (kind, hidden, isBidirectional)
        (self.dropout, self.firstDropout) = (dropout, firstDropout)
    }

    /// The width of the output: H, or 2H with two directions.
    public var outputSize: Int { hiddenSize * (isBidirectional ? 2 : 1) }

    /// - Parameters:
    ///   - x: `[B, T, in]`.
    ///   - lengths: how many steps of each row count; at the others the output is zero and the state passes
    ///     through. nil: all.
    ///   - initial: the states to begin with; nil: zeros.
    /// - Returns: the outputs of the last layer, `[B, T, H]` or `[B, T, 2H]`, and the last states of all.
    public func callAsFunction(
        _ x: Tensor, lengths: [Int]? = nil, initial: RecurrentState? = nil, _ context: ForwardContext
    ) -> (output: Tensor, state: RecurrentState) {
        let time = x.shape[1]
        let directions = isBidirectional ? 2 : 1
        var (hidden, cells): ([Tensor], [Tensor]) = ([], [])
        // Time first inside: the rows of a step are then neighbors.
        var sequence = swapLeadingAxes(x)
        for (layer, parts) in layers.enumerated() {
            if layer > 0 {
                sequence = context.dropout(
                    sequence, probability: dropout, layer: firstDropout + layer - 1)
            }
            let input = sequence
            let outputs = parts.enumerated().map { direction, part in
                let place = layer * directions + direction
                let result = recurrent(
                    input, kind.cell, part.weights, initial: initial.map { Self.part(place, of: $0.hidden) },
                    initialCell: initial.flatMap { $0.cell.map { Self.part(place, of: $0) } },
                    lengths: lengths, isReversed: direction == 1)
                hidden.append(result.slice(time..<time + 1))
                if kind == .lstm { cells.append(result.slice(time + 1..<time + 2)) }
                return result.slice(0..<time)
            }
            sequence = outputs.count == 1 ? outputs[0] : concatenate(outputs, axis: -1)
        }
        let state = RecurrentState(
            hidden: Self.joined(hidden), cell: kind == .lstm ? Self.joined(cells) : nil)
        return (swapLeadingAxes(sequence), state)
    }

    /// `[L·D, B, H]` → `[B, H]` at `place`.
    private static func part(_ place: Int, of states: Tensor) -> Tensor {
        states.slice(place..<place + 1).reshape([states.shape[1], states.shape[2]])
    }

    private static func joined(_ parts: [Tensor]) -> Tensor {
        parts.count == 1 ? parts[0] : concatenate(parts)
    }
}
