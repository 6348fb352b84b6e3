import HibariKernels

/// The element type of a tensor.
public enum DType: String, Sendable, CaseIterable {
    /// The fast path.
    case float32
    /// The true path of gradient checks.
    case float64
    /// Token ids and class numbers.
    case int32
    /// A matrix in half precision or in quantised blocks, as files hold it: the weight of a product, and nothing else.
    case blocks

    /// The types whose elements lie one by one.
    package static let plain: [DType] = [.float32, .float64, .int32]

    /// Bytes of one element.
    ///
    /// - Precondition: a plain type; in a block no element has a place of its own.
    public var byteCount: Int {
        precondition(self != .blocks, "a matrix of blocks is used as if its elements lay one by one")
        return self == .float64 ? 8 : 4
    }

    /// The kernels of a floating-point type.
    package var scalar: any KernelScalar.Type {
        switch self {
        case .float32: return Float.self
        case .float64: return Double.self
        case .int32, .blocks: preconditionFailure("\(self) tensors have no floating-point kernels")
        }
    }
}

/// A type that tensors can hold.
public protocol TensorElement: Sendable {
    static var dtype: DType { get }
}

extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
