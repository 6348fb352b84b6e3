import HibariTensor

/// Which activations of a block are computed again in the backward pass instead of kept: memory for time,
/// with the same gradients to the bit.
public enum Recompute: String, Sendable, CaseIterable {
    case none
    /// The MLP: about half of a block's activations, for about a seventh more time.
    case mlp
    /// The whole block: only its input is kept, for about a third more time.
    case block

    /// Runs the two sub-layers of a block, each of which adds to the stream.
    package func apply(
        to stream: inout ResidualStream,
        attention: @escaping (inout ResidualStream) -> Void, mlp: @escaping (inout ResidualStream) -> Void
    ) {
        func recompute(_ subLayers: @escaping (inout ResidualStream) -> Void) {
            stream = ResidualStream(
                recomputed(stream.value) { x in
                    var inner = ResidualStream(x)
                    subLayers(&inner)
                    return inner.value
                })
        }
        switch self {
        case .none:
            attention(&stream)
            mlp(&stream)
        case .mlp:
            attention(&stream)
            recompute(mlp)
        case .block:
            recompute {
                attention(&$0)
                mlp(&$0)
            }
        }
    }
}
