import HibariKernels

/// A named tensor that training changes, with the buffer its gradient gathers in.
public final class Parameter {
    /// The name in the checkpoint.
    public let name: String
    public let role: ParameterRole
    /// The current value. Only optimizers and loaders change it, in place.
    public private(set) var value: Tensor
    /// A parameter that is not trainable gets no gradient, and no graph is built for it.
    ///
    /// - Precondition: a buffer stays untrained, and so does what lies in a file.
    public var isTrainable: Bool {
        didSet { precondition(!isTrainable || canBeTrained, "\(name) cannot be trained") }
    }
    /// Whether anything was added to the gradient since the last `clearGradient()`.
    public private(set) var hasGradient = false

    private var buffer: Tensor?

    public init(_ value: Tensor, name: String = "", role: ParameterRole = .vector) {
        self.value = value
        self.name = name
        self.role = role
        isTrainable = role != .buffer && !value.storage.isBorrowed
    }

    /// Whether it is no buffer, and its value in memory of its own.
    public var canBeTrained: Bool { role != .buffer && !value.storage.isBorrowed }

    public var shape: Shape { value.shape }

    /// The value for use in ops: on the tape if one is recording.
    public var tensor: Tensor {
        guard isTrainable, Tape.current != nil else { return value }
        var tensor = value
        tensor.node = Node(parameter: self)
        return tensor
    }

    /// The gradient gathered since the last `clearGradient()`; zeros if there was none.
    public var gradient: Tensor {
        guard hasGradient, let buffer else { return Tensor(zeros: shape, value.dtype) }
        return buffer
    }

    /// Forgets the gradient. Its memory serves the activations of the next forward pass.
    public func clearGradient() {
        hasGradient = false
        buffer = nil
    }

    /// Replaces the elements of the value by copies of those of `newValue`: optimizers change the value in
    /// place.
    ///
    /// - Precondition: same shape and type.
    public func assign(_ newValue: Tensor) {
        precondition(
            newValue.shape == shape && newValue.dtype == value.dtype,
            "\(name): assigned \(newValue.dtype) \(newValue.shape) to \(value.dtype) \(shape)")
        value = newValue.copied()
    }

    /// value ← (1 − share)·value + share·target, in place: a running mean.
    ///
    /// - Precondition: same shape and type.
    package func move(to target: Tensor, by share: Double) {
        precondition(
            target.shape == shape && target.dtype == value.dtype, "\(name): moved to \(target.shape)")
        func run<T: KernelScalar>(_: T.Type) {
            T.blend(shape.count, T(1 - share), value.input(), T(share), target.input(), value.output(T.self))
        }
        run(value.dtype.scalar)
    }

    /// Changes places with another tensor, without copying.
    ///
    /// - Precondition: same shape and type.
    package func exchangeValue(with other: inout Tensor) {
        precondition(
            other.shape == shape && other.dtype == value.dtype,
            "\(name): exchanged \(value.dtype) \(shape) for \(other.dtype) \(other.shape)")
        swap(&value, &other)
    }

    func accumulate(_ addend: Tensor) {
        withGradientBuffer { buffer, accumulates in
            if accumulates {
                buffer.add(addend)
            } else {
                buffer.storage.pointer.copyMemory(
                    from: addend.storage.pointer + addend.offset * addend.dtype.byteCount,
                    byteCount: addend.count * addend.dtype.byteCount)
            }
        }
    }

    func withGradientBuffer(_ body: (Tensor, Bool) -> Void) {
        let own = buffer ?? Tensor(uninitialized: shape, value.dtype)
        buffer = own
        body(own, hasGradient)
        hasGradient = true
    }
}
