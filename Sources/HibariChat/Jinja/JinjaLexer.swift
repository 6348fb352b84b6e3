/// Cuts a template into tokens, with Jinja's rules for white space.
///
/// `trim_blocks` and `lstrip_blocks` hold, as in transformers: a line feed after `%}` or `#}` is left out, and so is
/// white space between the start of a line and `{%` or `{#`. A hyphen inside a mark takes all white space on its
/// side, a plus sign keeps it. A line feed at the end of the template is left out.
struct JinjaLexer {
    let template: String
    let source: [Unicode.Scalar]
    var position = 0
    private var tokens: [JinjaToken] = []
    /// The line of the place `lineStart`, which only moves on.
    private var line = 1
    private var linePlace = 0

    private init(_ text: String, template: String) {
        self.template = template
        var source: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            // Line ends of all kinds are line feeds to Jinja.
            if scalar == "\n", source.last == "\r" { source.removeLast() }
            source.append(scalar)
        }
        for index in source.indices where source[index] == "\r" { source[index] = "\n" }
        if source.last == "\n" { source.removeLast() }
        self.source = source
    }

    static func tokens(of text: String, template: String) throws(JinjaError) -> [JinjaToken] {
        var lexer = JinjaLexer(text, template: template)
        try lexer.readTemplate()
        return lexer.tokens
    }

    // MARK: The template

    private mutating func readTemplate() throws(JinjaError) {
        while let start = nextStart() {
            let mark = source[start + 1]
            let sign = scalar(at: start + 2).flatMap { $0 == "-" || $0 == "+" ? $0 : nil }
            appendText(position..<start, sign: sign, stripsLine: mark != "{")
            position = start + (sign == nil ? 2 : 3)
            switch mark {
            case "#": try skipComment(from: start)
            case "{": try readWords(start: .outputStart, end: .outputEnd, from: start)
            default:
                if try !readRaw(from: start) {
                    try readWords(start: .statementStart, end: .statementEnd, from: start)
                }
            }
        }
        append(text: source[position...], at: position)
        add(.end, at: source.count)
    }

    /// Where the next `{{`, `{%` or `{#` is.
    private func nextStart() -> Int? {
        var place = position
        while place + 1 < source.count {
            if source[place] == "{",
                source[place + 1] == "{" || source[place + 1] == "%" || source[place + 1] == "#"
            {
                return place
            }
            place += 1
        }
        return nil
    }

    /// The text before a mark; `sign` is what stands in the mark.
    private mutating func appendText(_ range: Range<Int>, sign: Unicode.Scalar?, stripsLine: Bool) {
        var text = source[range]
        if sign == "-" {
            while let last = text.last, isPythonSpace(last) { text.removeLast() }
        } else if sign == nil, stripsLine {
            let lineFeed = text.lastIndex(of: "\n")
            let start = lineFeed.map { $0 + 1 } ?? range.lowerBound
            let startsLine = lineFeed != nil || start == 0 || source[start - 1] == "\n"
            if startsLine, text[start...].allSatisfy(isPythonSpace) { text = text[..<start] }
        }
        append(text: text, at: range.lowerBound)
    }

    private mutating func append(text: ArraySlice<Unicode.Scalar>, at place: Int) {
        if !text.isEmpty { add(.text(String(text)), at: place) }
    }

    private mutating func skipComment(from start: Int) throws(JinjaError) {
        while position < source.count {
            if closes("#", "}", trimsLine: true) { return }
            position += 1
        }
        throw failure("the comment is not closed by #}", at: start)
    }

    /// Steps over the closing mark, if it is here, and the white space it takes.
    mutating func closes(_ first: Unicode.Scalar, _ second: Unicode.Scalar, trimsLine: Bool) -> Bool {
        var place = position
        let sign = scalar(at: place)
        let hasSign = sign == "-" || trimsLine && sign == "+"
        if hasSign { place += 1 }
        guard scalar(at: place) == first, scalar(at: place + 1) == second else { return false }
        position = place + 2
        if hasSign {
            if sign == "-" { skipSpace() }
        } else if trimsLine, scalar(at: position) == "\n" {
            position += 1
        }
        return true
    }

    // MARK: Raw text

    /// At the first word of a statement; if that is `raw`, hands out the text up to `endraw`.
    private mutating func readRaw(from start: Int) throws(JinjaError) -> Bool {
        let word = position
        guard skipWord("raw"), closesRaw() else {
            position = word
            return false
        }
        let text = position
        while position < source.count {
            let place = position
            if scalar(at: place) == "{", scalar(at: place + 1) == "%" {
                let sign = scalar(at: place + 2).flatMap { $0 == "-" || $0 == "+" ? $0 : nil }
                position += sign == nil ? 2 : 3
                if skipWord("endraw"), closes("%", "}", trimsLine: true) {
                    appendText(text..<place, sign: sign, stripsLine: true)
                    return true
                }
            }
            position = place + 1
        }
        throw failure("{% raw %} is not closed by {% endraw %}", at: start)
    }

    /// After `{% raw %}` a line feed stays.
    private mutating func closesRaw() -> Bool {
        let place = position
        if scalar(at: position) != "+", closes("%", "}", trimsLine: false) { return true }
        position = place
        return false
    }

    private mutating func skipWord(_ word: String) -> Bool {
        skipSpace()
        let scalars = Array(word.unicodeScalars)
        guard source[position...].starts(with: scalars) else { return false }
        position += scalars.count
        skipSpace()
        return true
    }

    // MARK: Places

    func scalar(at place: Int) -> Unicode.Scalar? { place < source.count ? source[place] : nil }

    mutating func skipSpace() {
        while position < source.count, isPythonSpace(source[position]) { position += 1 }
    }

    mutating func add(_ kind: JinjaToken.Kind, at place: Int) {
        tokens.append(JinjaToken(kind: kind, line: lineNumber(at: place)))
    }

    /// - Precondition: no place before one that was asked for earlier.
    private mutating func lineNumber(at place: Int) -> Int {
        while linePlace < place {
            if source[linePlace] == "\n" { line += 1 }
            linePlace += 1
        }
        return line
    }

    func failure(_ problem: String, at place: Int) -> JinjaError {
        let line = 1 + source[..<min(place, source.count)].count { $0 == "\n" }
        return .syntax(template: template, line: line, problem: problem)
    }
}
