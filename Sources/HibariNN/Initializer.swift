import HibariSupport
import HibariTensor

/// How a new parameter is filled.
public enum Initializer: Sendable {
    /// N(0, deviation²).
    case normal(deviation: Double)
    /// Evenly between −limit and limit.
    case uniform(limit: Double)
    case zeros
    case ones

    func tensor(_ shape: Shape, _ stream: RandomStream, _ dtype: DType) -> Tensor {
        switch self {
        case .normal(let deviation): Tensor(normal: shape, deviation: deviation, stream: stream, dtype)
        case .uniform(let limit): Tensor(uniform: shape, limit: limit, stream: stream, dtype)
        case .zeros: Tensor(zeros: shape, dtype)
        case .ones: Tensor(repeating: 1, shape: shape, dtype)
        }
    }
}
