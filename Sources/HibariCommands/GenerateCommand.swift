import ArgumentParser
import Glibc
import HibariCommandLine
import HibariGeneration
import HibariModels
import HibariSupport

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Continue a text with a trained model.",
        discussion: """
            Prints the prompt and what follows as it is written; speed goes to standard error. At the context limit the \
            older half of the context is dropped and the text goes on; with --no-slide it ends there. The same seed gives \
            the same text whatever the number of threads.

            Example: hibari generate checkpoints/stories-en --prompt "Mia" --max-tokens 200 --seed 7
            """)

    @Argument(help: modelArgumentHelp)
    var model: String

    @Option(help: "What the text begins with; empty for the beginning of a document.") var prompt: String?

    @Option(help: ArgumentHelp("Read the prompt from a file, - for standard input.", valueName: "file"))
    var promptFile: String?

    @Option(help: "New tokens at most.") var maxTokens = 256
    @OptionGroup var sampling: SamplingOptions
    @Option(help: "End before this text; may be given several times.") var stop: [String] = []
    @Option(name: .short, help: "Texts to write.") var n = 1
    @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: "Go on at the context limit.") var slide =
        true
    @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: "Keep keys and values of past tokens.")
    var cache = true
    @Flag(help: "Print one JSON object per text.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        guard n > 0 else {
            throw UsageError.invalidOption(name: "n", value: "\(n)", expected: "a positive number")
        }
        let options = try generationOptions()
        let prompt = try promptBytes()
        let generator = TextGenerator(try LoadedModel(path: model))
        // Before the prompt is printed: with an error nothing goes to standard output.
        try generator.check(prompt: prompt, options)
        for index in 0..<n {
            if index > 0, !json { printResult("---") }
            let shown = String(decoding: prompt, as: UTF8.self)
            if !json { printResult(shown, terminator: "") }
            let result = try generator.generate(prompt: prompt, options, sampleIndex: index) { piece in
                if !json { printResult(piece, terminator: "") }
                return true
            }
            if json {
                printResult(object(result, prompt: shown, options, index).text())
            } else {
                printResult("")
            }
            report(result, options)
        }
    }

    private func generationOptions() throws -> GenerationOptions {
        return GenerationOptions(
            maxTokens: maxTokens, sampling: try sampling.configuration(), stopStrings: stop,
            slidesContext: slide, usesCache: cache)
    }

    private func promptBytes() throws -> [UInt8] {
        if prompt != nil, promptFile != nil {
            throw UsageError.conflictingOptions(["prompt", "prompt-file"])
        }
        guard let promptFile else { return Array((prompt ?? "").utf8) }
        return try readFile(promptFile == "-" ? "/dev/stdin" : promptFile)
    }

    private func object(
        _ result: GenerationResult, prompt: String, _ options: GenerationOptions, _ index: Int
    ) -> JSONValue {
        [
            "index": .integer(index), "prompt": .string(prompt), "text": .string(result.text),
            "tokens": .array(result.tokens.map { .integer(Int($0)) }),
            "finish_reason": .string(result.finishReason.rawValue),
            "seed": .unsigned(options.sampling.seed), "prompt_tokens": .integer(result.promptTokenCount),
            "tokens_per_second": .number(result.tokensPerSecond.rounded()),
        ]
    }

    private func report(_ result: GenerationResult, _ options: GenerationOptions) {
        printToStandardError(
            "\(result.promptTokenCount) prompt tokens in \(fixed(result.promptSeconds * 1000, 0)) ms, "
                + "\(result.tokens.count) new at \(abbreviated(result.tokensPerSecond)) tokens/s, "
                + "ended by \(result.finishReason.rawValue), seed \(options.sampling.seed)")
    }
}
