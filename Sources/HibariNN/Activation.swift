import HibariKernels

/// The activation of an MLP.
public enum Activation: String, Sendable, CaseIterable {
    case relu, geluTanh, geluErf, silu

    var function: UnaryFunction {
        switch self {
        case .relu: .relu
        case .geluTanh: .geluTanh
        case .geluErf: .geluErf
        case .silu: .silu
        }
    }
}
