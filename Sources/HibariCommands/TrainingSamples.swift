import HibariGeneration
import HibariModels
import HibariTokenizers
import HibariTraining

/// The texts that a model writes while it is trained.
struct TrainingSamples {
    private let generator: TextGenerator
    private let prompt: [UInt8]
    private let options: GenerationOptions

    /// - Throws: if the recipe wants samples and their prompt cannot be one.
    init(_ model: any LanguageModel, _ tokenizer: any Tokenizer, _ recipe: TrainingRecipe) throws {
        generator = TextGenerator(model: model, tokenizer: tokenizer)
        options = GenerationOptions(maxTokens: 200, sampling: SamplerConfiguration(seed: recipe.seed))
        let wanted = Array(recipe.samplePrompt.utf8)
        // Where the user says nothing, the beginning of a document, or the first entry of a vocabulary that has no
        // end-of-text token.
        prompt = wanted.isEmpty && tokenizer.endOfText == nil ? tokenizer.bytes(of: 0) : wanted
        if recipe.sampleEvery > 0 { try generator.check(prompt: prompt, options) }
    }

    func text() throws -> String {
        String(decoding: prompt, as: UTF8.self) + (try generator.generate(prompt: prompt, options)).text
    }
}
