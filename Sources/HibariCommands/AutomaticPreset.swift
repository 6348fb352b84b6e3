import HibariData
import HibariSupport
import HibariTraining

/// The options that `pretrain --minutes M` and `plan --minutes M` take where nothing else is said: a preset
/// made for the text, the time and the speed of the machine.
struct AutomaticPreset {
    let settings: [(key: String, value: String)]
    let explanation: [String]

    /// nil where the options leave nothing to choose from: another horizon, or a text that cannot be read,
    /// which is reported later.
    ///
    /// - Parameter values: what was given for each option.
    init?(given values: [String: [String]]) throws {
        guard let minutes = values["minutes"]?.last.flatMap(Double.init), minutes > 0, minutes < 1e6,
            values.keys.allSatisfy({ !["steps", "tokens", "epochs"].contains($0) }),
            let corpus = values["corpus"], !corpus.isEmpty, !corpus.contains("-"),
            let input = try? CorpusInput(paths: corpus, textKey: values["text-key"]?.last ?? "text"),
            let bytes = try? input.byteCount()
        else { return nil }
        func number(_ key: String) -> Int? { values[key]?.last.flatMap { Int($0) } }
        if let threads = number("threads"), (1...1024).contains(threads) {
            ThreadPool.shared.setThreadCount(threads)
        }
        let tokenizer = TokenizerGuess(values["tokenizer"]?.last ?? "bytes")
        let share = values["val-fraction"]?.last.flatMap(Double.init) ?? 0.1
        var situation = DefaultRecipe.Situation(
            seconds: minutes * 60, speed: try Self.measuredSpeed(vocabularySize: tokenizer.vocabularySize),
            trainingTokens: Int(Double(bytes) / tokenizer.bytesPerToken * (1 - min(max(share, 0), 1))),
            vocabularySize: tokenizer.vocabularySize)
        situation.family = values["arch"]?.last.flatMap { .init(rawValue: $0) } ?? .qwen3
        var fixed = DefaultRecipe.Fixed()
        (fixed.layers, fixed.dim, fixed.heads) = (number("layers"), number("dim"), number("heads"))
        (fixed.context, fixed.batch) = (number("context"), number("batch"))
        // Sizes that do not go together are reported when the options are checked.
        guard let recipe = try? DefaultRecipe(situation, fixed) else { return nil }
        settings = Preset.settings(recipe.settings, besideOptimizer: values["optimizer"]?.last).filter {
            values[$0.key] == nil && values["no-" + $0.key] == nil
        }
        explanation = recipe.explanation.filter { $0.options.isDisjoint(with: values.keys) }.map(\.text)
    }

    /// Model arithmetic of training steps of a model of three million weights, timed for a few seconds.
    ///
    /// Of the fastest step: what else runs on the machine in this moment should not choose the model.
    private static func measuredSpeed(vocabularySize: Int) throws -> Double {
        var configuration = PretrainConfiguration()
        (configuration.layers, configuration.dim, configuration.heads) = (4, 256, 4)
        configuration.optimizer = .muon
        let benchmark = TrainingBenchmark(configuration, vocabularySize: vocabularySize, warmup: 1, steps: 4)
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
            vocabularySize = max(257, Int(name.dropFirst(4)) ?? 4096)
            bytesPerToken = 3
        default: (vocabularySize, bytesPerToken) = (32_768, 4)
        }
    }
}
