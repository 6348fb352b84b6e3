import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariSupport
import HibariTraining

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say what a pretraining run would take, before it is started.",
        discussion: """
            Takes the options of pretrain. Reads the text and runs a few steps for about three seconds (with --minutes, as long as pretrain probes); writes nothing.

            Example: hibari plan --corpus book.txt --preset micro
            """)

    @OptionGroup var options: PretrainOptions
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let configuration = try options.configuration()
        let pretraining = try Pretraining(configuration, run: nil)
        let secondsPerStep = try pretraining.secondsPerStep(budget: 3)
        let plan = Plan(pretraining, secondsPerStep: secondsPerStep)
        printResult(json ? plan.json.text() : plan.table)
    }
}

/// The figures of a planned run.
private struct Plan {
    let decoder: DecoderConfiguration
    let groups: DecoderConfiguration.ParameterGroups
    let steps: Int
    let tokensPerStep: Int
    let passes: Double
    let trainingTokens: Int
    let secondsPerStep: Double
    /// The largest resident memory during the probe: data, weights, gradients, moments, activations.
    let memory: Int
    /// The model of the run, and each checkpoint with the state of the optimizer; best, newest and the one being written.
    let disk: Int

    init(_ pretraining: Pretraining, secondsPerStep: Double) {
        let c = pretraining.configuration
        decoder = pretraining.model.configuration
        groups = decoder.parameterGroups
        steps = pretraining.totalSteps
        tokensPerStep = c.batch * c.context
        passes = Double(steps) / pretraining.stepsPerEpoch
        trainingTokens = pretraining.trainingTokens
        self.secondsPerStep = secondsPerStep
        memory = peakResidentBytes()
        let state = c.recipe.stateCount(total: groups.total, hiddenMatrices: groups.hiddenMatrices)
        disk = 4 * (groups.total + state) * (c.keep + 2)
    }

    var speed: Double { Double(tokensPerStep) / secondsPerStep }
    var seconds: Double { secondsPerStep * Double(steps) }

    var table: String {
        var lines = [
            "parameters     \(groups.total)",
            "  embedding    \(groups.embedding)",
            "  attention    \(groups.attention)",
            "  MLP          \(groups.feedForward)",
            "  norms        \(groups.norms)",
            "FLOPs          \(abbreviated(decoder.trainingFLOPsPerToken)) per token, "
                + "\(abbreviated(decoder.trainingFLOPsPerToken * Double(steps * tokensPerStep))) for the run",
            "run            \(steps) steps of \(tokensPerStep) tokens, \(fixed(passes, 1)) passes over "
                + "\(abbreviated(Double(trainingTokens))) tokens",
            "speed          \(abbreviated(speed)) tokens/s, "
                + "\(fixed(decoder.trainingFLOPsPerToken * speed / 1e9, 1)) GFLOP/s of model arithmetic (measured)",
            "time           \(duration(seconds)) of training, evaluations not counted",
            "memory         \(abbreviatedBytes(Double(memory))) at its peak (measured)",
            "disk           up to \(abbreviatedBytes(Double(disk))) while it runs",
        ]
        if passes > 8 {
            lines.append(
                "note           \(fixed(passes, 0)) passes over the text: a model this size may learn it by heart; watch the "
                    + "validation loss, or use more text, a smaller model or --dropout 0.1")
        }
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "parameters": .integer(groups.total), "embedding": .integer(groups.embedding),
            "attention": .integer(groups.attention), "mlp": .integer(groups.feedForward),
            "norms": .integer(groups.norms), "flops_per_token": .number(decoder.trainingFLOPsPerToken),
            "steps": .integer(steps), "tokens_per_step": .integer(tokensPerStep), "passes": .number(passes),
            "tokens_per_second": .number(speed), "seconds": .number(seconds),
            "memory_bytes": .integer(memory),
            "disk_bytes": .integer(disk),
        ]
    }
}
