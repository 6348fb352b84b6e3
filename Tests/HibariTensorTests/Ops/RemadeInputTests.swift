import HibariSupport
import HibariTensor
import Testing

/// Ops whose input is made again in the backward pass, as the outputs of activations are.
@Suite struct RemadeInputTests {
    /// The gradients of a convolution are the same, to the bit, whether its input was kept or is made again.
    @Test(arguments: [false, true]) func convolution(_ isTransposed: Bool) {
        func normal(_ shape: Shape, _ stream: UInt64) -> Tensor {
            Tensor(
                normal: shape, deviation: 1,
                stream: RandomStream(seed: 1, purpose: .testing, stream: stream))
        }
        let x = Parameter(normal([32, 12, 7, 7], 0), name: "x")
        let weight = Parameter(normal([12, 12, 3, 3], 1), name: "weight")
        let geometry = ConvolutionGeometry(padding: 1)
        func gradients(_ input: (Parameter) -> Tensor, _ parameter: Parameter) -> [[Float]] {
            weight.clearGradient()
            parameter.clearGradient()
            _ = valueWithGradient {
                let y =
                    isTransposed
                    ? transposedConvolution(input(parameter), weight: weight.tensor, geometry)
                    : HibariTensor.convolution(input(parameter), weight: weight.tensor, geometry)
                return (y * y).mean()
            }
            return [weight, parameter].map { $0.gradient.array(of: Float.self) }
        }
        let kept = Parameter(relu(x.value), name: "kept")
        var expected = gradients(\.tensor, kept)
        // The rectifier lets the gradient through where its output is positive.
        expected[1] = zip(expected[1], kept.value.array(of: Float.self)).map { $1 > 0 ? $0 : 0 }
        let same = (0..<50).count { _ in gradients({ relu($0.tensor) }, x) == expected }
        #expect(same == 50)
    }
}
