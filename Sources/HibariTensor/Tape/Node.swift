import HibariKernels

/// The place of a tensor in the graph: where its gradient gathers, and how it goes on to the op's inputs.
package final class Node {
    package let op: OpName?
    /// For profiles: the sizes of the op's product, if it is one.
    let product: OpProfile.ProductSizes?
    /// What has arrived so far; nil for the leaf of a parameter, and once it went on.
    private(set) var gradient: Tensor?
    private var backward: ((Tensor) -> Void)?
    /// Of a leaf: what it stands for; nil for ops.
    let parameter: Parameter?
    /// Whether gradients were given on the way forward already, so that a gradient must arrive.
    private let isEager: Bool

    init(
        op: OpName, product: OpProfile.ProductSizes? = nil, isEager: Bool = false,
        backward: @escaping (Tensor) -> Void
    ) {
        self.op = op
        self.product = product
        self.isEager = isEager
        self.backward = backward
        parameter = nil
    }

    /// The leaf of a parameter: what arrives is added to the parameter's gradient.
    init(parameter: Parameter) {
        op = nil
        product = nil
        isEager = false
        self.parameter = parameter
    }

    /// A leaf of no parameter: the gradient that arrives is moved here, as between two ops, and goes no
    /// further.
    init() {
        op = nil
        product = nil
        isEager = false
        parameter = nil
    }

    /// Adds a finished gradient. The tensor may be shared with other nodes.
    func accumulate(_ addend: Tensor) {
        if let parameter { return parameter.accumulate(addend) }
        guard gradient != nil else {
            gradient = addend.detached
            return
        }
        withBuffer(addend.shape, addend.dtype) { buffer, _ in
            buffer.add(addend)
        }
    }

    /// Lets a kernel write, or add to (`accumulates`), the gradient in place.
    func withBuffer(_ shape: Shape, _ dtype: DType, _ body: (_ buffer: Tensor, _ accumulates: Bool) -> Void) {
        if let parameter { return parameter.withGradientBuffer(body) }
        guard gradient != nil else {
            let fresh = Tensor(uninitialized: shape, dtype)
            body(fresh, false)
            gradient = fresh
            return
        }
        // Not through a local copy of the tensor: that would be a second reference, and each addition a copy.
        if !isKnownUniquelyReferenced(&gradient!.storage) { gradient = gradient!.copied() }
        body(gradient!, true)
    }

    /// Lets go of the inputs of the op without a gradient for them.
    func release() { backward = nil }

    func propagate() {
        guard let gradient, let backward else {
            precondition(!isEager, "\(op!.rawValue): the value with a gradient does not depend on the result")
            self.backward = nil
            return
        }
        self.gradient = nil
        self.backward = nil
        backward(gradient)
    }
}

extension Tensor {
    /// A copy with storage of its own.
    package func copied() -> Tensor {
        let copy = Tensor(uninitialized: shape, dtype)
        copy.storage.pointer.copyMemory(
            from: storage.pointer + offset * dtype.byteCount, byteCount: count * dtype.byteCount)
        return copy
    }

    /// Adds `addend` in place; only for buffers the caller owns.
    package func add(_ addend: Tensor) {
        func run<T: KernelScalar>(_: T.Type) {
            T.combine(.add, count, input(), addend.input(), output(T.self))
        }
        run(dtype.scalar)
    }
}

/// Attaches a node to `output` if a tape is recording and any of `inputs` is on it.
///
/// - Parameters:
///   - inputs: all tensors that the op reads, also those without a gradient.
///   - product: the sizes of the product that the op is, for profiles.
///   - isEager: the op has given its inputs gradients already.
///   - detail: what else the op depends on, for pictures of the graph.
///   - backward: takes the gradient of the output and gives the inputs theirs. It must not capture `output`
///     with a node (captured before this call, it has none).
func record(
    _ op: OpName, _ inputs: Tensor?..., output: Tensor, product: OpProfile.ProductSizes? = nil,
    isEager: Bool = false, detail: @autoclosure () -> String = "",
    backward: @escaping (_ gradient: Tensor) -> Void
) -> Tensor {
    record(
        op, inputs: inputs, output: output, product: product, isEager: isEager, detail: detail(),
        backward: backward)
}

/// The same for a number of inputs that is not known in advance.
func record(
    _ op: OpName, inputs: [Tensor?], output: Tensor, product: OpProfile.ProductSizes? = nil,
    isEager: Bool = false, detail: @autoclosure () -> String = "",
    backward: @escaping (_ gradient: Tensor) -> Void
) -> Tensor {
    guard let tape = Tape.current, inputs.contains(where: { $0?.node != nil }) else { return output }
    // Not before: an op inside another one, on detached inputs, counts to that.
    tape.profile?.mark(.forward(op, product))
    let node = Node(op: op, product: product, isEager: isEager, backward: backward)
    tape.append(node)
    tape.recorder?.add(op, inputs: inputs.compactMap { $0 }, output: output, node: node, detail: detail())
    var result = output
    result.node = node
    return result
}
