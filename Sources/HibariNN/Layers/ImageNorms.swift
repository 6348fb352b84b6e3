import HibariTensor

/// BatchNorm of channels: in training with the statistics of the batch, which also move the running ones; otherwise
/// with the running ones. See `batchNorm`.
///
/// running ← (1 − momentum)·running + momentum·batch, with the unbiased variance, as in PyTorch. When weight and bias are
/// frozen the norm is too, as in Keras: it keeps and uses the running statistics of what it learned from.
public struct BatchNorm {
    /// `[channels]` each.
    public let weight, bias: Parameter
    /// `[channels]` each; saved with the model, not trained.
    public let runningMean, runningVariance: Parameter
    public let epsilon, momentum: Double

    /// - Parameter scope: gives `weight`, `bias`, `running_mean` and `running_var`.
    public init(
        _ scope: ParameterScope, channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1
    ) throws {
        weight = try scope.parameter("weight", [channels], .ones, role: .vector)
        bias = try scope.parameter("bias", [channels], .zeros, role: .vector)
        runningMean = try scope.buffer("running_mean", [channels], .zeros)
        runningVariance = try scope.buffer("running_var", [channels], .ones)
        self.epsilon = epsilon
        self.momentum = momentum
    }

    /// `[N, channels]` or `[N, channels, spatial...]`, of more than one element a channel in training.
    ///
    /// - Parameters:
    ///   - residual: added after the norm, shaped as `x`.
    ///   - appliesReLU: a rectifier in the same pass, behind the residual if there is one.
    public func callAsFunction(
        _ x: Tensor, residual: Tensor?, appliesReLU: Bool = false, _ context: ForwardContext
    ) -> Tensor {
        let running = ChannelStatistics(mean: runningMean.value, variance: runningVariance.value)
        let isTrainable = weight.isTrainable || bias.isTrainable
        let learns = context.isTraining && isTrainable
        if isTrainable, x.count == x.shape[1] { context.noteSingleNumbers?() }
        let (output, statistics) = batchNorm(
            x, weight: weight.tensor, bias: bias.tensor, statistics: learns ? nil : running,
            epsilon: epsilon, residual: residual, appliesReLU: appliesReLU)
        if learns {
            let count = Double(x.count / x.shape[1])
            precondition(
                count > 1, "BatchNorm: \(x.shape) has one element a channel; training needs a variance")
            runningMean.move(to: statistics.mean, by: momentum)
            runningVariance.move(to: (count / (count - 1)) * statistics.variance, by: momentum)
        }
        return output
    }
}

/// GroupNorm of images; see `groupNorm`.
public struct GroupNorm {
    /// `[channels]` each.
    public let weight, bias: Parameter
    public let groups: Int
    public let epsilon: Double
    private let appliesReLU: Bool

    /// - Parameters:
    ///   - scope: gives `weight` and `bias`.
    ///   - groups: divides `channels`.
    public init(
        _ scope: ParameterScope, channels: Int, groups: Int, epsilon: Double = 1e-5, appliesReLU: Bool = false
    ) throws {
        weight = try scope.parameter("weight", [channels], .ones, role: .vector)
        bias = try scope.parameter("bias", [channels], .zeros, role: .vector)
        self.groups = groups
        self.epsilon = epsilon
        self.appliesReLU = appliesReLU
    }

    /// `[N, channels, spatial...]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        groupNorm(
            x, groups: groups, weight: weight.tensor, bias: bias.tensor, epsilon: epsilon,
            appliesReLU: appliesReLU)
    }
}
