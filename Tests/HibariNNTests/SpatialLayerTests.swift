import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

/// The builder's layers of images, lines and sequences: shapes, PyTorch's names, and the values of the layers underneath.
@Suite struct SpatialLayerTests {
    @Test func imagesToClasses() throws {
        let model = try Sequential {
            Conv2d(8, kernel: 3, padding: 1, bias: false)
            BatchNormalization()
            ReLU()
            MaxPool2d(2)
            Conv2d(6, kernel: 3, stride: 2, groups: 2, activation: .tanh)
            GroupNormalization(3)
            AvgPool2d(2, stride: 1)
            Upsample(3)
            TransposedConv2d(4, kernel: 2, stride: 2, activation: .relu)
            GlobalAvgPool()
            Dense(10)
        }.build(input: [3, 15, 12], seed: 1)
        #expect(
            model.parts.map(\.output) == [
                [8, 15, 12], [8, 15, 12], [8, 15, 12], [8, 7, 6], [6, 3, 2], [6, 3, 2], [6, 2, 1],
                [6, 6, 3], [4, 12, 6], [4], [10],
            ])
        #expect(
            model.parameters.map { "\($0.name) \($0.shape)" } == [
                "0.weight [8, 3, 3, 3]", "1.weight [8]", "1.bias [8]", "1.running_mean [8]",
                "1.running_var [8]", "4.weight [6, 4, 3, 3]", "4.bias [6]", "5.weight [6]", "5.bias [6]",
                "8.weight [6, 4, 2, 2]", "8.bias [4]", "10.weight [10, 4]", "10.bias [10]",
            ])
        #expect(model.parts[0].flops == 2 * 27 * 8 * 15 * 12)
        let x = Tensor(
            normal: [2, 3, 15, 12], deviation: 1, stream: RandomStream(seed: 1, purpose: .testing, stream: 1))
        // Each layer gives the shape that it promised.
        var value = x
        for part in model.parts {
            value = part.layer(value, .training(seed: 1, step: 0))
            #expect(value.shape.array == [2] + part.output.array, "\(part.path) \(part.kind)")
        }
    }

    @Test func noiseIsOfTrainingAlone() throws {
        let model = try Sequential {
            LeakyReLU(0.5)
            GaussianNoise(0.5)
            ChannelDropout(0.5)
            AdaptiveAvgPool2d(2)
        }.build(input: [8, 4, 6], seed: 1)
        let x = Tensor(repeating: -2, shape: [3, 8, 4, 6])
        let calm = model(x)
        #expect(calm.shape == [3, 8, 2, 2])
        #expect(calm.array(of: Float.self).allSatisfy { $0 == -1 })
        let noisy = model(x, .training(seed: 1, step: 0)).array(of: Float.self)
        // A dropped channel is zero at all of its four places; the others are about twice −1.
        let channels = stride(from: 0, to: noisy.count, by: 4).map { noisy[$0..<$0 + 4] }
        let dropped = channels.filter { $0.allSatisfy { $0 == 0 } }.count
        #expect((4...20).contains(dropped))
        #expect(noisy.contains { $0 != 0 && $0 != -2 })
        let again = model(x, .training(seed: 1, step: 0)).array(of: Float.self)
        #expect(again == noisy)
    }

    @Test func volumes() throws {
        let model = try Sequential { Conv3d(4, kernel: 3, stride: 2, padding: 1) }.build(
            input: [2, 5, 6, 7], seed: 1)
        #expect(model.parameters[0].shape == [4, 2, 3, 3, 3])
        let x = Tensor(
            normal: [2, 2, 5, 6, 7], deviation: 1, stream: RandomStream(seed: 1, purpose: .testing, stream: 1)
        )
        let expected = convolution(
            x, weight: model.parameters[0].value, bias: model.parameters[1].value,
            ConvolutionGeometry(stride: 2, padding: 1))
        let isSame = model(x).array(of: Float.self) == expected.array(of: Float.self)
        #expect(isSame)
        #expect(model.parts[0].output == [4, 3, 3, 4])
        #expect(model.parts[0].kind == "Conv3d")
    }

    /// A rectifier, and a shortcut, done by the norm before it give what they give alone.
    @Test func fusedIsTheSameAsAlone() throws {
        func block(_ rectify: any LayerSpecification) -> Sequential {
            Sequential {
                Conv2d(4, kernel: 3, padding: 1)
                Residual {
                    Conv2d(4, kernel: 3, padding: 1)
                    BatchNormalization()
                    rectify
                    Conv2d(4, kernel: 3, padding: 1)
                    BatchNormalization()
                }
                rectify
            }
        }
        let alone = try block(Function("relu") { relu($0) }).build(input: [2, 5, 6], seed: 1)
        let inBlock = try Sequential {
            Conv2d(4, kernel: 3, padding: 1)
            Residual(activation: .relu) {
                Conv2d(4, kernel: 3, padding: 1)
                BatchNormalization()
                ReLU()
                Conv2d(4, kernel: 3, padding: 1)
                BatchNormalization()
            }
        }.build(input: [2, 5, 6], seed: 1)
        let x = Tensor(
            normal: [3, 2, 5, 6], deviation: 1, stream: RandomStream(seed: 2, purpose: .testing, stream: 1))
        let results = [alone, inBlock].map { model in
            let output = valueWithGradient {
                let y = model(x, .training(seed: 1, step: 0))
                return (y * y * y).mean()
            }
            return [output.item]
                + model.parameters.filter(\.hasGradient).flatMap {
                    $0.gradient.array(of: Float.self).map(Double.init)
                }
        }
        #expect(results[0].count == results[1].count)
        let largest = zip(results[0], results[1]).map { abs($0 - $1) }.max()
        #expect(largest! < 1e-6)
    }

    @Test func valuesAreThoseOfTheOps() throws {
        let x = Tensor(
            normal: [2, 4, 9], deviation: 1, stream: RandomStream(seed: 2, purpose: .testing, stream: 1))
        let model = try Sequential {
            Conv1d(6, kernel: 3, stride: 2, padding: 2, dilation: 2, activation: .relu)
            Upsample(2, .linear)
        }.build(input: [4, 9], seed: 3)
        let weights = model.parameters.map(\.value)
        let expected = upsample(
            relu(
                convolution(
                    x, weight: weights[0], bias: weights[1],
                    ConvolutionGeometry(stride: 2, padding: 2, dilation: 2))), to: [10], .linear)
        #expect(model.parts.map(\.output) == [[6, 5], [6, 10]])
        #expect(model(x).array(of: Float.self) == expected.array(of: Float.self))
    }

    @Test func batchNormMovesItsStatisticsInTraining() throws {
        let model = try Sequential { BatchNormalization(momentum: 0.5) }.build(input: [1])
        let x = Tensor([1, 3] as [Float], shape: [2, 1])
        _ = model(x, .training(seed: 1, step: 0))
        // ½·0 + ½·2, and ½·1 + ½·2 with the unbiased variance.
        #expect(model.parameter("0.running_mean")?.value.array(of: Float.self) == [1])
        #expect(model.parameter("0.running_var")?.value.array(of: Float.self) == [1.5])
        _ = model(x)
        #expect(model.parameter("0.running_mean")?.value.array(of: Float.self) == [1])
        #expect(model.parameters.filter(\.isTrainable).map(\.name) == ["0.weight", "0.bias"])
    }

    @Test func sequences() throws {
        let model = try Sequential {
            Embedding(20, 5)
            LSTM(4, layers: 2, isBidirectional: true, dropout: 0.3)
            GRU(3, returnsSequence: false)
            Dense(2)
        }.build(input: [7], seed: 1)
        #expect(model.parts.map(\.output) == [[7, 5], [7, 8], [3], [2]])
        #expect(model.parameter("1.weight_ih_l1_reverse")?.shape == [16, 8])
        #expect(model.parameter("2.weight_hh_l0")?.shape == [9, 3])
        let ids = Tensor((0..<14).map { Int32($0) }, shape: [2, 7])
        #expect(model(ids, .training(seed: 1, step: 0)).shape == [2, 2])
    }

    @Test func theLastStateIsTheLastStep() throws {
        let x = Tensor(
            normal: [2, 5, 3], deviation: 1, stream: RandomStream(seed: 4, purpose: .testing, stream: 1))
        func model(_ returnsSequence: Bool) throws -> Tensor {
            try Sequential { RNN(4, isBidirectional: true, returnsSequence: returnsSequence) }
                .build(input: [5, 3], seed: 2)(x)
        }
        let all = try model(true).array(of: Float.self)
        let last = try model(false).array(of: Float.self)
        for row in 0..<2 {
            // Forward at the last step, reverse at the first.
            #expect(last[row * 8..<row * 8 + 4].elementsEqual(all[row * 40 + 32..<row * 40 + 36]))
            #expect(last[row * 8 + 4..<row * 8 + 8].elementsEqual(all[row * 40 + 4..<row * 40 + 8]))
        }
    }

    @Test func errorsSayWhatFits() throws {
        func message(_ input: Shape, @LayerBuilder _ layers: () -> [any LayerSpecification]) -> String {
            errorMessage { _ = try Sequential(layers).build(input: input) }
        }
        #expect(
            message([784]) { Conv2d(8, kernel: 3) }
                == "layer 0 (Conv2d): the input of one example has shape [784], wanted [channels, height, width]"
        )
        #expect(
            message([3, 8, 8]) { Conv2d(8, kernel: 3, groups: 2) }
                == "layer 0 (Conv2d): groups is 2, expected a divisor of the 3 channels of the input and of the 8 outputs"
        )
        #expect(
            message([3, 2, 8]) { Conv2d(8, kernel: 5, padding: 1) }.hasSuffix(
                "wanted at least 3 places on each axis for a kernel of 5"))
        #expect(
            message([3, 2, 8]) { MaxPool2d(4) }.hasSuffix(
                "wanted [channels, height, width] of at least 4 places on each axis"))
        #expect(throws: LayerError.self) {
            try MaxPool2d(2, padding: 1).build(ParameterScope(.initialize(seed: 0)), input: [3, 0, 8])
        }
        #expect(
            message([3, 8]) { LSTM(0) } == "layer 0 (Recurrent): hidden is 0, expected a positive number")
        #expect(
            message([8]) { GRU(2) }
                == "layer 0 (Recurrent): the input of one example has shape [8], wanted [steps, inputs]")
        #expect(
            message([8, 2]) { GroupNormalization(3) }
                == "layer 0 (GroupNormalization): groups is 3, expected a divisor of the 8 channels")
    }

    @Test func filesDescribeThem() throws {
        let layers: [any LayerSpecification] = [
            Conv1d(2, kernel: 3), Conv2d(4, kernel: 3, padding: 1, activation: .relu, initializer: .heNormal),
            TransposedConv2d(3, kernel: 2, stride: 2), MaxPool2d(3, stride: 2, padding: 1),
            AvgPool2d(2, countsPadding: false), GlobalAvgPool(), BatchNormalization(), GroupNormalization(2),
            Upsample(2, .linear), LSTM(4, layers: 2, isBidirectional: true, returnsSequence: false),
        ]
        for layer in layers {
            let json = try JSONValue(encoding: AnyLayer(layer))
            let read = try json.decode(AnyLayer.self)
            #expect(try JSONValue(encoding: read).text() == json.text())
        }
    }
}
