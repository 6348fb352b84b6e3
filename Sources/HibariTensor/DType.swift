import HibariKernels

/// The element type of a tensor.
public enum DType: String, Sendable, CaseIterable {
    /// The fast path.
    case float32
    /// The true path of gradient checks.
    case float64
    /// Token ids and class numbers.
    case int32

    /// Bytes of one element.
    public var byteCount: Int { self == .float64 ? 8 : 4 }

    /// The kernels of a floating-point type.
    package var scalar: any KernelScalar.Type {
        switch self {
        case .float32: return Float.self
        case .float64: return Double.self
        case .int32: preconditionFailure("int32 tensors have no floating-point kernels")
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
