/// A drawing of a graph.
public struct GraphPicture: Chart {
    public var title, caption: String
    public let graph: Graph
    public var isWide: Bool { true }

    public init(title: String, _ graph: Graph, caption: String = "") {
        self.title = title
        self.graph = graph
        self.caption = caption
    }

    public func writePicture(to markup: inout Markup) {
        markup.element("div", ["class": "scroll", "tabindex": "0"]) { writeSVG(to: &$0, isStandalone: false) }
    }

    /// A file of its own, light and dark as its reader's system.
    public func svg() -> String {
        var markup = Markup()
        writeSVG(to: &markup, isStandalone: true)
        markup.newLine()
        return markup.source
    }

    private func writeSVG(to markup: inout Markup, isStandalone: Bool) {
        let layout = GraphLayout(graph)
        let (width, height) = (layout.width.rounded(.up), layout.height.rounded(.up))
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "frame graph", "role": "img",
                "viewBox": "0 0 \(coordinate(width)) \(coordinate(height))", "width": coordinate(width),
                "height": coordinate(height), "aria-label": summary,
                // Wider than the page it shrinks, but not until it cannot be read.
                "style": isStandalone
                    ? ""
                    : "width:100%;height:auto;max-width:\(coordinate(width))px;min-width:\(coordinate(min(width, max(300, width * 0.7))))px"
                    ,
            ]
        ) { markup in
            if isStandalone {
                markup.element("title", text: title)
                markup.styleSheet(StyleSheet.standalone + "\n" + GraphPicture.style)
                markup.leaf("rect", ["width": "100%", "height": "100%", "fill": "var(--page)"])
            }
            writeGroups(layout, to: &markup)
            for route in layout.routes { writeEdge(route, to: &markup) }
            for (node, box) in zip(graph.nodes, layout.boxes) { writeNode(node, box, to: &markup) }
            // Last, so that no edge crosses them.
            for (group, frame) in groupFrames(layout) {
                markup.element(
                    "text",
                    ["class": "group-name", "x": coordinate(frame.x + 8), "y": coordinate(frame.y + 14)],
                    text: group)
            }
        }
    }

    private func writeGroups(_ layout: GraphLayout, to markup: inout Markup) {
        for (_, frame) in groupFrames(layout) {
            markup.leaf(
                "rect",
                [
                    "class": "group", "x": coordinate(frame.x), "y": coordinate(frame.y),
                    "width": coordinate(frame.width), "height": coordinate(frame.height), "rx": "10",
                ])
        }
    }

    /// The frames around groups of more than one node.
    private func groupFrames(_ layout: GraphLayout) -> [(name: String, frame: GraphLayout.Box)] {
        graph.groups.filter { $0.members.count > 1 }.map { group in
            let boxes = group.members.map { layout.boxes[$0] }
            let left = (boxes.map(\.x).min() ?? 0) - 12
            let top = (boxes.map(\.y).min() ?? 0) - 20
            let right = (boxes.map { $0.x + $0.width }.max() ?? 0) + 12
            let bottom = (boxes.map(\.bottom).max() ?? 0) + 10
            return (group.name, GraphLayout.Box(x: left, y: top, width: right - left, height: bottom - top))
        }
    }

    private func writeEdge(_ route: [(x: Double, y: Double)], to markup: inout Markup) {
        guard let start = route.first, let end = route.last else { return }
        var path = "M\(coordinate(start.x)) \(coordinate(start.y))"
        for (from, to) in zip(route, route.dropFirst()) {
            if from.x == to.x {
                path += "V\(coordinate(to.y))"
            } else {
                let middle = coordinate((from.y + to.y) / 2)
                path +=
                    "C\(coordinate(from.x)) \(middle) \(coordinate(to.x)) \(middle) \(coordinate(to.x)) \(coordinate(to.y))"
            }
        }
        markup.leaf("path", ["class": "edge", "d": path])
        markup.leaf("path", ["class": "tip", "d": "M\(coordinate(end.x)) \(coordinate(end.y))l-4-8h8z"])
    }

    private func writeNode(_ node: Graph.Node, _ box: GraphLayout.Box, to markup: inout Markup) {
        markup.leaf(
            "rect",
            [
                "class": "node \(node.kind.rawValue)", "x": coordinate(box.x), "y": coordinate(box.y),
                "width": coordinate(box.width), "height": coordinate(box.height),
                "rx": node.kind == .operation ? "7" : coordinate(min(box.height / 2, 16)),
            ])
        for (line, text) in ([node.title] + node.details).enumerated() {
            markup.element(
                "text",
                [
                    "class": line == 0 ? "middle title" : "middle detail", "x": coordinate(box.middle),
                    "y": coordinate(box.y + 18 + Double(line) * GraphLayout.lineHeight),
                ], text: text)
        }
    }

    /// What graphs need beyond the style of other pictures.
    static let style = """
        .graph{display:block}
        .node{fill:var(--card);stroke:var(--muted);stroke-width:1}
        .node.parameter{stroke:var(--s0);stroke-width:1.6}
        .node.input{fill:var(--code);stroke:var(--rule)}
        .node.output{stroke:var(--s2);stroke-width:2.2}
        .frame text.title{fill:var(--ink);font-weight:600;font-size:13px}
        .frame text.detail{font-size:11.5px}
        .frame text.group-name{font-size:11.5px;paint-order:stroke;stroke:var(--card);stroke-width:5px;stroke-linejoin:round}
        .edge{fill:none;stroke:var(--muted);stroke-width:1.3}
        .tip{fill:var(--muted)}
        .group{fill:var(--s0);fill-opacity:.05;stroke:var(--rule);stroke-dasharray:5 4}
        """

    private var summary: String {
        let counts = Graph.Kind.allCases.map { kind in (kind, graph.nodes.filter { $0.kind == kind }.count) }
        return "Graph. \(title). "
            + counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue) nodes" }.joined(separator: ", ")
            + ", \(graph.edges.count) edges"
    }

    public var table: DataTable {
        DataTable(
            columns: ["node", "kind", "what", "reads", "details"],
            rows: graph.nodes.enumerated().map { index, node in
                [
                    "n\(index)", node.kind.rawValue, node.title,
                    graph.edges.filter { $0.to == index }.map { "n\($0.from)" }.joined(separator: ", "),
                    node.details.joined(separator: "; "),
                ]
            })
    }

    public func plot(_ style: TerminalStyle) -> [String] { table.lines(style) }
}
