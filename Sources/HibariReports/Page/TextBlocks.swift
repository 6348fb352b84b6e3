/// A paragraph of plain text.
public struct Paragraph: ReportBlock {
    public var text: String
    public var isWide: Bool { true }

    public init(_ text: String) { self.text = text }

    public func write(to markup: inout Markup) { markup.element("p", text: text) }
    public func lines(_ style: TerminalStyle) -> [String] { [text] }
}

/// Text whose spaces and line breaks count: a command line, a sample, a program's output.
public struct Preformatted: ReportBlock {
    public var title, text: String
    public var isWide: Bool
    /// Whether long lines are broken. Those of a table are not: it scrolls.
    public var wraps: Bool

    public init(title: String = "", _ text: String, isWide: Bool = true, wraps: Bool = true) {
        self.title = title
        self.text = text
        self.isWide = isWide
        self.wraps = wraps
    }

    /// A command line as it could be typed into a shell.
    public init(title: String = "Command", command: [String]) {
        self.init(title: title, command.map(quotedForShell).joined(separator: " "))
    }

    public func write(to markup: inout Markup) {
        markup.element("figure") { markup in
            if !title.isEmpty { markup.element("figcaption", text: title) }
            markup.element("pre", wraps ? [:] : ["class": "table"], text: text)
        }
    }

    public func lines(_ style: TerminalStyle) -> [String] {
        (title.isEmpty ? [] : [title])
            + text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

/// In single quotes where a shell would read more into it.
package func quotedForShell(_ argument: String) -> String {
    let plain = argument.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
            || "-_./,:=@%+".unicodeScalars.contains($0)
    }
    if plain, !argument.isEmpty { return argument }
    return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
}

/// Blocks of one kind beside each other, as small as they can be read: small multiples.
public struct SmallMultiples: ReportBlock {
    public var blocks: [any ReportBlock]
    public var isWide: Bool { true }

    public init(_ blocks: [any ReportBlock]) { self.blocks = blocks }

    public func write(to markup: inout Markup) {
        markup.element("div", ["class": "multiples"]) { markup in
            for block in blocks {
                markup.element("div") { markup in block.write(to: &markup) }
            }
        }
    }

    public func lines(_ style: TerminalStyle) -> [String] { blocks.flatMap { $0.lines(style) } }
}
