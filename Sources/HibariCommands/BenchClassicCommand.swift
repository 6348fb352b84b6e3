import ArgumentParser
import HibariCommandLine
import HibariSupport
import HibariTensor
import HibariTraining

extension ClassicBenchmark.Model: ExpressibleByArgument {}

struct BenchClassicCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classic", abstract: "Time the training step of a small network on random data.",
        discussion: """
            mlp is 784-hidden-hidden-10 with ReLU and dropout 0.2; cnn has two convolutions on 28×28 pictures, resnet20 is \
            that of He et al. on 3×32×32 ones; rnn, gru and lstm are one layer as wide as its \
            input, whose outputs go through a linear one to 32 classes. Cross-entropy and Adam.

            Example: hibari bench classic lstm --batch 64 --time 128 --hidden 256 --profile
            """)

    @Argument(help: ArgumentHelp("mlp, cnn, resnet20, rnn, gru or lstm.", valueName: "model"))
    var model: ClassicBenchmark.Model
    @Option(help: "Images or sequences per step.") var batch = 64
    @Option(help: "Steps of a sequence.") var time = 64
    @Option(help: "Units of a hidden layer.") var hidden = 128
    @Option(help: "Timed steps.") var steps = 20
    @Option(help: "Steps before them.") var warmup = 3
    @Flag(help: "Print the time of every op, forward and backward, and of the optimizer.")
    var profile = false
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        for (name, value) in [
            ("batch", batch), ("time", time), ("hidden", hidden), ("steps", steps), ("warmup", warmup),
        ] where !(1...100_000).contains(value) {
            throw UsageError.invalidOption(name: name, value: "\(value)", expected: "from 1 to 100000")
        }
        let benchmark = ClassicBenchmark(
            model, batch: batch, time: time, hidden: hidden, warmup: warmup, steps: steps)
        let profile = profile ? OpProfile() : nil
        let result = try benchmark.run(profile: profile)
        let table = profile.map { ProfileTable($0.rows, steps: steps) }
        guard !json else {
            let object: JSONValue = [
                "model": .string(model.rawValue), "parameters": .integer(result.parameters),
                "milliseconds_per_step": .number(result.medianSeconds * 1e3),
                "least_milliseconds": .number(result.stepSeconds.min()! * 1e3),
                "peak_memory_bytes": .integer(peakResidentBytes()),
                "system_allocations_per_step": .number(result.allocationsPerStep),
                "loss": .number(result.lastLoss), "profile": table?.json ?? .null,
            ]
            return printResult(object.text())
        }
        printResult(
            "\(model.rawValue), \(result.parameters) parameters: \(fixed(result.medianSeconds * 1e3, 3)) ms a step"
        )
        if let table { printResult(table.text) }
    }
}
