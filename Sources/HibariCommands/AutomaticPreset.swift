import HibariCommandLine
import HibariData
import HibariSupport
import HibariTraining

/// The options that `pretrain --minutes M` and `plan --minutes M` take where nothing else is said: a preset
/// made for the text, the time and the speed of the machine.
struct AutomaticPreset {
    let settings: [(key: String, value: String)]
    let explanation: [String]

    /// nil where the options leave nothing to choose from: another horizon, or a mistake in the options or the
    /// text, which is reported later.
    ///
    /// - Parameters:
    ///   - command: pretrain or plan.
    ///   - arguments: the options that were given, those of a file first.
    ///   - given: their names.
    init?(command: String, _ arguments: [String], given: Set<String>) throws {
        guard given.contains("minutes"),
            let (options, threads) = try? Self.parse(command, arguments),
            let configuration = try? options.uncheckedConfiguration(),
            case .minutes(let minutes) = configuration.horizon, minutes > 0, minutes < 1e6,
            !configuration.corpus.contains("-"), let bytes = Self.textBytes(configuration)
        else { return nil }
        try threads.apply()
        let tokenizer = TokenizerGuess(configuration.tokenizer)
        let share = min(max(configuration.validationFraction, 0), 1)
        let recipe = try DefaultRecipe(
            DefaultRecipe.Situation(
                seconds: minutes * 60, speed: try Self.measuredSpeed(),
                trainingTokens: Int(Double(bytes) / tokenizer.bytesPerToken * (1 - share)),
                vocabularySize: tokenizer.vocabularySize),
            configuration, given: given)
        settings = Preset.settings(
            recipe.settings,
            besideOptimizer: given.contains("optimizer") ? configuration.optimizer.rawValue : nil
        ).filter { !given.contains($0.key) && !given.contains("no-" + $0.key) }
        explanation = recipe.explanation.filter { $0.options.isDisjoint(with: given) }.map(\.text)
    }

    private static func parse(_ command: String, _ arguments: [String]) throws -> (
        PretrainOptions, ThreadOptions
    ) {
        if command == "plan" {
            let plan = try PlanCommand.parse(arguments)
            return (plan.options, plan.threads)
        }
        let pretrain = try PretrainCommand.parse(arguments)
        return (pretrain.options, pretrain.threads)
    }

    /// The size of the text; nil if it cannot be read.
    private static func textBytes(_ configuration: PretrainConfiguration) -> Int? {
        try? CorpusInput(paths: configuration.corpus, textKey: configuration.textKey).byteCount()
    }

    /// Model arithmetic of training steps of a model of three million weights, timed for a second or so.
    ///
    /// Of the fastest step: what else runs on the machine in this moment should not choose the model.
    private static func measuredSpeed() throws -> Double {
        var configuration = PretrainConfiguration()
        (configuration.layers, configuration.dim, configuration.heads, configuration.batch) = (4, 256, 4, 4)
        let benchmark = TrainingBenchmark(configuration, vocabularySize: 257, warmup: 1, steps: 6)
        return try benchmark.run().bestFLOPsPerSecond
    }
}

/// What a tokenizer's name says before it is trained or read.
private struct TokenizerGuess {
    let vocabularySize: Int
    let bytesPerToken: Double

    init(_ name: String) {
        switch name {
        case "bytes", "chars": (vocabularySize, bytesPerToken) = (257, 1)
        case _ where name.hasPrefix("bpe:"):
            vocabularySize = min(max(257, Int(name.dropFirst(4)) ?? 4096), 1 << 20)
            bytesPerToken = 3
        default: (vocabularySize, bytesPerToken) = (32_768, 4)
        }
    }
}
