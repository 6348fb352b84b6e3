/// A report: what a run was, what came of it, and the pictures that show it. A value; `html()` makes one file of it
/// that needs no network and no script, `text(_:)` what a terminal can show.
///
///     var report = Report(title: "Handwritten digits")
///     report.figures = [SummaryFigure("test accuracy", percent(0.984), note: "9,840 of 10,000")]
///     report.sections = [ReportSection("Training", [LineChart(title: "Loss", series: [...])])]
///     try writeFileAtomically("report.html", report.html())
public struct Report: Sendable {
    public var title: String
    /// One line under the title.
    public var subtitle: String
    /// The few numbers to see first.
    public var figures: [SummaryFigure]
    public var sections: [ReportSection]
    /// The last line of the page.
    public var footer: String

    public init(
        title: String, subtitle: String = "", figures: [SummaryFigure] = [], sections: [ReportSection] = [],
        footer: String = "Made by Hibari. This file stands alone: it loads nothing from anywhere."
    ) {
        self.title = title
        self.subtitle = subtitle
        self.figures = figures
        self.sections = sections
        self.footer = footer
    }

    /// The page: HTML that is well-formed XML too.
    public func html() -> String {
        var markup = Markup()
        markup.literal("<!DOCTYPE html>\n")
        markup.element("html", ["xmlns": "http://www.w3.org/1999/xhtml", "lang": "en"]) { markup in
            writeHead(to: &markup)
            markup.element("body") { markup in
                PointMarker.writeDefinitions(to: &markup)
                markup.element("main") { markup in
                    writeHeader(to: &markup)
                    for section in sections { section.write(to: &markup) }
                    markup.element("footer", text: footer)
                }
            }
        }
        markup.newLine()
        return markup.source
    }

    private func writeHead(to markup: inout Markup) {
        markup.element("head") { markup in
            markup.leaf("meta", ["charset": "utf-8"])
            markup.leaf("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            markup.leaf("meta", ["name": "color-scheme", "content": "light dark"])
            // The promise that nothing is loaded, kept by the browser.
            markup.leaf(
                "meta",
                [
                    "http-equiv": "Content-Security-Policy",
                    "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
                ])
            markup.element("title", text: title)
            markup.styleSheet(StyleSheet.page + "\n" + GraphPicture.style)
        }
    }

    private func writeHeader(to markup: inout Markup) {
        markup.element("header") { markup in
            markup.element("h1", text: title)
            if !subtitle.isEmpty { markup.element("p", text: subtitle) }
            guard !figures.isEmpty else { return }
            markup.element("dl", ["class": "figures"]) { markup in
                for figure in figures {
                    markup.element("div") { markup in
                        markup.element("dt", text: figure.label)
                        markup.element("dd", text: figure.value)
                        if !figure.note.isEmpty { markup.element("dd", ["class": "note"], text: figure.note) }
                    }
                }
            }
        }
        markup.newLine()
    }

    /// What a terminal can show of the report.
    public func text(_ style: TerminalStyle) -> String {
        var lines = [title] + (subtitle.isEmpty ? [] : [subtitle])
        let width = figures.map { displayWidth($0.label) }.max() ?? 0
        if !figures.isEmpty { lines.append("") }
        lines += figures.map {
            filled($0.label, width + 2) + $0.value + ($0.note.isEmpty ? "" : "  (\($0.note))")
        }
        for block in sections.flatMap(\.blocks) {
            let shown = block.lines(style)
            if !shown.isEmpty { lines += [""] + shown }
        }
        return lines.map(style.safe).joined(separator: "\n")
    }
}

/// One number at the top of a report.
public struct SummaryFigure: Sendable, Equatable {
    public var label, value, note: String

    public init(_ label: String, _ value: String, note: String = "") {
        self.label = label
        self.value = value
        self.note = note
    }
}

/// Blocks under a heading.
public struct ReportSection: Sendable {
    public var title: String
    /// A paragraph under the heading; may be empty.
    public var introduction: String
    public var blocks: [any ReportBlock]

    public init(_ title: String, introduction: String = "", _ blocks: [any ReportBlock]) {
        self.title = title
        self.introduction = introduction
        self.blocks = blocks
    }

    func write(to markup: inout Markup) {
        markup.element("section") { markup in
            markup.element("h2", text: title)
            if !introduction.isEmpty { markup.element("p", text: introduction) }
            markup.element("div", ["class": "blocks"]) { markup in
                for block in blocks {
                    markup.element("div", ["class": block.isWide ? "block wide" : "block"]) { markup in
                        block.write(to: &markup)
                    }
                }
            }
        }
        markup.newLine()
    }
}
