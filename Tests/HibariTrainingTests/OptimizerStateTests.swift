import HibariModels
import HibariNN
import HibariTraining
import Testing

/// What `plan` says an optimizer keeps is what it keeps.
@Suite struct OptimizerStateTests {
    @Test(arguments: TrainingRecipe.OptimizerKind.allCases, ModelFamily.allCases)
    func stateCount(_ kind: TrainingRecipe.OptimizerKind, _ family: ModelFamily) throws {
        let decoder = try DecoderConfiguration(
            family: family, vocabularySize: 11, contextLength: 8, layerCount: 2, hiddenSize: 8,
            headCount: 2, feedForwardSize: 20, hasBias: family == .gpt2)
        let model = try decoder.makeModel(ParameterScope(.initialize(seed: 1)))
        let groups = decoder.parameterGroups
        for momentum in [0, 0.5] {
            var recipe = TrainingRecipe()
            recipe.optimizer = kind
            recipe.beta1 = momentum
            let state = recipe.makeOptimizer(model.parameters).state
            let kept = state.reduce(0) { $0 + $1.tensor.count }
            #expect(recipe.stateCount(total: groups.total, hiddenMatrices: groups.hiddenMatrices) == kept)
            recipe.ema = 0.9
            #expect(
                recipe.stateCount(total: groups.total, hiddenMatrices: groups.hiddenMatrices) == kept
                    + model.parameterCount)
        }
    }
}
