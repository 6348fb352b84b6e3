import ArgumentParser
import HibariCommandLine
import HibariKernels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTraining

struct BenchTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Time the training step of a model on random tokens.",
        discussion: """
            Trains with the loop of pretrain and prints the median step, the share of this machine's speed in large \
            products that the model's arithmetic reaches, and memory. --profile says where the time goes.

            Example: hibari bench train --shape B --profile
            """)

    // Taken out of the arguments before they get here; declared for --help.
    @Option(
        help: ArgumentHelp(
            "A named set of options: \(shapes.map { "\($0.name) (\($0.purpose))" }.joined(separator: "; ")).",
            valueName: "name"))
    var shape: String?

    @OptionGroup(title: "Model") var model: ModelOptions
    @Option(help: "Size of the vocabulary.") var vocabulary = 256
    @Option(help: "Sequences per step.") var batch = 16
    @Option(help: "Sequences per forward pass (default: batch).") var microBatch: Int?
    @Option(help: ArgumentHelp("As pretrain's: none, mlp or block.", valueName: "part"))
    var recompute = Recompute.none
    @Option(help: ArgumentHelp("As pretrain's.", valueName: "name"))
    var optimizer = TrainingRecipe.OptimizerKind.adamw
    @Option(help: "Timed steps.") var steps = 20
    @Option(help: "Steps before them.") var warmup = 3
    @Flag(help: "Print the time of every op, forward and backward, and of the rest of the step.")
    var profile = false
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    /// The shapes of Benchmarks/train_vs_torch.py.
    static let shapes = [
        shape("A", "4 layers of 128, context 64, batch 12, vocabulary 65", 4, 4, 128, 64, 12, 65),
        shape("B", "6 of 384, 256, 16, 65", 6, 6, 384, 256, 16, 65),
        shape("C", "8 of 512, 256, 8, 4096", 8, 8, 512, 256, 8, 4096),
        shape("D256", "GPT-2 124M, context 256, batch 1", 12, 12, 768, 256, 1, 50257, bias: true),
        shape("D1024", "the same, context 1024", 12, 12, 768, 1024, 1, 50257, bias: true),
    ]

    private static func shape(
        _ name: String, _ purpose: String, _ layers: Int, _ heads: Int, _ dim: Int, _ context: Int,
        _ batch: Int, _ vocabulary: Int, bias: Bool = false
    ) -> Preset {
        Preset(
            name: name, purpose: purpose,
            settings: [
                ("arch", "gpt2"), ("layers", "\(layers)"), ("heads", "\(heads)"), ("dim", "\(dim)"),
                ("context", "\(context)"), ("batch", "\(batch)"), ("vocabulary", "\(vocabulary)"),
                ("bias", "\(bias)"),
            ])
    }

    func run() throws {
        try threads.apply()
        for (name, value) in [("steps", steps), ("warmup", warmup)] where !(1...1_000_000).contains(value) {
            throw UsageError.invalidOption(name: name, value: "\(value)", expected: "from 1 to 1000000")
        }
        var configuration = PretrainConfiguration()
        model.apply(to: &configuration)
        configuration.batch = batch
        configuration.microBatch = microBatch
        configuration.recompute = recompute
        configuration.optimizer = optimizer
        let benchmark = TrainingBenchmark(
            configuration, vocabularySize: vocabulary, warmup: warmup, steps: steps)
        let profile = profile ? OpProfile() : nil
        let measurement = try benchmark.run(profile: profile)
        // Before the large product adds its matrices.
        let memory = peakResidentBytes()
        let report = TrainingReport(
            benchmark: benchmark, measurement: measurement, peakMemory: memory,
            productGigaflops: measuredGigaflops(size: 1024),
            peakGigaflops: (0..<20).map { _ in GemmBenchmark.measurePeak() }.max()!,
            profile: profile.map { ProfileTable($0.rows, steps: steps) })
        printResult(json ? report.json.text() : report.text)
    }
}

/// What `bench train` prints.
private struct TrainingReport {
    let benchmark: TrainingBenchmark
    let measurement: TrainingMeasurement
    let peakMemory: Int
    /// Of our best product of 1024³.
    let productGigaflops: Double
    /// Of multiply-adds in registers.
    let peakGigaflops: Double
    let profile: ProfileTable?

    private var gigaflops: Double { measurement.flopsPerSecond / 1e9 }
    private var parameters: Int { measurement.decoder.parameterGroups.total }

    var text: String {
        let decoder = measurement.decoder
        let summary = """
            model         \(decoder.family.rawValue), \(decoder.layerCount) layers, width \(decoder.hiddenSize), \
            context \(decoder.contextLength), vocabulary \(decoder.vocabularySize): \
            \(abbreviated(Double(parameters))) parameters; batch \(benchmark.configuration.batch)
            step          \(milliseconds(measurement.medianSeconds)) ms, the median of \(benchmark.steps) after \
            \(benchmark.warmup) (\(milliseconds(measurement.stepSeconds.min()!)) to \
            \(milliseconds(measurement.stepSeconds.max()!)))
            speed         \(fixed(measurement.tokensPerSecond, 0)) tokens/s
            arithmetic    \(fixed(gigaflops, 1)) GFLOP/s at \(abbreviated(decoder.trainingFLOPsPerToken)) FLOPs per token; \
            \(fixed(100 * gigaflops / productGigaflops, 0)) % of the \(fixed(productGigaflops, 0)) of a product of 1024³, \
            \(fixed(100 * gigaflops / peakGigaflops, 0)) % of the \(fixed(peakGigaflops, 0)) of multiply-adds in registers
            memory        \(abbreviatedBytes(Double(peakMemory))) at its peak, \
            \(abbreviatedBytes(Double(measurement.poolBytes))) in the buffer pool, \
            \(fixed(measurement.allocationsPerStep, 2)) allocations from the system per step
            machine       \(KernelTable.activeName), \(GemmBackend.active.rawValue) products, \
            \(ThreadPool.shared.threadCount) threads
            """
        return profile.map { summary + "\n\n" + $0.text } ?? summary
    }

    var json: JSONValue {
        let decoder = measurement.decoder
        return [
            "arch": .string(decoder.family.rawValue), "layers": .integer(decoder.layerCount),
            "heads": .integer(decoder.headCount), "dim": .integer(decoder.hiddenSize),
            "context": .integer(decoder.contextLength), "vocabulary": .integer(decoder.vocabularySize),
            "batch": .integer(benchmark.configuration.batch), "parameters": .integer(parameters),
            "optimizer": .string(benchmark.configuration.optimizer.rawValue),
            "kernels": .string(KernelTable.activeName), "gemm": .string(GemmBackend.active.rawValue),
            "threads": .integer(ThreadPool.shared.threadCount), "warmup": .integer(benchmark.warmup),
            "steps": .integer(benchmark.steps),
            "milliseconds_per_step": .number(measurement.medianSeconds * 1e3),
            "least_milliseconds": .number(measurement.stepSeconds.min()! * 1e3),
            "most_milliseconds": .number(measurement.stepSeconds.max()! * 1e3),
            "mean_milliseconds": .number(
                measurement.stepSeconds.reduce(0, +) / Double(benchmark.steps) * 1e3),
            "tokens_per_second": .number(measurement.tokensPerSecond),
            "flops_per_token": .number(decoder.trainingFLOPsPerToken), "gigaflops": .number(gigaflops),
            "product_gigaflops": .number(productGigaflops),
            "product_share": .number(gigaflops / productGigaflops),
            "peak_gigaflops": .number(peakGigaflops), "peak_share": .number(gigaflops / peakGigaflops),
            "peak_memory_bytes": .integer(peakMemory), "pool_bytes": .integer(measurement.poolBytes),
            "system_allocations_per_step": .number(measurement.allocationsPerStep),
            "loss": .number(measurement.lastLoss), "profile": profile?.json ?? .null,
        ]
    }
}

private func milliseconds(_ seconds: Double) -> String { fixed(seconds * 1e3, 2) }
