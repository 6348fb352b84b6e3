import ArgumentParser
import HibariCheckpoint
import HibariCommandLine
import HibariModels
import HibariSupport

struct QuantizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize", abstract: "Write a model in fewer bits, and say what that costs.",
        discussion: """
            Writes a .gguf file as hibari convert does, and shows for each type of its tensors their size and by how much \
            the weights differ: the root of the mean square of the differences, relative to that of the weights. As in \
            llama.cpp a head of less than 8 bits is stored as Q8_0, and vectors as F32.

            Example: hibari quantize checkpoints/book --type q8_0 --out book-q8.gguf
            """)

    @Argument(help: modelArgumentHelp) var source: String
    @Option(help: "f16, bf16, q8_0, q5_1, q5_0, q4_1 or q4_0.") var type: String
    @OptionGroup var output: ConversionOutputOptions
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let type = try ggufType(named: type)
        let loaded = try LoadedModel(path: source)
        let before = loaded.model.parameters.reduce(0) { $0 + $1.value.storedByteCount }
        let conversion = ModelConversion(loaded, to: .gguf(type))
        let result = try conversion.write(to: output.out, replacing: output.force, verifies: true)
        let errors = try QuantizationError.measure(loaded.model, ggufFile: output.out)
        let after = errors.reduce(0) { $0 + $1.byteCount }
        guard !json else { return printResult(object(result, errors, before, after).text()) }
        var rows = [
            ("wrote", output.out),
            (
                "weights",
                "\(abbreviatedBytes(Double(before))) → \(abbreviatedBytes(Double(after))), "
                    + "\(fixed(8 * Double(after) / Double(loaded.model.parameterCount), 2)) bits per weight"
            ),
        ]
        rows += errors.map {
            (
                $0.type,
                "\(counted($0.tensorCount, "tensor")), \(abbreviatedBytes(Double($0.byteCount))), relative error "
                    + scientific($0.relativeError)
            )
        }
        rows += rowsOfExceptions(result.exceptions)
        if let comparison = result.comparison {
            rows.append(("KL", "\(scientific(comparison.divergence)) nats from the source, on a sample text"))
        }
        printResult(rows.map { padded($0.0, 10) + $0.1 }.joined(separator: "\n"))
    }

    private func object(
        _ result: ModelConversion.Result, _ errors: [QuantizationError], _ before: Int, _ after: Int
    ) -> JSONValue {
        [
            "out": .string(output.out), "bytes_before": .integer(before), "bytes_after": .integer(after),
            "kl": result.comparison.map { .number($0.divergence) } ?? .null,
            "types": .array(
                errors.map {
                    [
                        "type": .string($0.type), "tensors": .integer($0.tensorCount),
                        "elements": .integer($0.elementCount), "bytes": .integer($0.byteCount),
                        "relative_error": .number($0.relativeError),
                    ]
                }),
            "exceptions": .array(
                result.exceptions.map { ["name": .string($0.name), "type": .string($0.type)] }),
        ]
    }
}
