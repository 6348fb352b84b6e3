import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariSupport

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Put adapters into the weights of their model.",
        discussion: """
            Reads a folder of adapters, made here or by PEFT, and the model that they belong to, and writes a folder with \
            the model that computes the same without them, in float32, as transformers reads it. hibari convert makes other \
            forms of that.

            Example: hibari merge checkpoints/adapter --out merged
                     hibari merge adapter --base SmolLM2.gguf --out merged
            """)

    @Argument(help: "A folder with adapter_config.json and adapter_model.safetensors.") var adapter: String
    @Option(
        help: ArgumentHelp(
            "The model that the adapters belong to (default: the one that they name).", valueName: "model"))
    var base: String?
    @OptionGroup var output: ConversionOutputOptions
    @Flag(help: "Read the result again and compare its predictions with those of the model in memory.")
    var verify = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let folder = try AdapterFolder(path: adapter, base: base)
        let loaded = try LoadedModel(path: folder.basePath, weights: .float32, lowRank: folder.plan)
        try loaded.model.mergeAdapters()
        let conversion = ModelConversion(loaded, to: .huggingFace(.float32))
        _ = try conversion.write(to: output.out, replacing: output.force, verifies: verify)
        let rows = [
            ("adapters", "\(loaded.model.adapters.count), \(folder.configuration)"),
            ("base", folder.basePath), ("wrote", output.out),
        ]
        printResult(rows.map { padded($0.0, 10) + $0.1 }.joined(separator: "\n"))
    }
}
