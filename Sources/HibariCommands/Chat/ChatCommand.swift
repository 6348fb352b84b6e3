import ArgumentParser
import Glibc
import HibariChat
import HibariCommandLine
import HibariGeneration
import HibariModels
import HibariSupport

struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Talk with a model.",
        discussion: """
            Each line is a question; the answer is printed as it is written. Lines that begin with / are commands, /help \
            lists them. Ctrl-C ends an answer, at the prompt the program; Ctrl-D leaves. Without a terminal the questions \
            are read line by line from standard input and the answers go to standard output. The same seed and \
            questions give the same answers.

            Example: hibari chat SmolLM2-135M-Instruct-Q4_1.gguf --system "Answer in one sentence."
                     echo "What is a lark?" | hibari chat model.gguf --greedy
            """)

    @Argument(help: modelArgumentHelp) var model: String
    @Option(help: "What the conversation begins with.") var system: String?
    @Option(
        help: ArgumentHelp(
            "chatml, llama2, llama3, gemma, alpaca, plain, model, or a Jinja file (default: the model's own, or what fits its vocabulary).",
            valueName: "name"))
    var template: String?
    @Option(help: "One question: answer it and end.") var prompt: String?
    @Option(help: "Tokens of an answer at most.") var maxTokens = 512
    @Option(help: ArgumentHelp("Tokens that the model reads at most (default: its context).", valueName: "n"))
    var context: Int?
    @OptionGroup var sampling: SamplingOptions
    @Flag(help: "Print one JSON object per answer.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let settings = try chatSettings()
        let loaded = try LoadedModel(path: model)
        let choice = try ChatTemplateChoice(
            template, own: loaded.text.chatTemplate, model: model, tokenizer: loaded.tokenizer,
            beginning: loaded.text.beginningToken)
        let session = try ChatSession(
            TextGenerator(loaded), template: choice.template, settings: settings, system: system,
            contextLength: context)
        InterruptSignal.catchSignals()
        let isInteractive = prompt == nil && isatty(STDIN_FILENO) != 0
        let console = ChatConsole(session: session, printsJSON: json, isInteractive: isInteractive)
        printToStandardError(
            "template: \(choice.reason); seed \(settings.sampling.seed)")
        for warning in choice.warnings { printToStandardError("warning: \(warning)") }
        if let prompt { return try console.ask(prompt) }
        if isInteractive { printToStandardError("/help lists the commands, Ctrl-D leaves") }
        let status = console.run()
        if status != 0 { throw ExitCode(status) }
    }

    private func chatSettings() throws -> ChatSettings {
        guard maxTokens > 0 else {
            throw UsageError.invalidOption(
                name: "max-tokens", value: "\(maxTokens)", expected: "a positive number")
        }
        if let context, context < 16 {
            throw UsageError.invalidOption(name: "context", value: "\(context)", expected: "16 or more")
        }
        return ChatSettings(sampling: try sampling.configuration(), maxTokens: maxTokens)
    }
}
