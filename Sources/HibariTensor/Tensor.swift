import HibariKernels
import HibariSupport

/// A contiguous row-major array of numbers.
///
/// Tensors are values that share storage: an op never changes its inputs. `reshape` and slices along the
/// first axis share the storage of their input; everything else makes new storage.
public struct Tensor {
    package var storage: Storage
    /// First element, counted from the start of the storage.
    package let offset: Int
    public let shape: Shape
    public let dtype: DType
    /// How the elements of a tensor of blocks are stored; nil for all others.
    let format: BlockFormat?
    /// The node of the tape that made this tensor; nil if no gradient flows to it.
    package var node: Node?
    /// How to make the tensor again; nil if ops must keep it.
    var recipe: Recipe?

    package init(
        storage: Storage, offset: Int, shape: Shape, dtype: DType, format: BlockFormat? = nil,
        node: Node? = nil
    ) {
        precondition(
            (format != nil) == (dtype == .blocks), "a tensor of \(dtype) with the format \(format as Any)")
        self.format = format
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.dtype = dtype
        self.node = node
    }

    /// A tensor whose elements are not set yet.
    package init(uninitialized shape: Shape, _ dtype: DType = .float32) {
        self.init(
            storage: Storage(byteCount: shape.count * dtype.byteCount), offset: 0, shape: shape, dtype: dtype)
    }

    /// A tensor of zeros.
    public init(zeros shape: Shape, _ dtype: DType = .float32) {
        self.init(uninitialized: shape, dtype)
        storage.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: shape.count * dtype.byteCount)
    }

    /// A tensor with the given elements in row-major order.
    ///
    /// - Precondition: `elements` has as many elements as `shape`.
    public init<Element: TensorElement>(_ elements: [Element], shape: Shape) {
        precondition(
            elements.count == shape.count,
            "a tensor of shape \(shape) has \(shape.count) elements, got \(elements.count)")
        self.init(uninitialized: shape, Element.dtype)
        storage.pointer.assumingMemoryBound(to: Element.self).update(from: elements, count: elements.count)
    }

    /// A tensor of one number and no axes.
    public init<Element: TensorElement>(scalar: Element) { self.init([scalar], shape: []) }

    /// The number of elements.
    public var count: Int { shape.count }

    /// The elements in row-major order.
    ///
    /// - Precondition: `Element` is the tensor's type.
    public func array<Element: TensorElement>(of type: Element.Type = Element.self) -> [Element] {
        Array(UnsafeBufferPointer(start: input(type), count: count))
    }

    /// The only element.
    ///
    /// - Precondition: the tensor has one element of a floating-point type.
    public var item: Double {
        precondition(count == 1, "item: expected one element, got shape \(shape)")
        return dtype == .float32 ? Double(input(Float.self)[0]) : input(Double.self)[0]
    }

    /// The same numbers as another floating-point type. No gradient flows through.
    public func cast(to type: DType) -> Tensor {
        if type == dtype { return detached }
        if dtype == .blocks { return dequantized().cast(to: type) }
        precondition(
            dtype != .int32 && type != .int32 && type != .blocks,
            "cast: from \(dtype) to \(type); only between floating-point types")
        return type == .float64
            ? Tensor(array(of: Float.self).map(Double.init), shape: shape)
            : Tensor(array(of: Double.self).map { Float($0) }, shape: shape)
    }

    /// The same tensor without its place in the graph.
    public var detached: Tensor {
        var copy = self
        copy.node = nil
        copy.recipe = nil
        return copy
    }

    /// The first element for reading; valid while the storage lives.
    package func input<T>(_ type: T.Type = T.self) -> UnsafePointer<T> { UnsafePointer(output(type)) }

    /// The first element for writing; only for the op that made the tensor, or its owner.
    package func output<T>(_ type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        precondition(
            MemoryLayout<T>.size == dtype.byteCount && (T.self == Int32.self) == (dtype == .int32),
            "a \(dtype) tensor read as \(T.self)")
        return storage.pointer.assumingMemoryBound(to: T.self) + offset
    }
}

extension Tensor {
    /// Numbers drawn from N(0, `deviation`²) by the Box–Muller transform, a pure function of the stream.
    ///
    /// - Precondition: nothing was taken from the stream yet.
    public init(normal shape: Shape, deviation: Double, stream: RandomStream, _ dtype: DType = .float32) {
        self.init(uninitialized: shape, dtype)
        let count = shape.count
        // Two numbers take two uniform ones, and these one block of the stream.
        func fill<T: KernelScalar>(_: T.Type) {
            let numbers = output(T.self)
            parallelFor((count + 1) / 2, grain: 4096) { pairs in
                var stream = stream.atBlock(UInt64(pairs.lowerBound))
                for pair in pairs {
                    let radius = (-2 * Double.logarithm(1 - stream.uniform())).squareRoot() * deviation
                    let turn = stream.uniform()
                    numbers[2 * pair] = T(radius * Double.cosine(turns: turn))
                    if 2 * pair + 1 < count {
                        numbers[2 * pair + 1] = T(radius * Double.sine(turns: turn))
                    }
                }
            }
        }
        fill(dtype.scalar)
    }

    /// Numbers spread evenly over −`limit`..<`limit`, a pure function of the stream.
    ///
    /// - Precondition: nothing was taken from the stream yet.
    public init(uniform shape: Shape, limit: Double, stream: RandomStream, _ dtype: DType = .float32) {
        self.init(uninitialized: shape, dtype)
        let count = shape.count
        func fill<T: KernelScalar>(_: T.Type) {
            let numbers = output(T.self)
            // Two numbers take one block of the stream.
            parallelFor((count + 1) / 2, grain: 4096) { pairs in
                var stream = stream.atBlock(UInt64(pairs.lowerBound))
                for i in 2 * pairs.lowerBound..<2 * pairs.upperBound {
                    let number = T(limit * (2 * stream.uniform() - 1))
                    if i < count { numbers[i] = number }
                }
            }
        }
        fill(dtype.scalar)
    }

    /// A tensor whose elements are all `value`.
    public init(repeating value: Double, shape: Shape, _ dtype: DType = .float32) {
        self.init(uninitialized: shape, dtype)
        func fill<T: KernelScalar>(_: T.Type) { output(T.self).update(repeating: T(value), count: count) }
        fill(dtype.scalar)
    }
}

extension Tensor {
    /// Σ x², summed in double.
    public var sumOfSquares: Double {
        func run<T: KernelScalar>(_: T.Type) -> Double { T.sumOfSquares(count, input()) }
        return run(dtype.scalar)
    }
}
