import HibariReports
import HibariSupport
import HibariTensor

extension Graph {
    /// A recorded graph as it is drawn.
    ///
    /// - Parameters:
    ///   - foldsLeaves: parameters and data are lines in the nodes that read them, and nodes are grouped by the layer
    ///     that the names of their parameters begin with ("model.layers.3."). For graphs of whole models.
    ///   - showsValues: values and gradients that were recorded are shown.
    public init(_ recorded: RecordedGraph, foldsLeaves: Bool = false, showsValues: Bool = true) {
        let vertices = recorded.vertices
        let groups = foldsLeaves ? layerGroups(recorded) : Array(repeating: nil, count: vertices.count)
        var places: [Int: Int] = [:]
        var nodes: [Node] = []
        var edges: [Edge] = []
        for (index, vertex) in vertices.enumerated() {
            if foldsLeaves, vertex.isLeaf, index != recorded.output { continue }
            let kind: Kind = index == recorded.output ? .output : vertex.drawnKind
            var details = vertex.detail.isEmpty ? [] : [vertex.detail]
            if foldsLeaves {
                details += vertex.inputs.map { vertices[$0] }.filter(\.isLeaf).map { leaf in
                    let name = leaf.name.isEmpty ? "data" : leaf.name
                    let group = groups[index].map { $0 + "." } ?? ""
                    return (name.hasPrefix(group) ? String(name.dropFirst(group.count)) : name)
                        + " \(leaf.shape)"
                }
            }
            details.append(
                foldsLeaves ? "→ \(vertex.shape)" : vertex.shape.rank == 0 ? "" : "\(vertex.shape)")
            if showsValues {
                if let value = vertex.value { details += numbers("", value) }
                if let gradient = vertex.gradient { details += numbers("∂ ", gradient) }
            }
            places[index] = nodes.count
            nodes.append(
                Node(kind, vertex.drawnTitle, details: details.filter { !$0.isEmpty }, group: groups[index]))
            var seen: Set<Int> = []
            for input in vertex.inputs {
                guard let from = places[input], seen.insert(from).inserted else { continue }
                edges.append(Edge(from: from, to: nodes.count - 1))
            }
        }
        self.init(nodes: nodes, edges: edges)
    }
}

extension RecordedGraph.Vertex {
    fileprivate var isLeaf: Bool { if case .operation = kind { false } else { true } }

    fileprivate var drawnKind: Graph.Kind {
        switch kind {
        case .operation: .operation
        case .parameter: .parameter
        case .constant: .input
        }
    }

    fileprivate var drawnTitle: String {
        switch kind {
        case .operation(let op): name.isEmpty ? op.rawValue : "\(name) = \(op.rawValue)"
        case .parameter: name.isEmpty ? "parameter" : name
        case .constant: name.isEmpty ? (value?.count == 1 ? "number" : "data") : name
        }
    }
}

/// The elements of a small tensor, a line for each row.
private func numbers(_ prefix: String, _ tensor: Tensor) -> [String] {
    let elements: [Double] =
        switch tensor.dtype {
        case .int32: tensor.array(of: Int32.self).map(Double.init)
        case .float32: tensor.array(of: Float.self).map(Double.init)
        case .float64: tensor.array(of: Double.self)
        case .blocks: tensor.dequantized().array(of: Float.self).map(Double.init)
        }
    let columns = max(1, tensor.shape.rank == 0 ? 1 : tensor.shape[-1])
    return stride(from: 0, to: elements.count, by: columns).map { start in
        prefix
            + elements[start..<min(start + columns, elements.count)].map { readable($0) }.joined(
                separator: ", ")
    }
}

/// For each vertex the layer it belongs to: that of its own parameters, or that of the last op it reads from.
private func layerGroups(_ recorded: RecordedGraph) -> [String?] {
    var groups: [String?] = []
    for vertex in recorded.vertices {
        guard case .operation = vertex.kind else {
            groups.append(layerName(vertex.name))
            continue
        }
        let own = vertex.inputs.filter { recorded.vertices[$0].kind == .parameter }
        let sources = own.isEmpty ? vertex.inputs.filter { !recorded.vertices[$0].isLeaf } : own
        groups.append(sources.max().flatMap { groups[$0] })
    }
    return groups
}

/// The name up to the number of a layer: "model.layers.3.mlp.up_proj.weight" → "model.layers.3"; in a model of layers in
/// braces the number of a layer that is made of others, "4.attention.1.qkv.weight" → "4"; nil without one.
private func layerName(_ name: String) -> String? {
    let parts = name.split(separator: ".")
    guard let number = parts.firstIndex(where: { Int($0) != nil }), number > 0 || parts.count > 2 else {
        return nil
    }
    return parts[...number].joined(separator: ".")
}
