import ArgumentParser
import HibariCommandLine
import HibariNN
import HibariSupport
import HibariTraining

extension FineTuneConfiguration.BaseWeights: ExpressibleByArgument {}

/// Which weights are trained.
struct TrainedPartOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Train adapters beside the frozen base, e.g. r=8,alpha=16,targets=all-linear,dropout=0; add rslora or dora.",
            valueName: "spec"))
    var lora: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Parameters that stay as they are, by patterns of their names: '*embed*' 'model.layers.[0-3].*'.",
            valueName: "pattern"))
    var freeze: [String] = []

    @Option(
        help: ArgumentHelp(
            "Train only the last n blocks, the final norm, and a head that is not tied.", valueName: "n"))
    var trainLast: Int?

    @Option(
        help: ArgumentHelp(
            "The frozen base beside adapters: stored, as its file has it, or float32.", valueName: "form"))
    var baseWeights = FineTuneConfiguration.BaseWeights.stored

    @Option(
        help: ArgumentHelp(
            "A text that the model should not forget: its loss is reported before and after.",
            valueName: "path"))
    var baseCorpus: String?
}

/// The options that `finetune` and `sft` share.
struct FineTuneOptions: ParsableArguments {
    @OptionGroup(title: "Trained part") var part: TrainedPartOptions
    @OptionGroup(title: "Recipe") var recipe: RecipeOptions
    @OptionGroup(title: "Optimizer") var optimizer: OptimizerOptions
    @OptionGroup(title: "Monitoring") var monitor: MonitorOptions

    @Option(
        help: ArgumentHelp("The model, in a file of options; otherwise the argument.", visibility: .hidden))
    var model: String?

    // Taken out of the arguments before they get here; declared for --help.
    @Option(help: ArgumentHelp("YAML or JSON file of options; the command line wins.", valueName: "file"))
    var config: String?

    /// - Parameters:
    ///   - argument: the model on the command line.
    ///   - context: tokens of a sequence.
    ///   - horizon: where no length of the run is given.
    func configuration(
        _ argument: String?, context: Int?, horizon: Horizon
    ) throws -> FineTuneConfiguration {
        guard let path = argument ?? model else {
            throw UsageError.missingOption(
                name: "model", purpose: "name the model first, as in hibari finetune MODEL")
        }
        var c = FineTuneConfiguration(
            model: path, lowRank: try part.lora.map { try LowRankConfiguration(parsing: $0) })
        c.baseWeights = part.baseWeights
        c.freeze = part.freeze
        c.trainLast = part.trainLast
        c.baseCorpus = part.baseCorpus
        c.context = context
        c.recipe.horizon = horizon
        try recipe.apply(to: &c.recipe)
        optimizer.apply(to: &c.recipe)
        monitor.apply(to: &c.recipe)
        try c.validate()
        return c
    }
}

/// Where a run goes, and what is printed of it.
struct FineTuneOutput: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of the run; must not hold one yet.", valueName: "folder"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Continue the run in this folder; takes no other options but threads.", valueName: "folder"))
    var resume: String?

    @Flag(help: "Print the resolved options as YAML and exit.") var printConfig = false
    @Flag(help: "Print one JSON object with the results.") var json = false
    @OptionGroup var threads: ThreadOptions

    /// The folder of a new run.
    func folder() throws -> String {
        guard let out else {
            throw UsageError.missingOption(name: "out", purpose: "name the folder of the run")
        }
        return out
    }
}

extension SavedRun {
    /// The options of a fine-tuning run, with the paths where they lead from here.
    func located(_ configuration: FineTuneConfiguration) -> FineTuneConfiguration {
        var located = configuration
        located.model = found(configuration.model)
        located.baseCorpus = configuration.baseCorpus.map(found)
        return located
    }
}
