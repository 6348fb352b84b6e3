/// HTML or SVG under construction. Everything that goes in is escaped, so no text can become markup.
///
/// What comes out is well-formed XML as well: every element is closed, every attribute quoted.
public struct Markup: Sendable {
    private(set) var source = ""

    init() {}

    /// An element around what `content` adds.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], content: (inout Markup) -> Void
    ) {
        open(name, attributes)
        source += ">"
        content(&self)
        source += "</\(name)>"
    }

    /// An element around text.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String
    ) {
        element(name, attributes) { $0.text(text) }
    }

    /// An element that never has content.
    mutating func leaf(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
        open(name, attributes)
        source += "/>"
    }

    mutating func text(_ text: String) { source += escaped(text) }

    mutating func append(_ other: Markup) { source += other.source }

    /// A line break between elements, for people who read the source.
    mutating func newLine() { source += "\n" }

    /// Style sheets and the document type: text of ours that holds neither < nor &.
    mutating func literal(_ text: StaticString) { source += "\(text)" }

    /// A style sheet.
    ///
    /// - Precondition: it holds neither < nor &, which HTML and XML read differently there.
    mutating func styleSheet(_ css: String) {
        precondition(
            !css.utf8.contains { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") },
            "style sheet with markup")
        source += "<style>\n\(css)\n</style>"
    }

    private mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        source += "<" + name
        for (key, value) in attributes { source += " \(key)=\"\(escaped(value))\"" }
    }
}

/// Text for the inside of elements and of quoted attributes. Control characters, which XML cannot hold, become the
/// replacement character.
public func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\t", "\n": result.unicodeScalars.append(scalar)
        case "\r": result += "\n"
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A coordinate or size in a picture: at most two decimals, so that paths stay short.
func coordinate(_ value: Double) -> String {
    let scaled = (value * 100).rounded()
    guard abs(scaled) < 1e9 else { return value > 0 ? "9999999" : "-9999999" }
    let hundredths = Int(scaled)
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0
        ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
}

/// A place between 0 and 1 as a percentage.
func percentage(_ position: Double) -> String { coordinate(position * 100) + "%" }
