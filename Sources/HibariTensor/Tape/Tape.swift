/// The record of one differentiable computation.
///
/// Ops append a node for each result that depends on a parameter. `backward` takes the nodes from the last to
/// the first (no recursion, however deep the graph) and drops each one as it is done, and with it the
/// activations its closure holds.
package final class Tape: @unchecked Sendable {
    // Invariant behind @unchecked: only the task that opened the tape, in `valueWithGradient`, records on it.

    /// The tape that ops record on; nil outside `valueWithGradient`.
    @TaskLocal package static var current: Tape?

    fileprivate var nodes: [Node] = []
    /// The gradient that the value of the computation will be given, for ops that make theirs on the way
    /// forward.
    let seed: Double
    let profile = OpProfile.current
    /// Who keeps a picture of the graph; nil for nobody, as nearly always.
    let recorder: GraphRecorder?

    init(seed: Double, recorder: GraphRecorder? = GraphRecorder.current) {
        self.seed = seed
        self.recorder = recorder
    }

    /// From the last to the first, as `backward` does: a node that goes before those that use it would leave
    /// the end of the graph to be freed recursively.
    deinit {
        while let node = nodes.popLast() { node.release() }
    }

    func append(_ node: Node) { nodes.append(node) }

    /// Propagates from `root`, whose gradient is `seed`.
    func backward(from root: Node, seed: Tensor) {
        root.accumulate(seed)
        while let node = nodes.popLast() {
            recorder?.note(gradient: node.gradient, of: node)
            node.propagate()
            if let profile, let op = node.op { profile.mark(.backward(op, node.product)) }
        }
    }
}

/// Evaluates a scalar and adds its derivatives to the gradients of all trainable parameters it depends on.
///
/// - Parameters:
///   - weight: multiplies the derivatives, e.g. the share of a micro-batch in its batch.
///   - body: computes the value, of one element. Ops build a graph only inside this call.
/// - Returns: the value, detached.
public func valueWithGradient(weight: Double = 1, _ body: () throws -> Tensor) rethrows -> Tensor {
    let (value, propagate) = try valueWithPullback(seed: weight, body)
    precondition(value.count == 1, "valueWithGradient: expected a scalar, got shape \(value.shape)")
    propagate(Tensor(repeating: weight, shape: value.shape, value.dtype))
    return value
}

/// Evaluates a tensor on a tape.
///
/// - Parameter seed: each element of the gradient, if it is known.
/// - Returns: the value, detached, and the function that takes its gradient, once, and adds the derivatives
///   to the gradients of all leaves it depends on.
func valueWithPullback(
    seed: Double = 1, _ body: () throws -> Tensor
) rethrows -> (value: Tensor, propagate: (_ gradient: Tensor) -> Void) {
    let tape = Tape(seed: seed)
    let value = try Tape.$current.withValue(tape) { try body() }
    let root = value.node
    return (value.detached, { if let root { tape.backward(from: root, seed: $0) } })
}
