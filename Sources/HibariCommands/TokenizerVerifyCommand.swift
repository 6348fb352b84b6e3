import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTokenizers

struct TokenizerVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Prove that decoding gives back a text byte for byte.",
        discussion: """
            Encodes and decodes every document. The first one that comes back changed is named, with the byte, and the exit \
            code is 65.

            Example: hibari tokenizer verify --tokenizer checkpoints/book book.txt
            """)

    @OptionGroup var options: TokenizerOptions
    @Argument(help: "Text files, folders, .gz, .jsonl, or - for standard input.") var files: [String]
    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key")) var textKey = "text"
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let tokenizer = try options.load()
        var (documents, bytes, tokens) = (0, 0, 0)
        var problem: (any Error)?
        try CorpusReader(paths: files, textKey: textKey).forEachDocument { document in
            if problem != nil { return }
            do {
                let ids = try tokenizer.encode(document.bytes)
                let decoded = tokenizer.decode(ids)
                if let offset = firstDifference(document.bytes, decoded) {
                    problem = VerificationError(document: document, offset: offset, decoded: decoded)
                }
                documents += 1
                bytes += document.bytes.count
                tokens += ids.count
            } catch {
                problem = error
            }
        }
        if let problem { throw problem }
        if json {
            let report: JSONValue = [
                "identical": true, "documents": .integer(documents), "bytes": .integer(bytes),
                "tokens": .integer(tokens),
            ]
            return printResult(report.text())
        }
        let rate = fixed(Double(bytes) / Double(max(1, tokens)), 3)
        printResult(
            "identical: \(documents) document\(documents == 1 ? "" : "s"), \(bytes) bytes, \(tokens) tokens, "
                + "\(rate) bytes per token")
    }
}

/// A document that decoding does not give back.
private struct VerificationError: UserError {
    let path: String
    let offset: Int
    let expected, got: String

    init(document: Document, offset: Int, decoded: [UInt8]) {
        path = document.path
        self.offset = document.offset + offset
        func excerpt(_ bytes: [UInt8]) -> String {
            quoted(String(decoding: bytes.dropFirst(max(0, offset - 8)).prefix(24), as: UTF8.self))
        }
        (expected, got) = (excerpt(document.bytes), excerpt(decoded))
    }

    var exitStatus: ExitStatus { .badData }

    var description: String {
        "\(path): decoding changes the text at byte \(offset): \(expected) comes back as \(got); use a tokenizer that does "
            + "not normalize, e.g. a byte-level one"
    }
}
