import HibariModels
import HibariTensor
import Testing

/// Greedy continuation against PyTorch, with and without the cache.
@Suite struct GoldenGenerationTests {
    private func argmax(_ row: some Sequence<Float>) -> Int32 {
        Int32(row.enumerated().max { $0.element < $1.element }!.offset)
    }

    @Test(arguments: Golden.models) func greedyWithCache(_ name: String) throws {
        let golden = try Golden(name)
        let expected = try golden.ids("greedy_ids").array(of: Int32.self)
        let cache = golden.model.makeCache()
        var (next, written) = (try golden.ids("prompt_ids").array(of: Int32.self), [Int32]())
        while written.count < expected.count {
            let token = argmax(golden.model.nextLogits(after: next, cache: cache).array(of: Float.self))
            written.append(token)
            next = [token]
        }
        #expect(written == expected)
    }

    @Test(arguments: Golden.models) func greedyWithoutCache(_ name: String) throws {
        let golden = try Golden(name)
        let expected = try golden.ids("greedy_ids").array(of: Int32.self)
        var text = try golden.ids("prompt_ids").array(of: Int32.self)
        let promptCount = text.count
        while text.count < promptCount + expected.count {
            let logits = golden.model.logits(Tensor(text, shape: [1, text.count]))
            text.append(argmax(logits.array(of: Float.self).suffix(golden.configuration.vocabularySize)))
        }
        #expect(Array(text.dropFirst(promptCount)) == expected)
    }

    @Test(arguments: Golden.models) func cachedLogitsAreThoseOfTheFullPass(_ name: String) throws {
        let golden = try Golden(name)
        let ids = try golden.inputs.array(of: Int32.self).prefix(16)
        let full = golden.model.logits(Tensor(Array(ids), shape: [1, 16])).numbers
        let cache = golden.model.makeCache()
        let stepwise = ids.flatMap { golden.model.nextLogits(after: [$0], cache: cache).numbers }
        #expect(relativeError(stepwise, full) <= 1e-6)
    }
}
