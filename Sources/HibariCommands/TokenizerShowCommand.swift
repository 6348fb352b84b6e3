import ArgumentParser
import HibariCommandLine
import HibariSupport
import HibariTokenizers

struct TokenizerShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show where a text is cut into tokens.",
        discussion: """
            Colors the tokens on a terminal; elsewhere they stand between bars. Bytes of a character that is cut apart are \
            written as \\xNN.

            Example: hibari tokenizer show --tokenizer checkpoints/book "Hello, world"
            """)

    @OptionGroup var options: TokenizerOptions
    @Argument(help: "The text itself.") var text: String?
    @Option(help: ArgumentHelp("A text file instead, or - for standard input.", valueName: "path")) var file:
        String?
    @Flag(help: "Print the id of every token too, a token a line.") var ids = false

    func run() throws {
        let tokenizer = try options.load()
        if text != nil, file != nil { throw UsageError.notWith(name: "file", other: "text") }
        guard
            let bytes = try text.map({ Array($0.utf8) })
                ?? file.map({ try readFile($0 == "-" ? "/dev/stdin" : $0) })
        else { throw UsageError.missingOption(name: "file", purpose: "give a text or name a file") }
        let tokens = try TokenizedText(bytes, tokenizer: tokenizer)
        let pieces = tokens.ids.indices.map { visible(bytes[tokens.range(of: $0)]) }
        if ids {
            printResult(
                zip(tokens.ids, pieces).map { "\(aligned(String($0), 8))  \($1)" }.joined(separator: "\n"))
        } else if resultIsTerminal() {
            // Six pale backgrounds, black on top.
            let colors = [194, 225, 230, 195, 223, 189]
            printResult(
                pieces.enumerated().map { "\u{1B}[30;48;5;\(colors[$0 % colors.count])m\($1)\u{1B}[0m" }
                    .joined())
        } else {
            printResult(pieces.joined(separator: "│"))
        }
        let rate = Double(bytes.count) / Double(max(1, tokens.ids.count))
        printToStandardError("\(tokens.ids.count) tokens, \(fixed(rate, 2)) bytes per token")
    }

    /// Text as it is, with line breaks marked; other control characters and bytes of no character as escapes.
    private func visible(_ bytes: ArraySlice<UInt8>) -> String {
        let piece = Array(bytes)
        var (text, start) = ("", 0)
        while start < piece.count {
            let found = utf8Scalar(in: piece.span, at: start)
            switch found?.scalar {
            case "\n": text += ids ? "\\n" : "↵\n"
            case let scalar? where scalar.properties.generalCategory != .control || scalar == "\t":
                text.unicodeScalars.append(scalar)
            default:
                let digits = String(piece[start], radix: 16, uppercase: true)
                text += "\\x" + (digits.count < 2 ? "0" : "") + digits
            }
            start += found?.length ?? 1
        }
        return text
    }
}
