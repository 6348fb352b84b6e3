import HibariKernels

/// The activation after a linear layer.
public enum Activation: String, Sendable, CaseIterable, Codable {
    case relu, geluTanh, geluErf, silu, tanh, sigmoid

    var function: UnaryFunction {
        switch self {
        case .relu: .relu
        case .geluTanh: .geluTanh
        case .geluErf: .geluErf
        case .silu: .silu
        case .tanh: .tanh
        case .sigmoid: .sigmoid
        }
    }
}
