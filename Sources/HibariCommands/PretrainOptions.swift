import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariNN
import HibariSupport
import HibariTraining

extension ModelFamily: ExpressibleByArgument {}
extension Activation: ExpressibleByArgument {}
extension Recompute: ExpressibleByArgument {}

/// The text to learn from, and what of it is held out.
struct CorpusOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text files, folders, .gz, .jsonl, - for standard input, or a folder of corpus prepare.",
            valueName: "path"))
    var corpus: [String] = []

    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key"))
    var textKey = "text"

    @Option(help: ArgumentHelp("Share of the text held out at its end, from 0 to 1.", valueName: "share"))
    var valFraction = 0.1

    @Option(help: ArgumentHelp("A text of its own to hold out, instead of a share.", valueName: "path"))
    var val: String?
}

/// The text and the tokenizer.
struct DataOptions: ParsableArguments {
    @OptionGroup var text: CorpusOptions

    @Option(help: ArgumentHelp("bytes, chars, bpe:N or a folder with a tokenizer.json.", valueName: "name"))
    var tokenizer = "bytes"
}

/// The sizes of the model.
struct ModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Architecture: qwen3, qwen2, llama or gpt2.", valueName: "family"))
    var arch = ModelFamily.qwen3

    @Option(help: "Blocks.") var layers = 4
    @Option(help: "Query heads.") var heads = 4
    @Option(help: "Key and value heads, shared by query heads (default: as many as heads).") var kvHeads: Int?
    @Option(help: "Width of the model; a multiple of heads.") var dim = 128
    @Option(help: "Width of the MLP (default: 4·dim for gpt2, else 8/3·dim).") var ffnDim: Int?
    @Option(help: "Tokens the model sees at once.") var context = 256
    @Option(help: "Dropout probability.") var dropout = 0.0

    @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: "Biases in gpt2's layers and norms.")
    var bias = false

    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast, help: "Use the embedding as output projection too.")
    var tie = true

    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Start the output projections of attention, MLP and of an untied head at zero.")
    var zeroInit = false

    @Option(
        help: ArgumentHelp("gpt2's activation: geluTanh (the default), geluErf or relu.", valueName: "name"))
    var activation: Activation?

    func apply(to c: inout PretrainConfiguration) {
        c.family = arch
        c.layers = layers
        c.heads = heads
        c.keyValueHeads = kvHeads
        c.dim = dim
        c.feedForwardDim = ffnDim
        c.context = context
        c.dropout = dropout
        c.hasBias = bias
        c.tiesEmbeddings = tie
        c.activation = activation
        c.zeroesOutputs = zeroInit
    }
}

/// How long to train, and on how much at once.
struct RecipeOptions: ParsableArguments {
    @Option(help: "Sequences per step (default: 16; to fine-tune 8).") var batch: Int?
    @Option(help: "Sequences per forward pass; saves memory, same result without dropout (default: batch).")
    var microBatch: Int?

    @Option(
        help: ArgumentHelp(
            "Activations computed again in the backward pass instead of kept: none, mlp or block; same result.",
            valueName: "part"))
    var recompute = Recompute.none

    @Option(
        help:
            "Length of the run in steps (default: 2000, if no other length is given; to fine-tune by epochs)."
    )
    var steps: Int?
    @Option(help: "Length of the run in tokens.") var tokens: Int?
    @Option(help: "Length of the run in passes over the text (default of finetune: 1, of sft: 3).")
    var epochs: Double?
    @Option(help: "Length of the run in minutes; a short probe turns it into steps.") var minutes: Double?

    @Option(help: "Share of the target spread over all tokens.") var labelSmoothing = 0.0
    @Option(help: "Seed of weights, order of data and dropout.") var seed: UInt64 = 1

    func apply(to target: inout TrainingRecipe) throws {
        target.batch = batch ?? target.batch
        target.microBatch = microBatch
        target.recompute = recompute
        target.horizon = try horizon() ?? target.horizon
        target.labelSmoothing = labelSmoothing
        target.seed = seed
    }

    private func horizon() throws -> Horizon? {
        let given: [(String, Horizon)] = [
            steps.map { ("steps", .steps($0)) }, tokens.map { ("tokens", .tokens($0)) },
            epochs.map { ("epochs", .epochs($0)) }, minutes.map { ("minutes", .minutes($0)) },
        ].compactMap { $0 }
        if given.count > 1 { throw UsageError.conflictingOptions(given.map(\.0)) }
        return given.first?.1
    }
}

/// What is looked at and saved on the way.
struct MonitorOptions: ParsableArguments {
    @Option(help: "Steps between evaluations; 0 for only at the end (default: 250; to fine-tune 100).")
    var evalEvery: Int?
    @Option(
        help:
            "Batches of 4096 tokens of an evaluation on the way; 0 for all held-out text (default: 16; to fine-tune 4)."
    )
    var evalBatches: Int?
    @Option(help: "Steps between samples; 0 for none.") var sampleEvery = 0
    @Option(help: "What samples begin with.") var samplePrompt = ""
    @Option(help: "Steps between log rows.") var logEvery = 10
    @Option(help: "Steps between checkpoints, besides those of the best evaluations; 0 for none.")
    var saveEvery = 0
    @Option(help: "Newest checkpoints to keep, besides the best.") var keep = 2

    func apply(to recipe: inout TrainingRecipe) {
        recipe.evaluateEvery = evalEvery ?? recipe.evaluateEvery
        recipe.evaluationBatches = evalBatches ?? recipe.evaluationBatches
        recipe.sampleEvery = sampleEvery
        recipe.samplePrompt = samplePrompt
        recipe.logEvery = logEvery
        recipe.saveEvery = saveEvery
        recipe.keep = keep
    }
}

/// All options that make a `PretrainConfiguration`; `pretrain` and `plan` share them.
struct PretrainOptions: ParsableArguments {
    @OptionGroup(title: "Text") var data: DataOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Recipe") var recipe: RecipeOptions
    @OptionGroup(title: "Optimizer") var optimizer: OptimizerOptions
    @OptionGroup(title: "Monitoring") var monitor: MonitorOptions

    // Both are taken out of the arguments before they get here; declared for --help.
    @Option(help: ArgumentHelp("A named set of options: \(Preset.help).", valueName: "name"))
    var preset: String?

    @Option(help: ArgumentHelp("YAML or JSON file of options; the command line wins.", valueName: "file"))
    var config: String?

    func configuration() throws -> PretrainConfiguration {
        let configuration = try uncheckedConfiguration()
        try configuration.validate()
        return configuration
    }

    /// The same without a look at whether the values are possible.
    func uncheckedConfiguration() throws -> PretrainConfiguration {
        if data.text.corpus.isEmpty {
            throw UsageError.missingOption(name: "corpus", purpose: "name the text to train on")
        }
        var c = PretrainConfiguration()
        c.corpus = data.text.corpus
        c.textKey = data.text.textKey
        c.tokenizer = data.tokenizer
        c.validationFraction = data.text.valFraction
        c.validationPath = data.text.val
        model.apply(to: &c)
        try recipe.apply(to: &c.recipe)
        optimizer.apply(to: &c.recipe)
        monitor.apply(to: &c.recipe)
        return c
    }
}
