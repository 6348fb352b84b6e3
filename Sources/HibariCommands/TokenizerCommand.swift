import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTokenizers

struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Learn a vocabulary, turn text into token ids and back, and show what a tokenizer is.",
        subcommands: [
            TokenizerTrainCommand.self, TokenizerEncodeCommand.self, TokenizerDecodeCommand.self,
            TokenizerShowCommand.self, TokenizerCompareCommand.self, TokenizerVerifyCommand.self,
            TokenizerExportCommand.self, TokenizerAddSpecialCommand.self, TokenizerInfoCommand.self,
        ])
}

/// Which tokenizer.
struct TokenizerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "bytes, a run directory, model folder or folder with GPT-2's files, or a tokenizer.json, .tiktoken, .model, .bin or .gguf file.",
            valueName: "tokenizer"))
    var tokenizer: String
    @Option(
        help: ArgumentHelp(
            "How text is cut, for a .tiktoken file: gpt2, cl100k, o200k, llama3, qwen2, smollm, or a regular expression.",
            valueName: "name|regex"))
    var pattern: String?

    func load() throws -> any Tokenizer { try Self.load(tokenizer, pattern: pattern) }

    /// - Parameter pattern: how a `.tiktoken` file cuts text.
    static func load(_ tokenizer: String, pattern: String?) throws -> any Tokenizer {
        if tokenizer == "bytes" { return ByteTokenizer() }
        let cut = try pattern.map { name -> PreTokenization in
            if let known = PreTokenizerPattern(rawValue: name) { return .pattern(known) }
            // A name that is mistyped would match itself.
            if name.allSatisfy({ $0.isLetter || $0.isNumber || "_-".contains($0) }) {
                throw UsageError.unknownName(
                    kind: "pattern", name: name, known: PreTokenizerPattern.allCases.map(\.rawValue))
            }
            return PreTokenization(regex: name)
        }
        if let pattern, !tokenizer.hasSuffix(".tiktoken") {
            throw UsageError.invalidOption(
                name: "pattern", value: pattern, expected: "no value unless the tokenizer is a .tiktoken file"
            )
        }
        return try loadTokenizer(path: tokenizer, pattern: cut)
    }
}

/// Texts to measure tokenizers on.
struct TokenizerTexts: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Text files, folders, .gz, .jsonl, or - for standard input.", valueName: "path"))
    var text: [String]
    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key")) var textKey = "text"
    @Option(
        help: ArgumentHelp(
            "How .tiktoken files cut text: a name or a regular expression.", valueName: "name|regex"))
    var pattern: String?

    func documents() throws -> [Document] {
        try CorpusReader(paths: text, textKey: textKey).documents()
    }

    /// The tokenizers; the pattern is for those that are .tiktoken files, of which there must be one.
    func load(_ tokenizers: [String]) throws -> [any Tokenizer] {
        let anyTakesPattern = tokenizers.contains { $0.hasSuffix(".tiktoken") }
        return try tokenizers.map {
            try TokenizerOptions.load(
                $0, pattern: $0.hasSuffix(".tiktoken") || !anyTakesPattern ? pattern : nil)
        }
    }
}

struct TokenizerEncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Print the token ids of a text.",
        discussion: """
            Text never becomes a special token unless --allow-special is given, whatever it spells.

            Example: echo "Hello world" | hibari tokenizer encode --tokenizer checkpoints/book --json
            """)

    @OptionGroup var options: TokenizerOptions
    @Argument(help: "Text file, or - for standard input.") var file = "-"
    @Flag(help: "Let text become the special tokens that it spells.") var allowSpecial = false
    @Flag(help: "Print a JSON array of ids.") var json = false
    @Flag(
        help:
            "Print an array of objects instead, with the place of each token in bytes and in characters, from 0."
    )
    var offsets = false
    @Flag(help: "Read a JSON string from each line, and print a JSON array for each.") var jsonLines = false

    func run() throws {
        let tokenizer = try options.load()
        let bytes = try readFile(file == "-" ? "/dev/stdin" : file)
        if offsets { return printResult(try places(tokenizer, bytes).text()) }
        var output: [UInt8] = []
        guard jsonLines else {
            append(try ids(tokenizer, bytes), to: &output, asJSON: json)
            return printResult(bytes: output)
        }
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let text = try JSONValue(parsing: Array(line)).string else {
                throw TokenizerCommandError.noString(file: file, line: index + 1)
            }
            append(try ids(tokenizer, Array(text.utf8)), to: &output, asJSON: true)
        }
        printResult(bytes: output)
    }

    private func places(_ tokenizer: any Tokenizer, _ bytes: [UInt8]) throws -> JSONValue {
        if allowSpecial || jsonLines {
            throw UsageError.notWith(name: allowSpecial ? "allow-special" : "json-lines", other: "offsets")
        }
        let text = try TokenizedText(bytes, tokenizer: tokenizer)
        let characters = text.characterOffsets
        func pair(_ range: Range<Int>) -> JSONValue {
            [.integer(range.lowerBound), .integer(range.upperBound)]
        }
        return .array(
            text.ids.indices.map { index in
                let range = text.range(of: index)
                let first =
                    range.isEmpty ? characters[range.lowerBound] : characters[range.lowerBound + 1] - 1
                return [
                    "id": .integer(Int(text.ids[index])), "bytes": pair(range),
                    // A token that begins inside a character has its place too.
                    "characters": pair(first..<characters[range.upperBound]),
                ]
            })
    }

    private func ids(_ tokenizer: any Tokenizer, _ bytes: [UInt8]) throws -> [Int32] {
        var ids: [Int32] = []
        try tokenizer.encode(bytes.span, allowingSpecial: allowSpecial ? .all : .none) { ids.append($0) }
        return ids
    }

    /// A line of ids. There can be many millions of them, so none becomes a string of its own.
    private func append(_ ids: [Int32], to output: inout [UInt8], asJSON: Bool) {
        let separator = UInt8(ascii: asJSON ? "," : " ")
        var digits: [UInt8] = []
        if asJSON { output.append(UInt8(ascii: "[")) }
        for (index, id) in ids.enumerated() {
            if index > 0 { output.append(separator) }
            var rest = id
            digits.removeAll(keepingCapacity: true)
            repeat {
                digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
                rest /= 10
            } while rest > 0
            output += digits.reversed()
        }
        if asJSON { output.append(UInt8(ascii: "]")) }
        output.append(UInt8(ascii: "\n"))
    }
}

struct TokenizerDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Write the text of token ids, byte for byte.",
        discussion: """
            Special tokens stand for no text.

            Example: hibari tokenizer decode --tokenizer checkpoints/book ids.json
            """)

    @OptionGroup var options: TokenizerOptions
    @Argument(help: "A JSON array of ids, or ids with white space between: a file, or - for standard input.")
    var file = "-"

    func run() throws {
        let tokenizer = try options.load()
        let bytes = try readFile(file == "-" ? "/dev/stdin" : file)
        let ids = try parse(bytes)
        for (index, id) in ids.enumerated() where !(0..<Int32(tokenizer.vocabularySize)).contains(id) {
            throw TokenizerCommandError.unknownID(
                file: file, index: index, id: id, vocabularySize: tokenizer.vocabularySize)
        }
        printResult(bytes: tokenizer.decode(ids))
    }

    private func parse(_ bytes: [UInt8]) throws -> [Int32] {
        let isSeparator: (UInt8) -> Bool = { [0x09, 0x0A, 0x0D, 0x20].contains($0) }
        if let first = bytes.first(where: { !isSeparator($0) }), first == UInt8(ascii: "[") {
            let values = try JSONValue(parsing: bytes).array ?? []
            return try values.enumerated().map { index, value in
                guard let id = value.int.flatMap({ Int32(exactly: $0) }) else {
                    throw TokenizerCommandError.noID(file: file, index: index, found: value.text())
                }
                return id
            }
        }
        return try bytes.split(whereSeparator: isSeparator).enumerated().map { index, word in
            let text = String(decoding: word, as: UTF8.self)
            guard let id = Int32(text) else {
                throw TokenizerCommandError.noID(file: file, index: index, found: text)
            }
            return id
        }
    }
}

struct TokenizerInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what a tokenizer is.",
        discussion: "Example: hibari tokenizer info --tokenizer checkpoints/book")

    @OptionGroup var options: TokenizerOptions
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let tokenizer = try options.load()
        var members: JSONObject = [
            "kind": .string(tokenizer.kind), "vocabulary_size": .integer(tokenizer.vocabularySize),
            "end_of_text": tokenizer.endOfText.map { .integer($0) } ?? .null,
            "longest_token_bytes": .integer(Int(tokenizer.byteLengths.max() ?? 0)),
        ]
        if let tokenizer = tokenizer as? BPETokenizer {
            members["merges"] = .integer(tokenizer.merges.count)
            members["pattern"] = .string(tokenizer.vocabulary.preTokenization.summary)
        }
        members["special_tokens"] = .object(
            JSONObject(tokenizer.specialTokens.map { (key: $0.content, value: .integer($0.id)) }))
        members["sha256"] = .string(tokenizer.tokenizerHash)
        if json { return printResult(JSONValue.object(members).text()) }
        printResult(
            members.map { padded($0.key, 22) + ($0.value.string ?? $0.value.text()) }.joined(separator: "\n"))
    }
}

/// What is wrong with the input of a tokenizer command.
enum TokenizerCommandError: UserError {
    case noString(file: String, line: Int)
    case noID(file: String, index: Int, found: String)
    case unknownID(file: String, index: Int, id: Int32, vocabularySize: Int)

    var exitStatus: ExitStatus { .badData }

    var description: String {
        switch self {
        case .noString(let file, let line):
            "\(file): line \(line) is not a JSON string; write one text in double quotes on each line"
        case .noID(let file, let index, let found):
            "\(file): item \(index) is \(quoted(found)), which is no token id; give whole numbers"
        case .unknownID(let file, let index, let id, let size):
            """
            \(file): item \(index) is the id \(id), outside the vocabulary 0..<\(size); use the tokenizer that made \
            the ids
            """
        }
    }
}
