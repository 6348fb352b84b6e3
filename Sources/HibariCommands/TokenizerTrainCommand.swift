import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTokenizers

struct TokenizerTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Learn a byte-pair vocabulary from a text.",
        discussion: """
            Writes tokenizer.json and tokenizer_config.json, which transformers opens too. The same text and options give the \
            same bytes on every machine, whatever the number of threads.

            Example: hibari tokenizer train book.txt --vocab 8000 --out book-tokenizer
            """)

    @Argument(help: "Text files, folders, .gz, .jsonl, or - for standard input.") var files: [String]

    @Option(help: ArgumentHelp("Ids in all: 256 bytes, <|endoftext|>, and tokens learned.", valueName: "n"))
    var vocab: Int

    @Option(help: ArgumentHelp("Folder to write; must not exist.", valueName: "folder")) var out: String

    @Option(
        help: ArgumentHelp(
            "How text is cut into pieces that no token crosses: \(TokenizerTrainCommand.patterns).",
            valueName: "name"))
    var pattern = PreTokenizerPattern.gpt2.rawValue

    @Option(help: ArgumentHelp("How often a pair must occur to become a token.", valueName: "n"))
    var minFrequency = 2

    @Option(help: ArgumentHelp("Longest token in bytes (default: any length).", valueName: "n"))
    var maxTokenBytes: Int?

    @Option(
        help: ArgumentHelp(
            "Memory for the table of different pieces, with K, M or G; when it is full, rare pieces are dropped.",
            valueName: "size"))
    var maxMem = "4G"

    @Option(
        help: ArgumentHelp(
            "Which of equally frequent pairs comes first: lowest-ids, or greatest-bytes as in CS336.",
            valueName: "rule"))
    var ties = PairTieBreak.lowestIDs.rawValue

    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key")) var textKey = "text"
    @Flag(help: "Print one JSON object with the results.") var json = false
    @OptionGroup var threads: ThreadOptions

    private static let patterns = PreTokenizerPattern.allCases.map(\.rawValue).joined(separator: ", ")

    func run() throws {
        try threads.apply()
        let options = try trainerOptions()
        if fileExists(out) { throw FileError.alreadyExists(path: out) }
        let reader = try CorpusReader(paths: files, textKey: textKey)
        let progress = TrainerProgress()
        let started = monotonicSeconds()
        let result = try BPETokenizer.train(
            reading: reader, vocabularySize: vocab, options: options, progress: progress.show)
        let seconds = monotonicSeconds() - started
        try writeDirectoryAtomically(out) { try result.tokenizer.save(toDirectory: $0) }
        let report = TrainingReport(tokenizer: result.tokenizer, summary: result.summary, seconds: seconds)
        progress.clear()
        if result.summary.droppedPieces > 0 { printToStandardError(report.note(on: maxMem)) }
        printResult(json ? report.json(out).text() : report.text(out))
    }

    private func trainerOptions() throws -> BytePairTrainerOptions {
        var options = BytePairTrainerOptions()
        guard let pattern = PreTokenizerPattern(rawValue: pattern) else {
            throw UsageError.invalidOption(
                name: "pattern", value: self.pattern, expected: "one of \(Self.patterns)")
        }
        guard let ties = PairTieBreak(rawValue: ties) else {
            throw UsageError.invalidOption(
                name: "ties", value: self.ties, expected: "lowest-ids or greatest-bytes")
        }
        guard (BPETokenizer.minimumVocabularySize...BPETokenizer.maximumVocabularySize).contains(vocab) else {
            throw UsageError.invalidOption(
                name: "vocab", value: "\(vocab)",
                expected:
                    "from \(BPETokenizer.minimumVocabularySize), the bytes and <|endoftext|>, to \(BPETokenizer.maximumVocabularySize)"
            )
        }
        guard minFrequency >= 1 else {
            throw UsageError.invalidOption(
                name: "min-frequency", value: "\(minFrequency)", expected: "1 or more")
        }
        if let maxTokenBytes, maxTokenBytes < 1 {
            throw UsageError.invalidOption(
                name: "max-token-bytes", value: "\(maxTokenBytes)", expected: "1 or more")
        }
        guard let memory = byteCount(maxMem), memory >= 1 << 20 else {
            throw UsageError.invalidOption(
                name: "max-mem", value: maxMem, expected: "a size from 1M, e.g. 512M or 4G")
        }
        options.pattern = pattern
        options.ties = ties
        options.minimumFrequency = minFrequency
        options.maximumTokenBytes = maxTokenBytes
        options.maximumMemory = memory
        return options
    }
}

/// A size as it is typed: a number, with K, M or G for powers of 1024.
func byteCount(_ text: String) -> Int? {
    let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    let shift = text.last.flatMap { shifts[Character($0.uppercased())] }
    guard let number = Int(shift == nil ? text : String(text.dropLast())), number >= 0, number < 1 << 32
    else {
        return nil
    }
    return number << (shift ?? 0)
}

/// Shows the training of a vocabulary on standard error, on a terminal only.
private final class TrainerProgress {
    private let isLive = progressIsLive()
    private var lastShown = -Double.infinity

    func show(_ progress: BytePairProgress) {
        guard isLive, monotonicSeconds() - lastShown >= 0.1 else { return }
        lastShown = monotonicSeconds()
        let text =
            switch progress {
            case .counting(let bytes): "reading  \(abbreviatedBytes(Double(bytes)))"
            case .merging(let done, let limit): "merging  \(done) of \(limit)"
            }
        printToStandardError("\r\u{1B}[K" + text, terminator: "")
    }

    func clear() {
        if lastShown > 0 { printToStandardError("\r\u{1B}[K", terminator: "") }
    }
}

/// What was done.
private struct TrainingReport {
    let tokenizer: BPETokenizer
    let summary: BytePairTrainingSummary
    let seconds: Double

    func text(_ folder: String) -> String {
        let longest = tokenizer.byteLengths.max() ?? 1
        return """
            tokenizer   \(folder)
            tokens      \(tokenizer.vocabularySize), the longest of \(counted(Int(longest), "byte"))
            text        \(abbreviatedBytes(Double(summary.byteCount))), \(fixed(summary.bytesPerToken, 3)) bytes per token
            time        \(fixed(seconds, 2)) s, \(abbreviatedBytes(Double(summary.byteCount) / seconds))/s; peak memory \
            \(abbreviatedBytes(Double(peakResidentBytes())))
            """
    }

    func json(_ folder: String) -> JSONValue {
        [
            "out": .string(folder), "tokens": .integer(tokenizer.vocabularySize),
            "bytes": .integer(summary.byteCount),
            "bytes_per_token": .number(summary.bytesPerToken), "sha256": .string(tokenizer.tokenizerHash),
            "seconds": .number(seconds),
            "peak_memory_bytes": .integer(peakResidentBytes()),
            "dropped_pieces": .integer(summary.droppedPieces),
            "dropped_bytes": .integer(summary.droppedBytes),
        ]
    }

    func note(on memory: String) -> String {
        let share = 100 * Double(summary.droppedBytes) / Double(max(1, summary.byteCount))
        return """
            note: \(summary.droppedPieces) rare pieces, \(fixed(share, 1)) % of the text, did not fit in --max-mem \(memory) and were \
            left out of the counts
            """
    }
}
