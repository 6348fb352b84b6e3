/// A part of a report: a paragraph, a table, a picture. The same block becomes HTML and text for a terminal.
public protocol ReportBlock: Sendable {
    /// Whether the block takes the whole width of a page, rather than standing beside others.
    var isWide: Bool { get }

    /// Adds the block to a page.
    func write(to markup: inout Markup)

    /// The block for a terminal, line by line; empty where it cannot be shown there.
    func lines(_ style: TerminalStyle) -> [String]
}

extension ReportBlock {
    public var isWide: Bool { false }
}

/// A block with a picture, and a table of what the picture shows for those who cannot see it.
public protocol Chart: ReportBlock {
    var title: String { get }
    /// What the reader should see in it; may be empty.
    var caption: String { get }
    /// The numbers behind the picture, thinned out where they are many.
    var table: DataTable { get }

    /// Adds the picture without title and caption.
    func writePicture(to markup: inout Markup)
    /// The picture in characters, without the title.
    func plot(_ style: TerminalStyle) -> [String]
}

extension Chart {
    public func write(to markup: inout Markup) {
        markup.element("figure") { markup in
            if !title.isEmpty { markup.element("figcaption", text: title) }
            writePicture(to: &markup)
            if !caption.isEmpty { markup.element("p", ["class": "caption"], text: caption) }
            let table = self.table
            guard !table.rows.isEmpty else { return }
            markup.element("details") { markup in
                markup.element("summary", text: "Numbers")
                table.writeRows(to: &markup)
            }
        }
        markup.newLine()
    }

    public func lines(_ style: TerminalStyle) -> [String] {
        let plot = self.plot(style)
        return plot.isEmpty ? [] : (title.isEmpty ? [] : [title]) + plot
    }
}
