import HibariModels
import HibariNN
import HibariTraining
import Testing

/// What `plan` says an optimizer keeps is what it keeps.
@Suite struct OptimizerStateTests {
    @Test(arguments: PretrainConfiguration.OptimizerKind.allCases, ModelFamily.allCases)
    func stateCount(_ kind: PretrainConfiguration.OptimizerKind, _ family: ModelFamily) throws {
        let decoder = try DecoderConfiguration(
            family: family, vocabularySize: 11, contextLength: 8, layerCount: 2, hiddenSize: 8,
            headCount: 2, feedForwardSize: 20, hasBias: family == .gpt2)
        let model = try decoder.makeModel(ParameterScope(.initialize(seed: 1)))
        for momentum in [0, 0.5] {
            var configuration = PretrainConfiguration()
            configuration.optimizer = kind
            configuration.beta1 = momentum
            let state = configuration.makeOptimizer(model.parameters).state
            let kept = state.reduce(0) { $0 + $1.tensor.count }
            #expect(configuration.stateCount(decoder.parameterGroups) == kept)
            configuration.ema = 0.9
            #expect(configuration.stateCount(decoder.parameterGroups) == kept + model.parameterCount)
        }
    }
}
