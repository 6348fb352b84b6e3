import Glibc
import HibariModels
import HibariNN
import HibariTensor
import Testing

@Suite struct ZeroInitTests {
    private func model(_ family: ModelFamily, ties: Bool) throws -> any LanguageModel {
        try DecoderConfiguration(
            family: family, vocabularySize: 11, contextLength: 5, layerCount: 2, hiddenSize: 8, headCount: 2,
            tiesEmbeddings: ties
        ).makeModel(ParameterScope(.initialize(seed: 3, zeroesOutputs: true)))
    }

    private let ids = Tensor([1, 7, 0, 10, 4] as [Int32], shape: [1, 5])

    @Test(arguments: ModelFamily.allCases)
    func allTokensAreEquallyLikelyWithAHeadOfItsOwn(family: ModelFamily) throws {
        let losses = try model(family, ties: false).losses(ids, ids).array(of: Float.self)
        #expect(losses.allSatisfy { abs($0 - log(11)) < 1e-6 })
    }

    /// What a block adds is zero, so the order of the tokens before one does not reach it.
    @Test(arguments: ModelFamily.allCases)
    func everyBlockIsTheIdentity(family: ModelFamily) throws {
        let model = try model(family, ties: true)
        let other = Tensor([7, 1, 10, 0, 4] as [Int32], shape: [1, 5])
        let last = [ids, other].map { model.logits($0).slice(axis: 1, 4..<5).array(of: Float.self) }
        #expect(last[0] == last[1])
        #expect(last[0].contains { $0 != 0 })
    }
}
