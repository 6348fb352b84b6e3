import HibariData
import HibariNN
import HibariTensor

/// A network that tells pictures apart, by its name on the command line.
package enum ImageNetwork: Equatable, CustomStringConvertible {
    /// One layer: a weight for each sample and class.
    case linear
    /// Two hidden layers of 512.
    case mlp
    /// LeNet-5. Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    case lenet
    /// Convolutions of 3 × 3 with batch normalization, and pooling.
    case cnn
    /// Eight convolutions and a linear layer, two residual blocks among them; made to learn fast.
    /// Source: Page 2018, "How to Train Your ResNet" (the DAWNBench entry), after Coleman et al.
    case resnet9
    /// 6n + 2 layers in three stages. Source: He et al. 2015, arXiv:1512.03385, section 4.2.
    case resnet(depth: Int)

    package static let names = "linear, mlp, lenet, cnn, resnet9, resnet8, resnet14, resnet20, … (6n + 2)"

    /// Nil if there is no such network.
    package init?(name: String) {
        switch name {
        case "linear": self = .linear
        case "mlp": self = .mlp
        case "lenet": self = .lenet
        case "cnn": self = .cnn
        case "resnet9": self = .resnet9
        case "resnet": self = .resnet(depth: 20)
        default:
            guard name.hasPrefix("resnet"), let depth = Int(name.dropFirst(6)), depth >= 8, depth <= 1202,
                depth % 6 == 2
            else { return nil }
            self = .resnet(depth: depth)
        }
    }

    package var description: String {
        switch self {
        case .linear: "linear"
        case .mlp: "mlp"
        case .lenet: "lenet"
        case .cnn: "cnn"
        case .resnet9: "resnet9"
        case .resnet(let depth): "resnet\(depth)"
        }
    }

    /// What it is called in a sentence.
    package var title: String {
        switch self {
        case .linear: "a linear layer"
        case .mlp: "an MLP of two hidden layers"
        case .lenet: "LeNet-5"
        case .cnn: "a convolutional network"
        case .resnet9: "ResNet-9"
        case .resnet(let depth): "ResNet-\(depth)"
        }
    }

    /// What a shortcut does where a stage halves the picture and doubles the channels.
    package enum Shortcut: String, CaseIterable, Sendable {
        /// Every second pixel, and channels of zeros: no parameters.
        case a
        /// A convolution of 1 × 1.
        case b
    }

    /// Whether it has a number of channels to choose.
    package var hasWidth: Bool {
        switch self {
        case .linear, .mlp, .lenet: false
        case .cnn, .resnet9, .resnet: true
        }
    }

    /// The layers for pictures of a shape. The last one gives a logit for each class.
    ///
    /// - Parameter width: channels of the first convolution; the later ones have multiples of it.
    package func layers(_ shape: ImageShape, classes: Int, width: Int, shortcut: Shortcut = .a) -> Sequential
    {
        switch self {
        case .linear:
            Sequential {
                Flatten()
                Dense(classes)
            }
        case .mlp:
            Sequential {
                Flatten()
                Dense(512, activation: .relu)
                Dropout(0.2)
                Dense(512, activation: .relu)
                Dropout(0.2)
                Dense(classes)
            }
        case .lenet:
            // Made for 32 × 32; smaller pictures get a border.
            Sequential {
                Conv2d(6, kernel: 5, padding: shape.height < 32 ? 2 : 0, activation: .tanh)
                AvgPool2d(2)
                Conv2d(16, kernel: 5, activation: .tanh)
                AvgPool2d(2)
                Flatten()
                Dense(120, activation: .tanh)
                Dense(84, activation: .tanh)
                Dense(classes)
            }
        case .cnn:
            Sequential {
                convolution(width)
                MaxPool2d(2)
                convolution(2 * width)
                convolution(2 * width)
                MaxPool2d(2)
                convolution(4 * width)
                GlobalAvgPool()
                Dense(classes)
            }
        case .resnet9:
            Sequential {
                convolution(width)
                convolution(2 * width)
                MaxPool2d(2)
                residual(2 * width)
                convolution(4 * width)
                MaxPool2d(2)
                convolution(8 * width)
                MaxPool2d(2)
                residual(8 * width)
                GlobalAvgPool()
                Dense(classes)
            }
        case .resnet(let depth):
            Sequential {
                convolution(width)
                for stage in 0..<3 {
                    for block in 0..<(depth - 2) / 6 {
                        basicBlock(width << stage, halves: stage > 0 && block == 0, shortcut)
                    }
                }
                GlobalAvgPool()
                Dense(classes)
            }
        }
    }
}

/// Convolution of 3 × 3, batch normalization, ReLU. The normalization has a bias, so the convolution needs none.
@LayerBuilder private func convolution(_ channels: Int, stride: Int = 1) -> [any LayerSpecification] {
    Conv2d(channels, kernel: 3, stride: stride, padding: 1, bias: false, initializer: .heNormal)
    BatchNormalization()
    ReLU()
}

/// x + F(x), where F is two convolutions with ReLU behind each.
private func residual(_ channels: Int) -> Residual {
    Residual {
        convolution(channels)
        convolution(channels)
    }
}

/// relu(x + F(x)), where F is two convolutions, the second without ReLU.
private func basicBlock(_ channels: Int, halves: Bool, _ shortcut: ImageNetwork.Shortcut) -> Residual {
    Residual(projection: halves ? projection(channels, shortcut) : nil, activation: .relu) {
        convolution(channels, stride: halves ? 2 : 1)
        Conv2d(channels, kernel: 3, padding: 1, bias: false, initializer: .heNormal)
        BatchNormalization()
    }
}

private func projection(_ channels: Int, _ shortcut: ImageNetwork.Shortcut) -> Sequential {
    switch shortcut {
    case .a:
        Sequential {
            MaxPool2d(1, stride: 2)
            PadChannels(channels)
        }
    case .b:
        Sequential {
            Conv2d(channels, kernel: 1, stride: 2, bias: false, initializer: .heNormal)
            BatchNormalization()
        }
    }
}
