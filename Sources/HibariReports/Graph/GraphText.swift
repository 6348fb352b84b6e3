extension Graph {
    /// The graph in Graphviz's language: `dot -Tpng graph.dot`.
    public func dot(title: String) -> String {
        var lines = [
            "digraph \"\(quoted(title))\" {", "  rankdir=TB;",
            "  node [shape=box, style=rounded, fontname=\"sans-serif\"];",
        ]
        func line(_ index: Int) -> String {
            let node = nodes[index]
            let label = ([node.title] + node.details).map(quoted).joined(separator: "\\n")
            let look =
                switch node.kind {
                case .operation: ""
                case .parameter: ", shape=ellipse, color=\"\(Palette.inPictures(0).css)\""
                case .input: ", shape=ellipse, style=filled, fillcolor=\"#f1f3f5\", color=\"#dde1e5\""
                case .output: ", color=\"\(Palette.inPictures(2).css)\", penwidth=2"
                }
            return "n\(index) [label=\"\(label)\"\(look)];"
        }
        for (number, group) in groups.enumerated() {
            lines.append("  subgraph cluster_\(number) {")
            lines.append("    label=\"\(quoted(group.name))\"; style=dashed; color=\"#9ca7b2\";")
            lines += group.members.map { "    " + line($0) }
            lines.append("  }")
        }
        lines += nodes.indices.filter { nodes[$0].group == nil }.map { "  " + line($0) }
        lines += edges.map { "  n\($0.from) -> n\($0.to);" }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    /// The graph in Mermaid's language, as Markdown pages show it.
    public func mermaid() -> String {
        var lines = ["flowchart TB"]
        func line(_ index: Int) -> String {
            let node = nodes[index]
            let label = ([node.title] + node.details).map(mermaidText).joined(separator: "<br/>")
            let (open, close) = node.kind == .operation ? ("[", "]") : ("([", "])")
            return "n\(index)\(open)\"\(label)\"\(close):::\(node.kind.rawValue)"
        }
        for (number, group) in groups.enumerated() {
            lines.append("  subgraph g\(number)[\"\(mermaidText(group.name))\"]")
            lines += group.members.map { "    " + line($0) }
            lines.append("  end")
        }
        lines += nodes.indices.filter { nodes[$0].group == nil }.map { "  " + line($0) }
        lines += edges.map { "  n\($0.from) --> n\($0.to)" }
        lines += [
            "  classDef operation stroke-width:1px",
            "  classDef parameter stroke:\(Palette.inPictures(0).css),stroke-width:2px",
            "  classDef input stroke-dasharray:4 3",
            "  classDef output stroke:\(Palette.inPictures(2).css),stroke-width:3px",
            "",
        ]
        return lines.joined(separator: "\n")
    }
}

/// For the inside of a quoted name in DOT.
private func quoted(_ text: String) -> String {
    text.map { character -> String in
        switch character {
        case "\"", "\\": "\\\(character)"
        case "\n", "\r", "\r\n": "\\n"
        default: String(character)
        }
    }.joined()
}

/// Mermaid reads entities of numbers with a # in the place of &#.
private func mermaidText(_ text: String) -> String {
    text.map { character -> String in
        switch character {
        case "\"", "#", "&", "<", ">", ";", "`", "\\":
            character.unicodeScalars.map { "#\($0.value);" }.joined()
        case "\n", "\r", "\r\n": " "
        default: String(character)
        }
    }.joined()
}
