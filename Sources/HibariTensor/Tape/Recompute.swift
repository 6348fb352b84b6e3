/// Runs `body` without keeping what its ops need for the backward pass, which runs it again.
///
/// Trades time for memory: none of the activations inside lives until the backward pass. The gradients are
/// the same to the bit. Where nothing is trained, inside and before, nothing is run again.
///
/// - Parameter body: gives the same result each time it is run.
/// Source: Chen et al. 2016, arXiv:1604.06174.
public func recomputed(_ x: Tensor, _ body: @escaping (Tensor) -> Tensor) -> Tensor {
    guard let tape = Tape.current else { return body(x) }
    // Before the first op that is on the tape, only a tape of its own can tell whether something inside is.
    let probe = x.node == nil ? OpProfile.$current.withValue(nil) { Tape(seed: 0, recorder: nil) } : nil
    let value = Tape.$current.withValue(probe) { body(x.detached) }
    if probe != nil, value.node == nil { return value }
    let output = value.detached
    // The ops inside are marked when they run again.
    tape.profile?.mark(.forward(.recompute))
    let node = Node(op: .recompute) { gradient in
        // The input keeps its node of the outer tape, where its gradient gathers.
        let inner = Tape(seed: tape.seed, recorder: nil)
        let again = Tape.$current.withValue(inner) { body(x) }
        require(again.shape == output.shape, .recompute, "the body gave \(output.shape), then \(again.shape)")
        if let root = again.node { inner.backward(from: root, seed: gradient) }
    }
    tape.append(node)
    tape.recorder?.add(.recompute, inputs: [x], output: output, node: node, detail: "")
    var result = output
    result.node = node
    return result
}
