/// A directed graph without cycles, for drawing: what it shows is up to the one who makes it.
public struct Graph: Sendable, Equatable {
    /// What a node is drawn as.
    public enum Kind: String, Sendable, CaseIterable {
        case operation, parameter, input, output
    }

    /// A box.
    public struct Node: Sendable, Equatable {
        public var kind: Kind
        public var title: String
        /// Lines under the title: shape, value, gradient.
        public var details: [String]
        /// The part of the model that the node belongs to, drawn with a frame; nil for none.
        public var group: String?

        public init(_ kind: Kind, _ title: String, details: [String] = [], group: String? = nil) {
            self.kind = kind
            self.title = title
            self.details = details
            self.group = group
        }
    }

    /// An arrow between two boxes, by their places in `nodes`.
    public struct Edge: Sendable, Hashable {
        public var from, to: Int

        public init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }
    }

    public var nodes: [Node]
    public var edges: [Edge]

    /// - Precondition: every edge leads from a node to a later one.
    public init(nodes: [Node], edges: [Edge]) {
        for edge in edges {
            precondition(
                edge.from >= 0 && edge.from < edge.to && edge.to < nodes.count,
                "graph: an edge from node \(edge.from) to \(edge.to) of \(nodes.count); expected an earlier node to a later"
            )
        }
        self.nodes = nodes
        self.edges = edges
    }

    /// The same graph with every run of groups that are alike shown once: the first stays, the others become one
    /// node that counts them. Groups are alike if their nodes, and the edges among these, are.
    public func collapsingRepeats() -> Graph {
        let groups = self.groups
        let forms = groups.map { form(of: $0.members) }
        // For each node where it goes: itself, or the stand-in of the group it collapses into.
        var standIns: [Int: (node: Node, members: [Int])] = [:]
        var start = 0
        while start < groups.count {
            var end = start + 1
            while end < groups.count, forms[end] == forms[start] { end += 1 }
            if end - start >= 3 {
                let members = groups[start + 1..<end].flatMap(\.members)
                let (first, last) = (groups[start + 1].name, groups[end - 1].name)
                let node = Node(
                    .operation, "\(end - start - 1) × the same",
                    details: ["as \(groups[start].name)", "\(first) to \(last)"])
                standIns[members.min()!] = (node, members)
            }
            start = end
        }
        if standIns.isEmpty { return self }
        let standInOf = Dictionary(
            uniqueKeysWithValues: standIns.flatMap { key, value in value.members.map { ($0, key) } })
        let kept = nodes.indices.filter { standInOf[$0] == nil || standIns[$0] != nil }
        func place(_ node: Int) -> Int { standInOf[node] ?? node }
        let edges = Set(self.edges.map { Edge(from: place($0.from), to: place($0.to)) }).filter {
            $0.from != $0.to
        }
        // A node outside that reads from one of the groups and is read by another would close a circle.
        guard let order = topologicalOrder(kept, edges) else { return self }
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        return Graph(
            nodes: order.map { standIns[$0]?.node ?? nodes[$0] },
            edges: edges.map { Edge(from: places[$0.from]!, to: places[$0.to]!) }
                .sorted { ($0.to, $0.from) < ($1.to, $1.from) })
    }

    /// The nodes with every edge leading to a later one, nearly as they were; nil if there is a circle.
    private func topologicalOrder(_ nodes: [Int], _ edges: Set<Edge>) -> [Int]? {
        var waiting = Dictionary(grouping: edges, by: \.to).mapValues(\.count)
        let readers = Dictionary(grouping: edges, by: \.from)
        var order: [Int] = []
        var ready = nodes.filter { waiting[$0] == nil }
        while let next = ready.min() {
            ready.removeAll { $0 == next }
            order.append(next)
            for edge in readers[next] ?? [] {
                waiting[edge.to]! -= 1
                if waiting[edge.to] == 0 { ready.append(edge.to) }
            }
        }
        return order.count == nodes.count ? order : nil
    }

    /// The groups in the order of their first nodes.
    var groups: [(name: String, members: [Int])] {
        var result: [(name: String, members: [Int])] = []
        for (index, node) in nodes.enumerated() {
            guard let name = node.group else { continue }
            if let place = result.firstIndex(where: { $0.name == name }) {
                result[place].members.append(index)
            } else {
                result.append((name, [index]))
            }
        }
        return result
    }

    /// What makes two groups alike.
    private func form(of members: [Int]) -> [String] {
        let places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
        return members.map { "\(nodes[$0].kind) \(nodes[$0].title) \(nodes[$0].details)" }
            + edges.compactMap { edge in
                guard let from = places[edge.from], let to = places[edge.to] else { return nil }
                return "\(from)-\(to)"
            }
    }
}
