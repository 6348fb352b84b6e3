import Glibc

/// What a terminal can show.
public struct TerminalStyle: Sendable, Equatable {
    /// Columns a line may take.
    public var width: Int
    /// Rows of a plot without its axis.
    public var height: Int
    /// Braille patterns and blocks; plain ASCII otherwise.
    public var usesUnicode: Bool
    /// ANSI colors.
    public var usesColor: Bool

    public init(width: Int = 80, height: Int = 12, usesUnicode: Bool = true, usesColor: Bool = false) {
        self.width = max(20, width)
        self.height = max(3, height)
        self.usesUnicode = usesUnicode
        self.usesColor = usesColor
    }

    /// The style of the terminal behind a file descriptor: its width, Unicode in a UTF-8 locale, color unless
    /// NO_COLOR is set or TERM is dumb. What is no terminal has 80 columns and no color.
    public static func detected(descriptor: Int32) -> TerminalStyle {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        var size = winsize()
        let isTerminal = isatty(descriptor) != 0
        let known = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let width = known ? Int(size.ws_col) : variable("COLUMNS").flatMap { Int($0) } ?? 80
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
        let isUnicode = ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
        return TerminalStyle(
            width: min(width, 120), usesUnicode: isUnicode,
            usesColor: isTerminal && variable("NO_COLOR") == nil && variable("TERM") != "dumb")
    }

    /// `text` in the color of series `index`, if there are colors.
    func colored(_ text: String, _ index: Int) -> String {
        // Blue, red, green, magenta, yellow, cyan: the order of the series in reports, as near as terminals have it.
        usesColor && !text.isEmpty ? "\u{1B}[\([34, 31, 32, 35, 33, 36][index % 6])m\(text)\u{1B}[0m" : text
    }

    /// A line as it may go to a terminal: whole colors pass and end with the line, other control characters, which
    /// names from files can hold, do not.
    func safe(_ line: String) -> String {
        let parts = line.unicodeScalars.split(separator: "\u{1B}", omittingEmptySubsequences: false).map {
            withoutControls(String($0))
        }
        let colors = ["[0m"] + (31...36).map { "[\($0)m" }
        var safe = parts[0]
        var color = colors[0]
        for part in parts.dropFirst() {
            if usesColor, let change = colors.first(where: part.hasPrefix) {
                color = change
                safe += "\u{1B}" + part
            } else {
                safe += "\u{FFFD}" + part
            }
        }
        return color == colors[0] ? safe : safe + "\u{1B}[0m"
    }

    /// What stands for series or class `index` where there is no color.
    func sign(_ index: Int) -> Character { Array("ox+*#@%&")[index % 8] }

    /// What stands for the line of series `index` in a legend.
    func lineSign(_ index: Int) -> String {
        usesUnicode ? (usesColor ? "━━" : "\((index + 1) % 10)") : String(sign(index))
    }
}

/// The text with the replacement character for control characters but tabs and line feeds: others can move the cursor
/// of a terminal, or worse.
public func withoutControls(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let isControl = scalar.properties.generalCategory == .control && scalar != "\t" && scalar != "\n"
        result.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(result)
}

/// The columns a text takes in a terminal: two for East Asian wide characters and emoji, none for marks that combine
/// with the character before.
public func displayWidth(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { width, scalar in
        switch scalar.value {
        case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: width
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F9FF, 0x20000...0x3FFFD:
            width + 2
        default: width + 1
        }
    }
}

/// The text with spaces up to `width` columns, behind it or before.
func filled(_ text: String, _ width: Int, fromRight: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - displayWidth(text)))
    return fromRight ? space + text : text + space
}

/// The text, cut to `width` columns; an ellipsis shows the cut.
func clipped(_ text: String, _ width: Int) -> String {
    guard displayWidth(text) > width else { return text }
    var result = ""
    for character in text {
        if displayWidth(result) + displayWidth(String(character)) > width - 1 { break }
        result.append(character)
    }
    return result + "…"
}
