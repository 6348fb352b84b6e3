import HibariGeneration
import Testing

@Suite struct SamplerConfigurationTests {
    @Test func defaultsAreThoseOfLlamaCpp() throws {
        let configuration = SamplerConfiguration()
        #expect(configuration.temperature == 0.8)
        #expect(configuration.topK == 40)
        #expect(configuration.topP == 0.95)
        #expect(configuration.minP == 0.05)
        #expect(configuration.repeatPenalty == 1)
        #expect(configuration.repeatLastN == 64)
        #expect(configuration.penaltyScope == .output)
        #expect(!configuration.isGreedy)
        try configuration.validate()
    }

    @Test func theEndsOfTheRangesAreAllowed() throws {
        try SamplerConfiguration(
            temperature: 0, topK: 0, topP: 0, minP: 0, repeatPenalty: 0.01, repeatLastN: 0
        ).validate()
        try SamplerConfiguration(
            temperature: 1e300, topK: .max, topP: 1, minP: 1, repeatPenalty: 100, repeatLastN: .max
        ).validate()
    }

    @Test(arguments: [
        ("temperature", SamplerConfiguration(temperature: -0.1)),
        ("temperature", SamplerConfiguration(temperature: .nan)),
        ("temperature", SamplerConfiguration(temperature: .infinity)),
        ("top-k", SamplerConfiguration(topK: -1)),
        ("top-p", SamplerConfiguration(topP: 1.1)),
        ("top-p", SamplerConfiguration(topP: -0.1)),
        ("top-p", SamplerConfiguration(topP: .nan)),
        ("min-p", SamplerConfiguration(minP: 1.1)),
        ("min-p", SamplerConfiguration(minP: -0.1)),
        ("min-p", SamplerConfiguration(minP: .nan)),
        ("repeat-penalty", SamplerConfiguration(repeatPenalty: 0)),
        ("repeat-penalty", SamplerConfiguration(repeatPenalty: 101)),
        ("repeat-penalty", SamplerConfiguration(repeatPenalty: .nan)),
        ("repeat-last-n", SamplerConfiguration(repeatLastN: -1)),
    ])
    func anOptionOutsideItsRangeIsNamed(option: String, configuration: SamplerConfiguration) {
        #expect {
            try Sampler(configuration)
        } throws: {
            guard case .optionOutOfRange(option, _, _)? = $0 as? SamplingError else { return false }
            return ($0 as? SamplingError)?.exitStatus == .usage
        }
    }

    @Test func theMessageNamesOptionRangeAndValue() {
        #expect {
            try SamplerConfiguration(topP: 1.5).validate()
        } throws: {
            "\($0)" == "top-p must be from 0 to 1 (1 turns it off), got 1.5"
        }
    }
}
