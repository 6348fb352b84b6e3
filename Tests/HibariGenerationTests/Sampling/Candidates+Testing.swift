import Glibc
import HibariGeneration
import HibariSupport

extension Candidates {
    /// The whole vocabulary with the given logits.
    init(_ logits: [Float]) throws {
        self.init()
        try load(logits.span, position: 0)
    }

    /// Tokens with these weights as probabilities, e.g. [4, 2, 2] for ½, ¼, ¼.
    init(weights: [Double]) throws {
        try self.init(weights.map { Float(log($0)) })
    }

    var ids: [Int32] { items.map(\.id) }
    var logits: [Double] { items.map(\.logit) }
}

/// Logits on a grid of `levels` values, so that ties are frequent.
func randomLogits(count: Int, levels: Int, stream: UInt64) -> [Float] {
    var random = RandomStream(seed: 11, purpose: .testing, stream: stream)
    return (0..<count).map { _ in Float(random.index(below: levels)) / 4 - 3 }
}
