import HibariSupport
import HibariTensor
import Testing

/// Ops whose input is made again in the backward pass, as the outputs of activations are.
@Suite struct RemadeInputTests {
    /// The gradient of a convolution's weights is the same, to the bit, whether its input was kept or is made again.
    @Test func convolution() {
        func normal(_ shape: Shape, _ stream: UInt64) -> Tensor {
            Tensor(
                normal: shape, deviation: 1,
                stream: RandomStream(seed: 1, purpose: .testing, stream: stream))
        }
        let x = Parameter(normal([32, 12, 7, 7], 0), name: "x")
        let weight = Parameter(normal([12, 12, 3, 3], 1), name: "weight")
        let geometry = ConvolutionGeometry(padding: 1)
        func gradient(_ input: () -> Tensor) -> [Float] {
            weight.clearGradient()
            x.clearGradient()
            _ = valueWithGradient {
                let y = HibariTensor.convolution(input(), weight: weight.tensor, geometry)
                return (y * y).mean()
            }
            return weight.gradient.array(of: Float.self)
        }
        let kept = relu(x.value)
        let expected = gradient { kept }
        let same = (0..<50).count { _ in gradient { relu(x.tensor) } == expected }
        #expect(same == 50)
    }
}
