import HibariGeneration
import HibariModels
import HibariNN
import HibariTokenizers

/// Random models that are small, and whose next tokens are far from even, so that a mistake shows in the
/// text.
enum TinyModels {
    static func make(
        _ family: ModelFamily, contextLength: Int = 16, vocabularySize: Int = 257, seed: UInt64 = 5
    ) throws -> any LanguageModel {
        let configuration = try DecoderConfiguration(
            family: family, vocabularySize: vocabularySize, contextLength: contextLength, layerCount: 2,
            hiddenSize: 24,
            headCount: 4, keyValueHeadCount: family == .gpt2 ? nil : 2, headDim: family == .gpt2 ? nil : 8,
            hasBias: family == .gpt2)
        return try configuration.makeModel(ParameterScope(.initialize(seed: seed)))
    }

    static func generator(_ family: ModelFamily, contextLength: Int = 16) throws -> TextGenerator {
        TextGenerator(model: try make(family, contextLength: contextLength), tokenizer: ByteTokenizer())
    }

    /// Settings under which a random model writes on and on.
    static func options(
        _ maxTokens: Int, seed: UInt64 = 1, greedy: Bool = false, slides: Bool = true, cache: Bool = true,
        stop: [String] = []
    ) -> GenerationOptions {
        GenerationOptions(
            maxTokens: maxTokens,
            sampling: SamplerConfiguration(
                temperature: 1, topK: 0, topP: 1, minP: 0, isGreedy: greedy, seed: seed),
            stopStrings: stop, slidesContext: slides, usesCache: cache)
    }
}
