import HibariSupport

/// One input of a checked op: its shape and which numbers it holds.
package struct OpInput: Equatable, Sendable {
    package var shape: Shape
    /// The numbers are spread evenly over ±`range`, or over `range` if `isPositive`.
    package var range: ClosedRange<Double>
    package var isPositive: Bool
    /// No two elements are closer than the range divided by their number, so that none ties for a maximum.
    package var isDistinct: Bool
    /// Whether a gradient is checked; otherwise the input is a constant.
    package var isDifferentiable: Bool

    /// - Parameters:
    ///   - magnitude: of each element. A lower bound above 0 keeps the elements off a kink or a pole at 0.
    ///   - isPositive: otherwise the signs are random.
    package init(
        _ shape: Shape, magnitude: ClosedRange<Double> = 0...1.5, isPositive: Bool = false,
        isDistinct: Bool = false,
        isDifferentiable: Bool = true
    ) {
        self.shape = shape
        range = magnitude
        self.isPositive = isPositive
        self.isDistinct = isDistinct
        self.isDifferentiable = isDifferentiable
    }

    /// The elements, a pure function of the stream. They are exact in float32, so that both types see the
    /// same input.
    func elements(_ stream: RandomStream) -> [Double] {
        var stream = stream
        let count = shape.count
        let width = range.upperBound - range.lowerBound
        var places = (0..<count).map { (Double($0) + 0.5) / Double(count) }
        if isDistinct { places.shuffle(using: &stream) }
        return places.map { place in
            let magnitude = range.lowerBound + width * (isDistinct ? place : stream.uniform())
            let sign = isPositive || isDistinct || stream.uniform() < 0.5 ? 1.0 : -1.0
            return Double(Float(sign * magnitude))
        }
    }
}

/// One way to call an op, with small awkward shapes.
///
/// The same value drives the gradient check, the comparison of the float32 and float64 paths, and the test
/// that every option of an op changes its result.
package struct OpCase {
    package let op: OpName
    /// The variant, e.g. "bias gelu-tanh".
    package let variant: String
    package let inputs: [OpInput]
    /// Calls the op. Integer inputs and options are fixed inside.
    package let apply: ([Tensor]) -> Tensor
    /// The largest relative error allowed between analytic and numeric derivatives.
    package let limit: Double

    package init(
        _ op: OpName, _ variant: String, _ inputs: [OpInput], limit: Double = 1e-6,
        _ apply: @escaping ([Tensor]) -> Tensor
    ) {
        self.op = op
        self.variant = variant
        self.inputs = inputs
        self.limit = limit
        self.apply = apply
    }

    /// The op and the variant.
    package var name: String { "\(op.rawValue) \(variant)" }

    /// The inputs as parameters, of which those that are not differentiable are frozen.
    package func parameters(_ dtype: DType, seed: UInt64 = 1) -> [Parameter] {
        inputs.enumerated().map { index, input in
            let stream = RandomStream(seed: seed, purpose: .testing, stream: UInt64(index))
            let value = Tensor(input.elements(stream), shape: input.shape).cast(to: dtype)
            let parameter = Parameter(value, name: "\(name), input \(index)")
            parameter.isTrainable = input.isDifferentiable
            return parameter
        }
    }

    /// Random numbers in ±1 like `output`, the gradient that reaches it, so that every element of it matters.
    package func cotangent(of output: Tensor, seed: UInt64 = 1) -> Tensor {
        let stream = RandomStream(seed: seed, purpose: .testing, stream: 1 << 20)
        return Tensor(OpInput(output.shape, magnitude: 0.1...1).elements(stream), shape: output.shape)
            .cast(to: output.dtype)
    }

    /// Σ cotangent · op(inputs), as a function of the parameters' present values.
    package func loss(_ parameters: [Parameter]) -> () -> Tensor {
        let weights = cotangent(of: apply(parameters.map(\.value)))
        return { (weights * apply(parameters.map(\.tensor))).sum() }
    }

    /// The cases of every op.
    package static var all: [OpCase] {
        arithmetic + matrices + lowRank + reductions + layout + elementwise + rows + transformers + losses
            + images
            + classicLosses
            + recurrence
    }
}
