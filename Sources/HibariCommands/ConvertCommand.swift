import ArgumentParser
import HibariCheckpoint
import HibariCommandLine
import HibariModels
import HibariSupport

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a model as transformers or llama.cpp reads it.",
        discussion: """
            hf writes a folder: config.json, model.safetensors, the tokenizer and its chat template. gguf writes one file. \
            Weights that have the type already are copied as they are; all others are rounded once. With --verify the result \
            is read again and must predict what its source predicts, as far as the type allows; otherwise nothing is \
            written, and the exit code is 65.

            Example: hibari convert checkpoints/book --to gguf --type q8_0 --out book.gguf --verify
                     hibari convert SmolLM2.gguf --to hf --type bf16 --out smollm2
            """)

    enum Target: String, ExpressibleByArgument, CaseIterable { case hf, gguf }

    @Argument(help: modelArgumentHelp) var source: String
    @Option(help: "hf or gguf.") var to: Target
    @Option(
        help: ArgumentHelp(
            "Of the matrices: f32, f16, bf16; for gguf also q8_0, q5_1, q5_0, q4_1, q4_0.", valueName: "type")
    )
    var type = "f32"
    @OptionGroup var output: ConversionOutputOptions
    @Flag(help: "Read the result again and compare its predictions with those of the source.") var verify =
        false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let form = try form
        let conversion = ModelConversion(try LoadedModel(path: source), to: form)
        let result = try conversion.write(to: output.out, replacing: output.force, verifies: verify)
        var rows = [("wrote", "\(output.out), \(abbreviatedBytes(Double(try byteCount(at: output.out))))")]
        rows += rowsOfExceptions(result.exceptions)
        if let comparison = result.comparison {
            rows.append(
                (
                    "verified",
                    "on \(comparison.positions) positions: logits differ by at most "
                        + "\(scientific(comparison.largestDifference)), \(scientific(comparison.meanDifference)) "
                        + "on average, KL \(scientific(comparison.divergence)) nats"
                ))
        }
        printResult(rows.map { padded($0.0, 10) + $0.1 }.joined(separator: "\n"))
    }

    private var form: ModelForm {
        get throws {
            switch to {
            case .gguf: return .gguf(try ggufType(named: type))
            case .hf:
                let types: [String: SafetensorsDType] = ["f32": .float32, "f16": .float16, "bf16": .bfloat16]
                guard let dtype = types[type.lowercased()] else {
                    throw UsageError.invalidOption(
                        name: "type", value: type, expected: "f32, f16 or bf16 for --to hf")
                }
                return .huggingFace(dtype)
            }
        }
    }
}

/// Where a converted model goes.
struct ConversionOutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("File or folder to write.", valueName: "path")) var out: String
    @Flag(help: "Replace what is there: a file, or a folder with a model.") var force = false
}

/// The type of this name that models can be written in.
func ggufType(named name: String) throws -> GGUFType {
    guard let type = ggufTypes.first(where: { $0.name == name.uppercased() }) else {
        throw UsageError.invalidOption(
            name: "type", value: name,
            expected: ggufTypes.map { $0.name.lowercased() }.joined(separator: ", "))
    }
    return type
}

/// What to say of matrices that could not have the type asked for.
func rowsOfExceptions(_ exceptions: [WrittenModel.Exception]) -> [(String, String)] {
    exceptions.map { ("as \($0.type)", "\($0.name), whose rows are no whole blocks") }
}

/// The bytes of a file, or of all files of a folder.
func byteCount(at path: String) throws -> Int {
    guard directoryExists(path) else { return try MappedFile(path: path).bytes.count }
    return try listDirectory(path).reduce(0) { $0 + (try byteCount(at: joinPath(path, $1))) }
}
