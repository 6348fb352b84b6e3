import HibariTensor

/// What flows past the sub-layers of a Transformer: x, then x + attention(norm(x)), and so on.
///
/// The last sub-layer's output is added where the next norm reads the sum, in one pass.
public struct ResidualStream {
    private var sum: Tensor
    private var addend: Tensor?

    /// - Parameter x: `[B, T, C]`.
    public init(_ x: Tensor) { sum = x }

    /// Adds the output of a sub-layer.
    public mutating func add(_ output: Tensor) {
        sum = value
        addend = output
    }

    /// The sum of everything added so far.
    public var value: Tensor { addend.map { sum + $0 } ?? sum }

    /// The norm of the sum.
    mutating func normalized(weight: Tensor, bias: Tensor?, epsilon: Double, subtractsMean: Bool) -> Tensor {
        guard let addend else {
            return subtractsMean
                ? layerNorm(sum, weight: weight, bias: bias, epsilon: epsilon)
                : rmsNorm(sum, weight: weight, epsilon: epsilon)
        }
        let result = addNorm(
            sum, addend, weight: weight, bias: bias, epsilon: epsilon, subtractsMean: subtractsMean)
        (sum, self.addend) = (result.sum, nil)
        return result.normalized
    }
}
