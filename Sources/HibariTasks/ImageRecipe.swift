import HibariData
import HibariOptimizers
import HibariTraining

/// How a network learns a set of pictures, unless the command line says otherwise.
package struct ImageRecipe {
    package var epochs: Int
    package var batch: Int
    package var optimizer: OptimizerChoice
    package var schedule: LearningRateSchedule.Shape
    /// The share of the epochs in which the learning rate rises.
    package var warmupShare: Double
    package var labelSmoothing: Double
    /// Whether training pictures are changed at random.
    package var augments: Bool
    /// Channels of the first convolution.
    package var width: Int

    /// SGD with Nesterov momentum, up for a fifth of the time and down along a cosine: "one cycle", after Smith & Topin
    /// 2017, arXiv:1708.07120. Weight decay is multiplied by the learning rate.
    fileprivate static func oneCycle(
        epochs: Int, batch: Int = 64, rate: Double, weightDecay: Double = 5e-4, labelSmoothing: Double = 0,
        augments: Bool = true, width: Int = 0
    ) -> ImageRecipe {
        ImageRecipe(
            epochs: epochs, batch: batch,
            optimizer: .sgd(learningRate: rate, momentum: 0.9, nesterov: true, weightDecay: weightDecay),
            schedule: .cosine, warmupShare: 0.2, labelSmoothing: labelSmoothing, augments: augments,
            width: width)
    }

}

extension ImageRecipe {
    package init(_ network: ImageNetwork, for set: ImageSet) {
        switch (network, set) {
        case (.linear, _):
            self.init(
                epochs: 12, batch: 128, optimizer: .adam(learningRate: 1e-3), schedule: .cosine,
                warmupShare: 0, labelSmoothing: 0, augments: false, width: 0)
        case (.mlp, _):
            self.init(
                epochs: 5, batch: 128, optimizer: .adam(learningRate: 1e-3), schedule: .cosine,
                warmupShare: 0, labelSmoothing: 0, augments: false, width: 0)
        case (.lenet, _):
            self.init(
                epochs: 8, batch: 64, optimizer: .adam(learningRate: 2e-3), schedule: .cosine,
                warmupShare: 0, labelSmoothing: 0, augments: set != .digits, width: 0)
        case (.cnn, .digits):
            self = .oneCycle(epochs: 4, rate: 0.1, augments: false, width: 16)
        case (.cnn, .mnist):
            self = .oneCycle(epochs: 6, rate: 0.1, width: 16)
        case (.cnn, .fashion):
            self = .oneCycle(epochs: 8, rate: 0.1, labelSmoothing: 0.1, width: 32)
        case (.cnn, .cifar10):
            self = .oneCycle(epochs: 16, rate: 0.1, labelSmoothing: 0.1, width: 32)
        case (.resnet9, .fashion):
            self = .oneCycle(epochs: 6, rate: 0.1, labelSmoothing: 0.1, width: 16)
        case (.resnet9, let set):
            self = .oneCycle(
                epochs: set == .cifar10 ? 16 : 4, rate: 0.1, labelSmoothing: 0.1, augments: set != .digits,
                width: set == .cifar10 ? 32 : 8)
        case (.resnet, let set):
            self = .oneCycle(
                epochs: set == .cifar10 ? 30 : 4, rate: 0.1, labelSmoothing: 0.1, augments: set != .digits,
                width: set == .cifar10 ? 16 : 8)
        }
    }
}

extension ImageSet {
    /// What may be done to a picture without changing its class: a digit in the mirror is no digit.
    package var augmentation: Augmentation {
        switch self {
        case .digits, .mnist: Augmentation(shift: 2, rotation: 10)
        case .fashion: Augmentation(shift: 1, flip: true)
        case .cifar10: Augmentation(cropPadding: 4, flip: true)
        }
    }
}
