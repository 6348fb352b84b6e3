import ArgumentParser
import HibariCommandLine
import HibariOptimizers
import HibariTraining

/// How a network is trained; what is not given stays as the task's recipe has it.
struct TrainingOptions: ParsableArguments {
    @Option(help: "Passes over the training data.") var epochs: Int?
    @Option(help: "Examples in a step.") var batch: Int?
    @Option(help: "Learning rate.") var lr: Double?
    @Option(
        help: ArgumentHelp(
            "What moves the weights: \(OptimizerChoice.names.joined(separator: ", ")).", valueName: "name"))
    var optimizer: String?
    @Option(help: ArgumentHelp("constant, cosine, linear or wsd.", valueName: "name"))
    var schedule: LearningRateSchedule.Shape?

    /// The recipe with what was given on the command line.
    func applied(to recipe: FitOptions) throws -> FitOptions {
        var options = recipe
        if let epochs { options.epochs = epochs }
        if let batch { options.batch = batch }
        if let optimizer { options.optimizer = try OptimizerChoice(named: optimizer) }
        if let lr { options.optimizer.learningRate = lr }
        // The rate that a schedule ends at stays the same part of the highest.
        options.minimumRate *= options.optimizer.learningRate / recipe.optimizer.learningRate
        if let schedule { options.schedule = schedule }
        return options
    }
}
