import ArgumentParser
import HibariCommandLine
import HibariKernels
import HibariReports
import HibariSupport
import HibariTraining

/// A fine-tuning run on the terminal: what it is, how it goes, what came of it and what comes next.
struct FineTuneSession {
    private let tuning: FineTuning
    private let folder: String
    /// The template asked for, where examples are learned.
    private let template: String?

    init(_ tuning: FineTuning, folder: String, template: String? = nil) {
        self.tuning = tuning
        self.folder = folder
        self.template = template
    }

    private var isAdapter: Bool { tuning.configuration.lowRank != nil }

    func train(json: Bool) throws {
        let samples = try TrainingSamples(tuning.model, tuning.base.tokenizer, tuning.configuration.recipe)
        printToStandardError(summary)
        for note in tuning.data.notes { printToStandardError("note       \(note)") }
        StopSignal.catchSignals()
        let progress = ProgressPrinter()
        let command = ["hibari"] + CommandLine.arguments.dropFirst()
        let result = try tuning.start(
            command: command, version: hibariVersion,
            measured: { scores in
                if let evaluation = scores.heldOut {
                    printToStandardError("before     held-out loss \(fixed(evaluation.loss, 4))")
                }
            },
            observe: { event in
                if case .sample(let step, let record) = event {
                    let text = try samples.text()
                    try record(text)
                    progress.sample(step: step, text)
                } else {
                    progress.show(event)
                }
            })
        let run = RunDirectory(path: folder)
        try writeFileAtomically(run.reportFile, Report(run: run).html())
        progress.finish(result.training, folder: folder)
        for line in outcome(result) { printToStandardError(line) }
        if json { printResult(jsonResult(result).text()) }
        if let signal = result.training.stoppedBy { throw ExitCode(128 + signal) }
    }

    private var summary: String {
        let c = tuning.model.configuration
        let steps = tuning.totalSteps
        return """
            base       \(tuning.configuration.model): \(c.family.rawValue), \(counted(c.layerCount, "layer")), width \
            \(c.hiddenSize), context \(c.contextLength), of which \(tuning.context) are used
            data       \(tuning.data.summary)
            \(tuning.table.text)
            memory     \(tuning.memory.text)
            run        \(counted(steps, "step")) of about \(abbreviated(tuning.data.tokensPerStep)) tokens, \
            \(fixed(Double(steps) / tuning.data.stepsPerEpoch, 1)) passes; learning rate \
            \(scientific(tuning.configuration.recipe.learningRate)); \(KernelTable.activeName), \
            \(ThreadPool.shared.threadCount) threads
            """
    }

    /// What the run did to the scores, and the commands that use its result.
    private func outcome(_ result: FineTuneResult) -> [String] {
        let isInstruction = tuning.data is InstructionRunData
        if result.training.stoppedBy != nil {
            return ["next       hibari \(isInstruction ? "sft" : "finetune") --resume \(folder)"]
        }
        func change(_ name: String, _ before: Evaluation?, _ after: Evaluation?) -> String? {
            guard let before, let after else { return nil }
            let percent = 100 * (after.loss / before.loss - 1)
            return "\(name)  \(fixed(before.loss, 4)) before, \(fixed(after.loss, 4)) after "
                + "(\(percent > 0 ? "+" : "")\(fixed(percent, 1)) %)"
        }
        var lines = [
            change("held-out ", result.before.heldOut, result.after?.heldOut),
            change("forgetting", result.before.base, result.after?.base),
        ].compactMap { $0 }
        if let step = result.publishedStep, step != result.training.steps {
            lines.append("published  step \(step), which scored best on the held-out data")
        }
        let use = isInstruction ? "chat" : "generate"
        let option = isInstruction ? template.map { " --template \($0)" } ?? "" : ""
        lines.append("next       hibari \(use) \(folder)\(option)")
        lines.append(
            isAdapter
                ? "           hibari merge \(folder) --out MODEL   (one model of base and adapter)"
                : "           hibari convert \(folder) --to gguf --out MODEL.gguf   (for llama.cpp)")
        return lines
    }

    private func jsonResult(_ result: FineTuneResult) -> JSONValue {
        func loss(_ evaluation: Evaluation?) -> JSONValue { evaluation.map { .number($0.loss) } ?? .null }
        let (before, after, training) = (result.before, result.after, result.training)
        return [
            "out": .string(folder), "steps": .integer(training.steps),
            "total_steps": .integer(training.totalSteps),
            "published_step": result.publishedStep.map { .integer($0) } ?? .null,
            "parameters": .integer(tuning.table.trained + tuning.table.frozen),
            "trained_parameters": .integer(tuning.table.trained), "loss": .number(training.lastLoss),
            "val_loss_before": loss(before.heldOut), "val_loss": loss(after?.heldOut),
            "base_loss_before": loss(before.base), "base_loss": loss(after?.base),
            "seconds": .number(training.seconds), "tokens_per_second": .number(training.unitsPerSecond),
            "peak_memory_bytes": .integer(peakResidentBytes()),
        ]
    }
}
