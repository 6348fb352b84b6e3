import ArgumentParser
import HibariCommandLine
import HibariSupport
import HibariTokenizers

struct TokenizerExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a tokenizer in the form of another program.",
        discussion: """
            hf writes a folder with tokenizer.json and tokenizer_config.json, which is read again and must be the same \
            tokenizer. tiktoken writes a file of ranks; its users must be told the pattern, which is printed.

            Example: hibari tokenizer export --tokenizer book-tokenizer --format tiktoken --out book.tiktoken
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case hf, tiktoken }

    @OptionGroup var options: TokenizerOptions
    @Option(help: ArgumentHelp("hf or tiktoken.", valueName: "name")) var format: Format
    @Option(help: ArgumentHelp("Folder or file to write; must not exist.", valueName: "path")) var out: String

    func run() throws {
        let tokenizer = try options.load()
        if fileExists(out) { throw FileError.alreadyExists(path: out) }
        switch format {
        case .hf:
            try writeDirectoryAtomically(out) { folder in
                try tokenizer.save(toDirectory: folder)
                guard try loadTokenizer(path: folder).tokenizerHash == tokenizer.tokenizerHash else {
                    throw TokenizerError.invalidFile(
                        path: out, problem: "what was written is another tokenizer than what was read")
                }
            }
        case .tiktoken:
            guard let ranks = tokenizer as? BPETokenizer else {
                throw UsageError.invalidOption(
                    name: "format", value: "tiktoken",
                    expected: "hf for a tokenizer that is not byte-level BPE")
            }
            try writeFileAtomically(out, try TiktokenFormat.bytes(of: ranks))
            printToStandardError("pattern \(ranks.vocabulary.preTokenization.summary)")
            let special = ranks.vocabulary.specialTokens.map { "\($0.content) \($0.id)" }
            if !special.isEmpty {
                printToStandardError(
                    "not in the file, as tiktoken wants them apart: " + special.joined(separator: ", "))
            }
        }
        printToStandardError("wrote \(out), \(tokenizer.vocabularySize) tokens")
    }
}

struct TokenizerAddSpecialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-special", abstract: "Add control tokens to a byte-level vocabulary.",
        discussion: """
            They take the next free ids. Text never becomes one of them unless --allow-special is given.

            Example: hibari tokenizer add-special --tokenizer book-tokenizer --out chat-tokenizer "<|user|>" "<|assistant|>"
            """)

    @OptionGroup var options: TokenizerOptions
    @Option(help: ArgumentHelp("Folder to write; must not exist.", valueName: "folder")) var out: String
    @Argument(help: "How the tokens are spelled.") var tokens: [String]

    func run() throws {
        guard var tokenizer = try options.load() as? BPETokenizer else {
            throw UsageError.invalidOption(
                name: "tokenizer", value: options.tokenizer, expected: "a byte-level BPE vocabulary")
        }
        if fileExists(out) { throw FileError.alreadyExists(path: out) }
        for token in tokens { tokenizer = try tokenizer.adding(specialToken: token) }
        try writeDirectoryAtomically(out) { try tokenizer.save(toDirectory: $0) }
        for token in tokenizer.specialTokens.suffix(tokens.count) {
            printResult("\(aligned(String(token.id), 8))  \(token.content)")
        }
    }
}
