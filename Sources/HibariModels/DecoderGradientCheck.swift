import HibariNN
import HibariTensor

/// Checks the derivatives of the loss of a tiny decoder with respect to every parameter, end to end, in
/// float64: once plain, once with everything switched on that the family has (biases, an untied head, grouped
/// queries, YaRN, dropout).
package func checkDecoderGradients(of family: ModelFamily) throws -> [GradientCheckResult] {
    let plain = try DecoderConfiguration(
        family: family, vocabularySize: 11, contextLength: 8, layerCount: 2, hiddenSize: 12, headCount: 2,
        feedForwardSize: 16)
    let full = try DecoderConfiguration(
        family: family, vocabularySize: 11, contextLength: 8, layerCount: 2, hiddenSize: 16, headCount: 4,
        keyValueHeadCount: family == .gpt2 ? nil : 2, feedForwardSize: 24,
        ropeScaling: family == .gpt2 ? nil : .yarn(YaRNScaling(factor: 4, originalContextLength: 4)),
        tiesEmbeddings: false, hasBias: family == .gpt2,
        attentionBias: family == .llama || family == .qwen3 ? .all : .none, hasMLPBias: family == .llama,
        activation: family == .gpt2 ? .geluErf : .geluTanh, dropout: 0.25)
    return try [("tiny decoder", plain), ("tiny decoder, all switches", full)].map { name, configuration in
        let model = try configuration.makeModel(ParameterScope(.initialize(seed: 3), dtype: .float64))
        let ids = Tensor([1, 5, 2, 10, 3, 3, 7, 0, 9, 4, 6, 1, 8, 2] as [Int32], shape: [2, 7])
        let targets = Tensor(
            [5, 2, 10, 3, 3, 7, 0, 4, 6, 1, 8, 2, ignoredTarget, 9] as [Int32], shape: [2, 7])
        return checkGradients(name: name, parameters: model.parameters, elementsPerParameter: 40) {
            model.loss(ids, targets, .training(seed: 1, step: 0))
        }
    }
}
