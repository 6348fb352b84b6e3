import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// What networks of pictures need beside convolutions.
@Suite struct ImageLayerTests {
    private func images(_ shape: Shape) -> Tensor {
        Tensor(normal: shape, deviation: 1, stream: RandomStream(seed: 1, purpose: .testing, stream: 1))
    }

    @Test func paddedChannelsAreZeros() throws {
        let model = try Sequential {
            MaxPool2d(1, stride: 2)
            PadChannels(3)
        }.build(input: [2, 3, 3])
        let x = images([2, 2, 3, 3])
        let y = model(x)
        let numbers = x.array(of: Float.self)
        // The corners of each plane, then a plane of zeros.
        let corners = [0, 2, 6, 8]
        func plane(_ start: Int) -> [Float] { corners.map { numbers[start + $0] } }
        let zeros: [Float] = [0, 0, 0, 0]
        let expected = plane(0) + plane(9) + zeros + plane(18) + plane(27) + zeros
        #expect(y.shape == [2, 3, 2, 2])
        #expect(y.array(of: Float.self) == expected)
    }

    @Test func paddingToFewerChannelsIsAnError() {
        let error = #expect(throws: ModelError.self) {
            try Sequential { PadChannels(2) }.build(input: [3, 4, 4])
        }
        #expect(error?.description.contains("outputs is 2, expected at least the 3 channels") == true)
    }

    @Test(arguments: [Activation.relu, .tanh]) func aNormWithAnActivation(_ activation: Activation) throws {
        let x = images([4, 3, 5, 5])
        let one = try Sequential { BatchNormalization(activation: activation) }.build(input: [3, 5, 5])
        let two = try Sequential {
            BatchNormalization()
            Activate(activation)
        }.build(input: [3, 5, 5])
        let same =
            one(x, .training(seed: 1, step: 0)).array(of: Float.self)
            == two(x, .training(seed: 1, step: 0)).array(of: Float.self)
        #expect(same)
    }

    /// A frozen norm neither moves its statistics nor uses those of the batch.
    @Test func aFrozenNormStaysAsItWas() throws {
        let model = try Sequential { BatchNormalization() }.build(input: [3, 5, 5])
        let x = images([4, 3, 5, 5])
        _ = model(x, .training(seed: 1, step: 0))
        let moved = model.parameter("0.running_mean")!.value.array(of: Float.self)
        try model.freeze("*")
        let frozen = model(x, .training(seed: 1, step: 1)).array(of: Float.self)
        #expect(model.parameter("0.running_mean")!.value.array(of: Float.self) == moved)
        let evaluated = model(x).array(of: Float.self)
        #expect(frozen == evaluated)
        try model.unfreeze("*")
        _ = model(x, .training(seed: 1, step: 2))
        #expect(model.parameter("0.running_mean")!.value.array(of: Float.self) != moved)
    }
}
