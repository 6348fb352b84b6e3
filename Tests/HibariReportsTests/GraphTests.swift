import HibariReports
import Testing

@Suite struct GraphTests {
    private func boxes(_ graph: Graph) throws -> (
        svg: XMLTree, boxes: [(x: Double, y: Double, width: Double, height: Double)]
    ) {
        let svg = try parse(GraphPicture(title: "g", graph).svg())
        let boxes = svg.all("rect").filter { $0.attributes["class"]?.hasPrefix("node") == true }.map { rect in
            func number(_ key: String) -> Double { Double(rect.attributes[key] ?? "") ?? .nan }
            return (number("x"), number("y"), number("width"), number("height"))
        }
        return (svg, boxes)
    }

    @Test func nodesStandApartAndEdgesLeadDown() throws {
        let graph = Samples.graph
        let (svg, boxes) = try boxes(graph)
        #expect(boxes.count == graph.nodes.count)
        for (index, one) in boxes.enumerated() {
            for other in boxes[(index + 1)...] {
                let apart =
                    one.x + one.width <= other.x || other.x + other.width <= one.x
                    || one.y + one.height <= other.y
                    || other.y + other.height <= one.y
                #expect(apart, "boxes overlap: \(one), \(other)")
            }
        }
        for edge in graph.edges {
            #expect(boxes[edge.from].y + boxes[edge.from].height < boxes[edge.to].y)
        }
        #expect(svg.all("path").filter { $0.attributes["class"] == "edge" }.count == graph.edges.count)
        let (width, height) = (
            Double(svg.attributes["width"] ?? "") ?? 0, Double(svg.attributes["height"] ?? "") ?? 0
        )
        #expect(
            boxes.allSatisfy {
                $0.x >= 0 && $0.y >= 0 && $0.x + $0.width <= width && $0.y + $0.height <= height
            })
    }

    /// Two layers that a bad order would cross completely.
    @Test func fewCrossings() throws {
        let nodes = (0..<6).map { Graph.Node($0 < 3 ? .input : .operation, "n\($0)") }
        let graph = Graph(nodes: nodes, edges: [(0, 5), (1, 4), (2, 3)].map { .init(from: $0.0, to: $0.1) })
        let (_, boxes) = try boxes(graph)
        let pairs = graph.edges.map { (boxes[$0.from].x, boxes[$0.to].x) }.sorted { $0.0 < $1.0 }
        #expect(pairs.map(\.1) == pairs.map(\.1).sorted())
    }

    @Test func longEdgesPassBesideOtherNodes() throws {
        // 0 → 1 → 2 and 0 → 2 directly: the long edge must not run through box 1.
        let graph = Graph(
            nodes: (0..<3).map { .init(.operation, "node \($0)") },
            edges: [.init(from: 0, to: 1), .init(from: 1, to: 2), .init(from: 0, to: 2)])
        let (svg, boxes) = try boxes(graph)
        let path = svg.all("path").filter { $0.attributes["class"] == "edge" }[2].attributes["d"] ?? ""
        #expect(path.contains("V"))
        let numbers = path.split { "MCV ".contains($0) }.compactMap { Double($0) }
        // The x at the end of the first curve, where the edge begins to pass the layer of box 1.
        #expect(numbers.count > 8)
        let x = numbers[6]
        #expect(x < boxes[1].x || x > boxes[1].x + boxes[1].width, "\(x) in \(boxes[1])")
    }

    @Test func repeatedGroupsAreDrawnOnce() {
        let graph = Samples.graph
        let short = graph.collapsingRepeats()
        #expect(short.nodes.count == graph.nodes.count - 4 * 3 + 1)
        let standIn = short.nodes.first { $0.title.contains("the same") }
        #expect(standIn?.title == "4 × the same" && standIn?.details == ["as block.0", "block.1 to block.4"])
        // Nothing repeats: nothing changes.
        #expect(short.collapsingRepeats() == short)
        var other = graph
        for index in graph.nodes.indices where graph.nodes[index].group == "block.2" {
            other.nodes[index].details = ["[9]"]
        }
        #expect(other.collapsingRepeats().nodes.count == other.nodes.count)
    }

    /// A node between two groups that are alike would close a circle.
    @Test func groupsWithSomethingBetweenStay() {
        var nodes: [Graph.Node] = []
        var edges: [Graph.Edge] = []
        for block in 0..<4 {
            if block > 0 { nodes.append(.init(.operation, "between")) }
            nodes.append(.init(.operation, "step", group: "b.\(block)"))
        }
        for index in 1..<nodes.count { edges.append(.init(from: index - 1, to: index)) }
        let graph = Graph(nodes: nodes, edges: edges)
        #expect(graph.collapsingRepeats() == graph)
    }

    @Test func dot() {
        let graph = Graph(
            nodes: [.init(.input, "a \"b\"", details: ["[2]"], group: "g"), .init(.output, "y\\")],
            edges: [.init(from: 0, to: 1)])
        let text = graph.dot(title: "t\"")
        #expect(text.hasPrefix("digraph \"t\\\"\" {") && text.hasSuffix("}\n"))
        #expect(text.contains("n0 [label=\"a \\\"b\\\"\\n[2]\"") && text.contains("n1 [label=\"y\\\\\""))
        #expect(text.contains("subgraph cluster_0") && text.contains("  n0 -> n1;"))
    }

    @Test func mermaid() {
        let graph = Graph(
            nodes: [.init(.parameter, "w [\"1\"]"), .init(.operation, "a<b")], edges: [.init(from: 0, to: 1)])
        let text = graph.mermaid()
        #expect(text.hasPrefix("flowchart TB\n") && text.contains("n0 --> n1"))
        #expect(
            text.contains("n0([\"w [#34;1#34;]\"]):::parameter")
                && text.contains("n1[\"a#60;b\"]:::operation"))
    }

    @Test func edgesMustLeadForward() async {
        await #expect(processExitsWith: .failure) {
            _ = Graph(nodes: [.init(.input, "a"), .init(.input, "b")], edges: [.init(from: 1, to: 0)])
        }
    }
}
