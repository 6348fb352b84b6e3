import HibariNN
import HibariTensor
import HibariTraining

/// Deep networks of one width that differ in what stands between their layers.
package enum DeepNetwork: String, CaseIterable {
    case sigmoid, tanh, relu, skip
    case batchNorm = "batch_norm"

    var title: String {
        switch self {
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        case .relu: "ReLU"
        case .skip: "ReLU, skips"
        case .batchNorm: "ReLU, batch norm"
        }
    }

    var note: String {
        switch self {
        case .sigmoid: "its slope is at most ¼, and the weights do not make up for it"
        case .tanh: "its slope is 1 only around 0; less further out"
        case .relu: "its slope is 0 or 1, and weights begin as He et al. chose them to keep the size"
        case .skip: "x + F(x): the gradient has a way around every layer"
        case .batchNorm: "each layer's outputs are brought to mean 0 and variance 1 over the batch"
        }
    }

    /// A layer that widens, `depth` hidden layers, and the logits: `depth` + 2 weight matrices.
    package func build(inputs: Int, classes: Int, width: Int, depth: Int, seed: UInt64) throws -> Model {
        let activation: Activation =
            switch self {
            case .sigmoid: .sigmoid
            case .tanh: .tanh
            case .relu, .skip, .batchNorm: .relu
            }
        let initializer: WeightInitializer = activation == .relu ? .heNormal : .glorotNormal
        // What a block adds begins smaller, so that the sum of all does not grow with depth.
        let inBlock = WeightInitializer.normal(
            deviation: (2 / Double(width)).squareRoot() / Double(max(1, depth)).squareRoot())
        return try Sequential {
            Dense(width, activation: activation, initializer: initializer)
            for _ in 0..<depth {
                switch self {
                case .sigmoid, .tanh, .relu:
                    Dense(width, activation: activation, initializer: initializer)
                case .skip:
                    Residual { Dense(width, activation: activation, initializer: inBlock) }
                case .batchNorm:
                    Dense(width, initializer: initializer)
                    BatchNormalization()
                    Activate(activation)
                }
            }
            Dense(classes)
        }.build(input: [inputs], seed: seed)
    }

    /// The root mean square of the gradient of each weight matrix, from the first to the last, for the loss over
    /// all examples. The weights stay as they are; running statistics of batch norm take a step.
    package static func gradientSizes(of model: Model, _ examples: Examples) throws -> [Double] {
        for parameter in model.parameters { parameter.clearGradient() }
        let (inputs, targets) = examples.batch(indices: Array(0..<examples.count), random: nil)
        _ = try valueWithGradient {
            try Loss.crossEntropy(model(inputs, .training(seed: 0, step: 0)), targets)
        }
        defer { for parameter in model.parameters { parameter.clearGradient() } }
        return model.parameters.filter { $0.shape.rank == 2 }.map { parameter in
            let gradient = parameter.gradient.array(of: Float.self)
            let sum = gradient.reduce(0) { $0 + Double($1) * Double($1) }
            return (sum / Double(max(1, gradient.count))).squareRoot()
        }
    }
}
