import HibariModels
import HibariOptimizers
import HibariSupport
import HibariTensor

/// From the horizon of a recipe to a number of steps.
struct RunLength {
    let task: any TrainingTask
    let recipe: TrainingRecipe
    /// On average, where sequences differ in length.
    let tokensPerStep: Double
    let stepsPerEpoch: Double
    /// Tokens or examples that are scored outside of the training: held-out ones at the end, and others the run is
    /// measured on.
    let scoredUnits: Int

    /// For minutes a probe measures a step, and the evaluations are set aside.
    func steps() throws -> Int {
        switch recipe.horizon {
        case .steps(let count): return try limited("steps", Double(count))
        case .tokens(let count): return try limited("tokens", (Double(count) / tokensPerStep).rounded(.up))
        case .epochs(let count): return try limited("epochs", (count * stepsPerEpoch).rounded(.up))
        case .minutes(let minutes):
            let started = monotonicSeconds()
            let step = try secondsPerStep(budget: min(10, max(1, minutes * 60 * 0.03)))
            let evaluation = try secondsOfEvaluation()
            var left = minutes * 60 - (monotonicSeconds() - started) - evaluation.outside
            let every = recipe.evaluateEvery
            left /= step + (every > 0 ? evaluation.periodic / Double(every) : 0)
            return try limited("minutes", left)
        }
    }

    private func limited(_ name: String, _ steps: Double) throws(ConfigurationError) -> Int {
        // Token counts must stay far from the largest integer.
        guard steps * tokensPerStep <= 1e18 else {
            let value = recipe.batchSettings.first { $0.key == name }?.value.text()
            throw .invalidValue(
                name: name, value: value ?? "", expected: "a run of at most 1e18 tokens")
        }
        return max(1, Int(steps))
    }

    /// The median time of a training step, measured for about `budget` seconds without changing the model.
    func secondsPerStep(budget: Double) throws -> Double {
        var times: [Double] = []
        let started = monotonicSeconds()
        let parameters = task.parameters
        let optimizer = recipe.makeOptimizer(parameters)
        let (norm, average) = (GradientNorm(parameters), recipe.makeAverage(parameters))
        while times.count < 3 || monotonicSeconds() - started < budget, times.count < 200 {
            let stepStart = monotonicSeconds()
            for parameter in parameters { parameter.clearGradient() }
            for index in 0..<recipe.accumulation {
                let microBatch = times.count * recipe.accumulation + index
                _ = try valueWithGradient { try task.loss(microBatch: microBatch) }
            }
            // A learning rate of 0 does the work of a step and leaves every weight as it is.
            optimizer.step(learningRate: 0, gradientScale: norm() > 0 ? 1 : 0)
            average?.update(step: times.count)
            times.append(monotonicSeconds() - stepStart)
        }
        for parameter in parameters { parameter.clearGradient() }
        return median(Array(times.dropFirst()))
    }

    private func secondsOfEvaluation() throws -> (periodic: Double, outside: Double) {
        let started = monotonicSeconds()
        guard let evaluation = try task.evaluate(isFinal: false) else { return (0, 0) }
        let periodic = monotonicSeconds() - started
        return (periodic, periodic * Double(scoredUnits) / Double(max(1, evaluation.units)))
    }
}
