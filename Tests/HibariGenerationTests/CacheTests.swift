import HibariGeneration
import HibariModels
import HibariSupport
import HibariTensor
import Testing

/// Reading each token once must give what reading the whole context again gives.
@Suite struct CacheTests {
    static let prompts = ["a", "A prompt", "A prompt that is far longer than the context of sixteen tokens."]

    @Test(arguments: ModelFamily.allCases, prompts)
    func cachedTextEqualsUncached(_ family: ModelFamily, _ prompt: String) throws {
        let generator = try TinyModels.generator(family)
        for greedy in [true, false] {
            let cached = try generator.generate(
                prompt: Array(prompt.utf8), TinyModels.options(60, greedy: greedy))
            let uncached = try generator.generate(
                prompt: Array(prompt.utf8), TinyModels.options(60, greedy: greedy, cache: false))
            #expect(cached.tokens == uncached.tokens)
            #expect(cached.text == uncached.text)
            #expect(cached.finishReason == uncached.finishReason)
            #expect(cached.promptTokenCount == prompt.utf8.count)
        }
    }

    @Test(arguments: ModelFamily.allCases)
    func logitsAreTheSameBitsHoweverTheTextIsCut(_ family: ModelFamily) throws {
        let model = try TinyModels.make(family)
        let ids = (0..<16).map { Int32(($0 * 37 + 11) % 257) }
        let whole = model.nextLogits(after: ids, cache: model.makeCache()).array(of: Float.self)
        for cut in [1, 2, 7, 15] {
            let cache = model.makeCache()
            _ = model.nextLogits(after: Array(ids[..<cut]), cache: cache)
            #expect(model.nextLogits(after: Array(ids[cut...]), cache: cache).array(of: Float.self) == whole)
        }
        let cache = model.makeCache()
        var last: [Float] = []
        for id in ids { last = model.nextLogits(after: [id], cache: cache).array(of: Float.self) }
        #expect(last == whole)
        #expect(cache.count == 16)
    }

    @Test(arguments: ModelFamily.allCases)
    func truncatedCacheForgets(_ family: ModelFamily) throws {
        let model = try TinyModels.make(family)
        let cache = model.makeCache()
        let first = model.nextLogits(after: [1, 2, 3], cache: cache).array(of: Float.self)
        _ = model.nextLogits(after: [9, 8, 7], cache: cache)
        cache.truncate(to: 2)
        #expect(model.nextLogits(after: [3], cache: cache).array(of: Float.self) == first)
    }

    @Test(arguments: ModelFamily.allCases)
    func cachedLogitsAgreeWithTheFullPass(_ family: ModelFamily) throws {
        let model = try TinyModels.make(family)
        let ids = (0..<16).map { Int32(($0 * 91 + 5) % 257) }
        let full = model.logits(Tensor(ids, shape: [1, 16])).array(of: Float.self).suffix(257)
        let cached = model.nextLogits(after: ids, cache: model.makeCache()).array(of: Float.self)
        let scale = full.map { abs($0) }.max() ?? 1
        #expect(zip(full, cached).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
    }

    /// A model with a context of one token has nothing to slide to but the last token.
    @Test(arguments: ModelFamily.allCases) func contextOfOneToken(_ family: ModelFamily) throws {
        let generator = try TinyModels.generator(family, contextLength: 1)
        let cached = try generator.generate(prompt: Array("ab".utf8), TinyModels.options(9))
        let uncached = try generator.generate(prompt: Array("ab".utf8), TinyModels.options(9, cache: false))
        #expect(cached.tokens == uncached.tokens)
    }
}

/// The number of threads must not show in a text. Serialized, as the pool's size is the whole process's.
@Suite(.serialized) struct ThreadCountTests {
    @Test(arguments: ModelFamily.allCases) func textIsTheSameOnOneTwoAndThreeThreads(_ family: ModelFamily)
        throws
    {
        let before = ThreadPool.shared.threadCount
        defer { ThreadPool.shared.setThreadCount(before) }
        for greedy in [true, false] {
            let texts = try [1, 2, 3].map { threads in
                ThreadPool.shared.setThreadCount(threads)
                return try TinyModels.generator(family).generate(
                    prompt: Array("Once upon a time there was a lark".utf8),
                    TinyModels.options(40, greedy: greedy)
                ).tokens
            }
            #expect(texts[0] == texts[1] && texts[0] == texts[2])
        }
    }
}
