import HibariGeneration
import HibariModels
import HibariNN
import HibariTokenizers
import Testing

/// What ends a text, and what reaches the reader of it.
@Suite struct TextGeneratorTests {
    private func generate(
        _ prompt: String, _ options: GenerationOptions, sample: Int = 0, family: ModelFamily = .qwen3
    ) throws -> GenerationResult {
        try TinyModels.generator(family).generate(prompt: Array(prompt.utf8), options, sampleIndex: sample)
    }

    @Test func sameSeedSameText() throws {
        let one = try generate("x", TinyModels.options(30, seed: 4))
        #expect(try generate("x", TinyModels.options(30, seed: 4)).tokens == one.tokens)
        #expect(try generate("x", TinyModels.options(30, seed: 5)).tokens != one.tokens)
    }

    @Test func eachSampleHasAStreamOfItsOwn() throws {
        let options = TinyModels.options(30)
        let generator = try TinyModels.generator(.llama)
        let inOrder = try (0..<3).map {
            try generator.generate(prompt: [65], options, sampleIndex: $0).tokens
        }
        let alone = try (0..<3).reversed().map {
            try generate("A", options, sample: $0, family: .llama).tokens
        }
        #expect(inOrder == alone.reversed())
        #expect(Set(inOrder).count == 3)
    }

    @Test func lengthEndsATextAndNoTokenMore() throws {
        let result = try generate("abc", TinyModels.options(7, greedy: true))
        #expect(result.finishReason == .length && result.tokens.count == 7)
        let none = try generate("abc", TinyModels.options(0))
        #expect(none.finishReason == .length && none.tokens.isEmpty && none.text.isEmpty)
    }

    @Test func withoutSlidingTheContextEndsIt() throws {
        let result = try generate("abcde", TinyModels.options(100, greedy: true, slides: false))
        #expect(result.finishReason == .context)
        #expect(result.tokens.count == 11)
        let sliding = try generate("abcde", TinyModels.options(11, greedy: true))
        #expect(result.tokens == sliding.tokens)
        let full = try generate("abcdefghijklmnopqrstuvwxyz", TinyModels.options(100, slides: false))
        #expect(full.finishReason == .context && full.tokens.isEmpty)
    }

    @Test func stopStringIsCutOff() throws {
        let free = try generate("hello", TinyModels.options(60, seed: 3))
        // Two neighbors in ASCII: what the model writes beside them need not be UTF-8.
        let place = free.tokens.indices.dropFirst(10).dropLast().first {
            free.tokens[$0] < 128 && free.tokens[$0 + 1] < 128
        }
        let start = try #require(place)
        let stop = String(decoding: free.tokens[start...start + 1].map { UInt8($0) }, as: UTF8.self)
        let stopped = try generate("hello", TinyModels.options(60, seed: 3, stop: ["never\u{0}", stop]))
        #expect(stopped.finishReason == .stop)
        let (all, cut) = (Array(free.text.utf8), Array(stopped.text.utf8))
        #expect(all.starts(with: cut + Array(stop.utf8)))
        #expect(stopped.tokens == Array(free.tokens[...(start + 1)]))
    }

    @Test func endOfTextEndsIt() throws {
        let model = try TinyModels.make(.llama)
        // Without the last norm all logits are 0, and the first id wins.
        model.parameters.first { $0.name == "model.norm.weight" }?.assign(.init(zeros: [24]))
        let result = try TextGenerator(model: model, tokenizer: EndFirst()).generate(
            prompt: [65], TinyModels.options(10, greedy: true))
        #expect(result.finishReason == .stop)
        #expect(result.text.isEmpty && result.tokens == [0])
    }

    @Test func emptyPromptBeginsADocument() throws {
        let result = try generate("", TinyModels.options(5, greedy: true))
        #expect(result.promptTokenCount == 1 && result.tokens.count == 5)
        let model = try TinyModels.make(.gpt2, vocabularySize: 2)
        let generator = TextGenerator(
            model: model, tokenizer: CharacterTokenizer(scalars: ["a", "b"], addsEndOfText: false))
        let error = #expect(throws: GenerationError.self) {
            try generator.generate(prompt: [], TinyModels.options(5))
        }
        #expect(error?.exitStatus == .usage)
    }

    @Test func unseenCharacterIsRefused() throws {
        let model = try TinyModels.make(.gpt2, vocabularySize: 2)
        let generator = TextGenerator(
            model: model, tokenizer: CharacterTokenizer(scalars: ["a", "b"], addsEndOfText: false))
        let error = #expect(throws: TokenizerError.self) {
            try generator.generate(prompt: Array("abc".utf8), TinyModels.options(5))
        }
        #expect(error == .unknownCharacter("c", offset: 2))
    }

    @Test func negativeLengthIsRefused() throws {
        #expect(throws: GenerationError.self) { try generate("a", TinyModels.options(-1)) }
    }

    @Test func returningFalseStops() throws {
        var pieces = 0
        let result = try TinyModels.generator(.llama).generate(prompt: [65], TinyModels.options(50)) { _ in
            pieces += 1
            return pieces < 3
        }
        #expect(result.finishReason == .stop && result.tokens.count < 50)
    }
}

/// From tokens: what stands before them, what ends them, and what is read of them.
@Suite struct TokenGenerationTests {
    private func generator(
        vocabularySize: Int = 257, text: TextConventions? = nil
    ) throws -> TextGenerator {
        TextGenerator(
            model: try TinyModels.make(.llama, contextLength: 64, vocabularySize: vocabularySize),
            tokenizer: ByteTokenizer(), text: text)
    }

    @Test func textIsThatOfItsTokens() throws {
        let generator = try generator()
        let options = TinyModels.options(20)
        let tokens = try generator.generate(promptTokens: [97, 98], options).tokens
        #expect(try generator.generate(prompt: Array("ab".utf8), options).tokens == tokens)
    }

    @Test func textsBeginWhereTheModelWantsIt() throws {
        let plain = try generator()
        #expect(try plain.tokens(of: Array("ab".utf8)) == [97, 98])
        #expect(try plain.tokens(of: []) == [256])
        let beginning = try generator(
            text: TextConventions(beginningToken: 7, addsBeginning: true, endTokens: [256]))
        #expect(try beginning.tokens(of: Array("ab".utf8)) == [7, 97, 98])
        #expect(try beginning.tokens(of: []) == [7])
    }

    @Test func anyEndTokenEnds() throws {
        let options = TinyModels.options(30, seed: 3)
        let free = try generator(text: TextConventions()).generate(promptTokens: [65], options)
        #expect(free.finishReason == .length && free.tokens.count == 30)
        let end = free.tokens[10]
        let place = try #require(free.tokens.firstIndex(of: end))
        let ended = try generator(text: TextConventions()).generate(
            promptTokens: [65], options, endTokens: [1000, end])
        #expect(ended.finishReason == .stop)
        #expect(ended.tokens == Array(free.tokens[...place]))
    }

    @Test func controlTokensThatEndNothingGiveNoText() throws {
        let model = try TinyModels.make(.llama, contextLength: 64)
        model.parameters.first { $0.name == "model.norm.weight" }?.assign(.init(zeros: [24]))
        let result = try TextGenerator(model: model, tokenizer: EndFirst(), text: TextConventions()).generate(
            promptTokens: [65], TinyModels.options(10, greedy: true))
        #expect(result.finishReason == .length)
        #expect(result.text.isEmpty && result.tokens == [Int32](repeating: 0, count: 10))
    }

    @Test func paddedIdsAreNeverWritten() throws {
        // Of 2000 ids 257 are the tokenizer's.
        let result = try generator(vocabularySize: 2000, text: TextConventions()).generate(
            promptTokens: [65], TinyModels.options(60))
        #expect(result.tokens.count == 60 && result.tokens.allSatisfy { $0 < 257 })
    }

    @Test func tokensOfAnotherVocabularyAreRefused() throws {
        for token: Int32 in [257, -1] {
            #expect(throws: SamplingError.self) {
                try generator().generate(promptTokens: [65, token], TinyModels.options(5))
            }
        }
        #expect(throws: GenerationError.self) {
            try generator().generate(promptTokens: [], TinyModels.options(5))
        }
    }

    @Test func interruptedBetweenTokens() throws {
        var asked = 0
        let result = try generator(text: TextConventions()).generate(
            promptTokens: [65], TinyModels.options(30),
            isInterrupted: {
                asked += 1
                return asked > 4
            })
        #expect(result.finishReason == .interrupted && result.tokens.count == 4)
    }

    @Test func sharedWindowReadsOnlyWhatIsNew() throws {
        let generator = try generator(text: TextConventions())
        let window = ContextWindow(generator.model, capacity: 4)
        let options = TinyModels.options(10, greedy: true)
        let prompt: [Int32] = [1, 2, 3, 4, 5]
        #expect(window.keptCount(of: prompt) == 0)
        let first = try generator.generate(promptTokens: prompt, options, window: window)
        let longer = prompt + first.tokens + [9, 8]
        // The last token written was never read.
        #expect(window.keptCount(of: longer) == 14)
        let other: [Int32] = [1, 2, 3, 7, 7, 7]
        #expect(window.keptCount(of: other) == 3)
        #expect(window.keptCount(of: prompt) == 4)
        for tokens in [longer, other, prompt] {
            let shared = try generator.generate(promptTokens: tokens, options, window: window).tokens
            #expect(try generator.generate(promptTokens: tokens, options).tokens == shared)
        }
    }
}

/// A tokenizer whose id 0 is the end of a text and whose other ids are letters.
private struct EndFirst: Tokenizer {
    var kind: String { "test" }
    var vocabularySize: Int { 257 }
    var endOfText: Int? { 0 }
    func encode(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError) {
        for index in bytes.indices { emit(Int32(bytes[index])) }
    }
    func bytes(of id: Int) -> [UInt8] { id == 0 ? [] : [65] }
    func isSpecial(_ id: Int) -> Bool { id == 0 }
    func huggingFaceFiles(contextLength: Int?) -> HuggingFaceTokenizerFiles {
        ByteTokenizer().huggingFaceFiles(contextLength: contextLength)
    }
}
