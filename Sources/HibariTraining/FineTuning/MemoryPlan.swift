import HibariModels
import HibariSupport
import HibariTensor

/// What a fine-tuning run takes of the memory, in bytes.
public struct MemoryPlan: Sendable, Equatable {
    /// As they are held: float32 where they are trained, otherwise as in the file.
    public var weights: Double
    public var gradients: Double
    /// Moments of the optimizer, and the average of the weights.
    public var moments: Double
    /// What the blocks keep at least for the backward pass.
    public var activations: Double

    public var total: Double { weights + gradients + moments + activations }

    /// - Parameters:
    ///   - model: with its weights as they are stored.
    ///   - trained: the names of the weights of the model that are trained; its adapters all are.
    ///   - isFloat: whether all weights become float32.
    ///   - tokens: of a micro-batch.
    init(
        _ model: any LanguageModel, trained: Set<String>, isFloat: Bool, _ recipe: TrainingRecipe, tokens: Int
    ) {
        let adapters = model.adapters.flatMap(\.parameters)
        let all = model.parameters + adapters
        let changed = model.parameters.filter { trained.contains($0.name) } + adapters
        weights = all.reduce(0) { sum, parameter in
            sum + Double(isFloat ? 4 * parameter.shape.count : parameter.value.storedByteCount)
        }
        let count = changed.reduce(0) { $0 + $1.shape.count }
        let matrices = changed.reduce(0) { sum, parameter in
            if case .hiddenMatrix = parameter.role { sum + parameter.shape.count } else { sum }
        }
        gradients = 4 * Double(count)
        moments = 4 * Double(recipe.stateCount(total: count, hiddenMatrices: matrices))
        activations = recipe.activationBytes(
            blocks: TrainedPart.blocksPassed(changed.map(\.name), model.configuration),
            width: model.configuration.hiddenSize, tokens: Double(tokens))
    }

    /// Refuses what could only end by being killed.
    package func check(present: Int = physicalMemoryBytes()) throws(FineTuneError) {
        if total > Double(present) { throw .notEnoughMemory(self, present: present) }
    }

    public var text: String {
        "weights \(abbreviatedBytes(weights)), gradients \(abbreviatedBytes(gradients)), moments "
            + "\(abbreviatedBytes(moments)), activations at least \(abbreviatedBytes(activations)): "
            + "\(abbreviatedBytes(total))"
    }

    public var json: JSONValue {
        [
            "weights": .number(weights), "gradients": .number(gradients), "moments": .number(moments),
            "activations": .number(activations),
        ]
    }
}
