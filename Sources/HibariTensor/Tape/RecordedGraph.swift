/// The graph of one differentiable computation, as its tape recorded it: for pictures, and for tests of what was
/// recorded.
public struct RecordedGraph {
    /// What a vertex is.
    public enum Kind: Sendable, Equatable {
        case operation(OpName)
        case parameter
        /// A tensor that no gradient flows to: data, targets, a fixed number.
        case constant
    }

    /// One tensor of the computation and where it comes from.
    public struct Vertex {
        public let kind: Kind
        /// Of a parameter its own; else what `named(_:)` was given, or nothing.
        public internal(set) var name: String
        /// What else an op depends on: a factor, an axis, a fused activation.
        public let detail: String
        public let shape: Shape
        public let dtype: DType
        /// The vertices that an op reads, in its order; all before this one.
        public let inputs: [Int]
        /// nil if it has more elements than were asked for.
        public let value: Tensor?
        /// Of the output with respect to this tensor: nil for constants, where no gradient arrived, and where the
        /// value is nil.
        public internal(set) var gradient: Tensor?
    }

    /// Inputs come before what reads them.
    public let vertices: [Vertex]
    /// The vertex whose derivatives the gradients are.
    public let output: Int
}

/// As `valueWithGradient`, and records the graph on the way.
///
///     let (value, graph) = recordedGraph { ((w.tensor * x.named("x")) + b.tensor).sum() }
///
/// - Parameters:
///   - valueLimit: values and gradients of tensors with at most so many elements are kept.
///   - body: computes a scalar. Ops on constants alone leave no trace but their result.
public func recordedGraph(
    valueLimit: Int = 64, _ body: () throws -> Tensor
) rethrows -> (value: Tensor, graph: RecordedGraph) {
    let recorder = GraphRecorder(valueLimit: valueLimit)
    var output = 0
    let value = try GraphRecorder.$current.withValue(recorder) {
        try valueWithGradient {
            let result = try body()
            output = recorder.vertex(of: result)
            return result
        }
    }
    return (value, recorder.finish(output: output))
}

extension Tensor {
    /// The same tensor; where the graph is recorded, its vertex gets this name.
    public func named(_ name: String) -> Tensor {
        Tape.current?.recorder?.name(self, name)
        return self
    }
}

/// Writes down what a tape is given.
final class GraphRecorder: @unchecked Sendable {
    // Invariant behind @unchecked: only the task that set `current` uses it.

    /// The recorder of tapes that open; nil for none, and then recording costs a test for nil per op.
    @TaskLocal static var current: GraphRecorder?

    private let valueLimit: Int
    private var vertices: [RecordedGraph.Vertex] = []
    /// Vertices of nodes, by identity, and of parameters, each of which has a node per use.
    private var places: [ObjectIdentifier: Int] = [:]
    private var constants: [Constant: Int] = [:]
    private var parameters: [(vertex: Int, parameter: Parameter)] = []
    /// Alive as long as their identities serve as keys.
    private var kept: [AnyObject] = []

    private struct Constant: Hashable {
        let storage: ObjectIdentifier
        let offset: Int
        let shape: Shape
    }

    init(valueLimit: Int) { self.valueLimit = valueLimit }

    /// Adds the result of an op.
    func add(_ op: OpName, inputs: [Tensor], output: Tensor, node: Node, detail: String) {
        let inputs = inputs.map(vertex(of:))
        places[ObjectIdentifier(node)] = append(
            .operation(op), output, name: "", detail: detail, inputs: inputs)
        kept.append(node)
    }

    /// The vertex of a tensor; a leaf that was not seen before gets one.
    func vertex(of tensor: Tensor) -> Int {
        guard let node = tensor.node else {
            let key = Constant(
                storage: ObjectIdentifier(tensor.storage), offset: tensor.offset, shape: tensor.shape)
            if let known = constants[key] { return known }
            kept.append(tensor.storage)
            let place = append(.constant, tensor, name: "", detail: "", inputs: [])
            constants[key] = place
            return place
        }
        let identity: AnyObject = node.parameter ?? node
        if let known = places[ObjectIdentifier(identity)] { return known }
        kept.append(identity)
        let kind = node.parameter == nil ? RecordedGraph.Kind.constant : .parameter
        let place = append(kind, tensor, name: node.parameter?.name ?? "", detail: "", inputs: [])
        places[ObjectIdentifier(identity)] = place
        if let parameter = node.parameter { parameters.append((place, parameter)) }
        return place
    }

    func name(_ tensor: Tensor, _ name: String) { vertices[vertex(of: tensor)].name = name }

    func note(gradient: Tensor?, of node: Node) {
        guard let gradient, let place = places[ObjectIdentifier(node)], vertices[place].value != nil else {
            return
        }
        vertices[place].gradient = gradient
    }

    func finish(output: Int) -> RecordedGraph {
        for (vertex, parameter) in parameters where vertices[vertex].value != nil && parameter.hasGradient {
            vertices[vertex].gradient = parameter.gradient.copied()
        }
        return RecordedGraph(vertices: vertices, output: output)
    }

    private func append(
        _ kind: RecordedGraph.Kind, _ tensor: Tensor, name: String, detail: String, inputs: [Int]
    ) -> Int {
        // A copy: the values of parameters change in place later.
        let value = tensor.count <= valueLimit ? tensor.copied() : nil
        vertices.append(
            RecordedGraph.Vertex(
                kind: kind, name: name, detail: detail, shape: tensor.shape, dtype: tensor.dtype,
                inputs: inputs,
                value: value, gradient: nil))
        return vertices.count - 1
    }
}
