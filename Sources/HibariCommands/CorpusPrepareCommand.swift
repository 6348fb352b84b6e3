import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTokenizers
import HibariTraining

struct CorpusPrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Tokenize a corpus once, into files that pretrain maps into memory.",
        discussion: """
            The folder holds the tokens and the tokenizer. Training on it gives the same losses as on the text.

            Example: hibari corpus prepare books/ --tokenizer bpe:8000 --out books-tokens
                     hibari pretrain --corpus books-tokens --tokenizer books-tokens --out checkpoints/books
            """)

    @Argument(help: "Text files, folders, .gz, .jsonl, or - for standard input.") var files: [String]

    @Option(help: ArgumentHelp("bytes, chars, bpe:N or a folder with a tokenizer.json.", valueName: "name"))
    var tokenizer: String

    @Option(help: ArgumentHelp("Folder to write; must not exist.", valueName: "folder")) var out: String
    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key")) var textKey = "text"
    @Flag(help: "Print one JSON object with the results.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        if fileExists(out) { throw FileError.alreadyExists(path: out) }
        let reader = try CorpusReader(paths: files, textKey: textKey)
        let tokenizer = try Pretraining.makeTokenizer(tokenizer, for: .text(reader))
        let isLive = progressIsLive()
        let started = monotonicSeconds()
        let prepared = try CorpusPreparation(reader, tokenizer: tokenizer, to: out) { bytes in
            if isLive { printToStandardError("\r\u{1B}[K\(abbreviatedBytes(Double(bytes)))", terminator: "") }
        }
        if isLive { printToStandardError("\r\u{1B}[K", terminator: "") }
        let seconds = monotonicSeconds() - started
        printResult(json ? object(prepared, seconds).text() : table(prepared, seconds))
    }

    private func table(_ prepared: CorpusPreparation, _ seconds: Double) -> String {
        let bytes = Double(prepared.summary.byteCount)
        return """
            tokens      \(prepared.tokenCount) of \(8 * prepared.bytesPerToken) bits in \(counted(prepared.shardCount, "shard"))
            text        \(abbreviatedBytes(bytes)) in \(counted(prepared.summary.documentCount, "document"))
            per token   \(fixed(bytes / Double(max(1, prepared.tokenCount)), 3)) bytes
            time        \(fixed(seconds, 2)) s, \(abbreviatedBytes(bytes / seconds))/s; peak memory \
            \(abbreviatedBytes(Double(peakResidentBytes())))
            folder      \(out)
            """
    }

    private func object(_ prepared: CorpusPreparation, _ seconds: Double) -> JSONValue {
        [
            "out": .string(out), "tokens": .integer(prepared.tokenCount),
            "bytes": .integer(prepared.summary.byteCount),
            "documents": .integer(prepared.summary.documentCount), "shards": .integer(prepared.shardCount),
            "bits_per_token": .integer(8 * prepared.bytesPerToken),
            "sha256": .string(prepared.summary.sha256), "seconds": .number(seconds),
            "peak_memory_bytes": .integer(peakResidentBytes()),
        ]
    }
}
