/// How a layer's weights begin, by the number of numbers that flow into (fan-in) and out of (fan-out) one of its
/// outputs.
public enum WeightInitializer: Sendable, Codable, Equatable {
    /// U(±1/√fan-in), and the bias too: what PyTorch's layers do.
    case pyTorch
    /// N(0, 2/fan-in), for ReLU. Source: He et al. 2015, arXiv:1502.01852; PyTorch calls it Kaiming.
    case heNormal
    /// U(±√(6/fan-in)), the same variance.
    case heUniform
    /// N(0, 2/(fan-in + fan-out)), for tanh and sigmoid. Source: Glorot & Bengio 2010; also called Xavier.
    case glorotNormal
    /// U(±√(6/(fan-in + fan-out))), the same variance: Keras's default.
    case glorotUniform
    /// N(0, 1/fan-in).
    case lecunNormal
    case normal(deviation: Double)
    case uniform(limit: Double)
    case zeros

    /// The initializer of a weight.
    public func weight(fanIn: Int, fanOut: Int) -> Initializer {
        let (fan, sum) = (Double(max(1, fanIn)), Double(max(1, fanIn + fanOut)))
        return switch self {
        case .pyTorch: .uniform(limit: (1 / fan).squareRoot())
        case .heNormal: .normal(deviation: (2 / fan).squareRoot())
        case .heUniform: .uniform(limit: (6 / fan).squareRoot())
        case .glorotNormal: .normal(deviation: (2 / sum).squareRoot())
        case .glorotUniform: .uniform(limit: (6 / sum).squareRoot())
        case .lecunNormal: .normal(deviation: (1 / fan).squareRoot())
        case .normal(let deviation): .normal(deviation: deviation)
        case .uniform(let limit): .uniform(limit: limit)
        case .zeros: .zeros
        }
    }

    /// The initializer of the bias beside it: zero in all but PyTorch's way.
    public func bias(fanIn: Int) -> Initializer {
        self == .pyTorch ? weight(fanIn: fanIn, fanOut: 0) : .zeros
    }
}
