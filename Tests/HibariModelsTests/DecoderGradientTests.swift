import HibariModels
import HibariTensor
import Testing

@Suite struct DecoderGradientTests {
    @Test(arguments: ModelFamily.allCases)
    func everyDerivativeOfATinyDecoderAgreesWithDifferences(family: ModelFamily) throws {
        for result in try checkDecoderGradients(of: family) {
            #expect(result.passed, "\(result.name): \(result.worst)")
            #expect(result.elementsChecked > 400)
        }
    }
}
