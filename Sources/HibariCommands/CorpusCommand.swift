import ArgumentParser
import HibariCommandLine
import HibariStories
import HibariSupport

extension StoryLanguage: ExpressibleByArgument {}

struct CorpusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus",
        abstract: "Tokenize a corpus once; make the embedded stories, and check stories that a model wrote.",
        subcommands: [CorpusPrepareCommand.self, CorpusMakeCommand.self, CorpusCheckCommand.self])
}

struct CorpusMakeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Write short stories from Hibari's own grammar.",
        discussion: """
            The same language, size and seed give the same bytes on every machine.

            Example: hibari corpus make stories --language en --bytes 5000000 --seed 1 --out stories.txt
            """)

    /// What can be made.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case stories
    }

    /// How stories are told apart.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        /// A blank line between stories: one document for training.
        case text
        /// A JSON object with the key "text" on each line: a document each, so that a model learns where
        /// stories end.
        case jsonl
    }

    @Argument(help: "What to make: stories.") var kind: Kind
    @Option(help: "en or ja.") var language = StoryLanguage.english
    @Option(help: "Size at least; ends with a whole story.") var bytes = 1_000_000
    @Option(help: "Which of the endless texts.") var seed: UInt64 = 1
    @Option(help: "text (a blank line between stories) or jsonl (a document each).") var format = Format.text
    @Option(help: ArgumentHelp("File to write (default: standard output).", valueName: "file")) var out:
        String?

    func run() throws {
        guard (1...1 << 32).contains(bytes) else {
            throw UsageError.invalidOption(name: "bytes", value: "\(bytes)", expected: "from 1 to \(1 << 32)")
        }
        let stories = StoryGenerator(language: language, seed: seed).stories(byteCount: bytes)
        let text = format == .text ? stories : jsonLines(stories)
        guard let out else { return printResult(text, terminator: "") }
        try writeFileAtomically(out, text)
    }
}

/// Each line of text as the "text" of a JSON object.
private func jsonLines(_ stories: String) -> String {
    stories.split(separator: "\n").map { JSONValue.object(["text": .string(String($0))]).text() + "\n" }
        .joined()
}

struct CorpusCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say which sentences the story grammar could have written.",
        discussion: """
            A sentence passes if a template of the grammar fits it and it agrees with its story: names, kinds, pronouns, \
            places and the order of events. Exits with 65 if fewer pass than --at-least asks for.

            Example: hibari corpus check written.txt --language en --failures 10
            """)

    @Argument(help: "Text file, or - for standard input.") var file: String
    @Option(help: "en or ja.") var language = StoryLanguage.english
    @Option(help: "Failing sentences to show.") var failures = 5
    @Option(help: "The share of sentences that must pass, from 0 to 1.") var atLeast = 0.0
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        guard (0...1).contains(atLeast) else {
            throw UsageError.invalidOption(name: "at-least", value: "\(atLeast)", expected: "from 0 to 1")
        }
        guard failures >= 0 else {
            throw UsageError.invalidOption(name: "failures", value: "\(failures)", expected: "0 or more")
        }
        let bytes = try readFile(file == "-" ? "/dev/stdin" : file)
        let report = StoryChecker(language: language).check(String(decoding: bytes, as: UTF8.self))
        printResult(json ? object(report).text() : table(report))
        if report.passRate < atLeast {
            throw StoryCheckError.tooFew(file: file, rate: report.passRate, wanted: atLeast)
        }
    }

    private func table(_ report: StoryReport) -> String {
        func share(_ count: Int, _ total: Int) -> String {
            "\(count) of \(total) (\(fixed(100 * Double(count) / Double(max(1, total)), 1)) %)"
        }
        var lines = [
            "sentences     \(report.sentenceCount)",
            "grammatical   \(share(report.grammaticalCount, report.sentenceCount))",
            "passing       \(share(report.passCount, report.sentenceCount)), grammatical and consistent with their story",
            "stories       \(share(report.consistentStoryCount, report.storyCount)) consistent to the end",
        ]
        if let rest = report.incompleteSentence { lines.append("cut off       \(quoted(rest)), not counted") }
        for failure in report.failures.prefix(failures) {
            lines.append(
                "story \(failure.story), sentence \(failure.number): \(failure.text)\n    \(failure.verdict)")
        }
        return lines.joined(separator: "\n")
    }

    private func object(_ report: StoryReport) -> JSONValue {
        [
            "sentences": .integer(report.sentenceCount), "grammatical": .integer(report.grammaticalCount),
            "passing": .integer(report.passCount), "pass_rate": .number(report.passRate),
            "stories": .integer(report.storyCount),
            "consistent_stories": .integer(report.consistentStoryCount),
        ]
    }
}

/// A text that fails its check.
enum StoryCheckError: UserError {
    case tooFew(file: String, rate: Double, wanted: Double)

    var exitStatus: ExitStatus { .badData }

    var description: String {
        switch self {
        case .tooFew(let file, let rate, let wanted):
            "\(file): \(fixed(100 * rate, 1)) % of the sentences pass, fewer than \(fixed(100 * wanted, 1)) %"
        }
    }
}
