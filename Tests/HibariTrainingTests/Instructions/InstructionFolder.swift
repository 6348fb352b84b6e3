import HibariChat
import HibariModels
import HibariNN
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import HibariTraining

/// Questions and answers about birds in a folder, for a model that reads bytes.
final class InstructionFolder {
    private let directory = TemporaryDirectory()
    var path: String { directory.path }
    let tokenizer = ByteTokenizer()

    /// Questions and answers of many lengths, in Alpaca's form.
    static func records(_ count: Int) -> String {
        (0..<count).map { index in
            let birds = (0..<index * 7 % 5 + 1).map { "bird \($0 * 3 + index)" }.joined(separator: " and ")
            let answer = String(repeating: "It sings. ", count: index * 11 % 4 + 1)
            return #"{"instruction": "What does \#(birds) do?", "output": "\#(answer)"}"# + "\n"
        }.joined()
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try directory.write(name, text) }

    func format(context: Int = 256, _ template: BuiltInTemplate = .plain) -> InstructionFormat {
        InstructionFormat(
            template: ChatTemplate(.builtIn(template), tokens: ChatTokens(of: tokenizer)),
            tokenizer: tokenizer, contextLength: context)
    }

    func data(
        _ count: Int = 40, heldOut: HeldOutExamples = .share(0.2), context: Int = 256
    ) throws -> InstructionData {
        try InstructionData(
            path: try write("data.jsonl", Self.records(count)), heldOut: heldOut, format(context: context))
    }

    func model(_ family: ModelFamily = .llama) throws -> any LanguageModel {
        try DecoderConfiguration(
            family: family, vocabularySize: tokenizer.vocabularySize, contextLength: 256, layerCount: 2,
            hiddenSize: 32, headCount: 4
        ).makeModel(ParameterScope(.initialize(seed: 5)))
    }
}
