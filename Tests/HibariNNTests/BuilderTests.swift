import HibariNN
import HibariTensor
import Testing

/// Shapes, names and values of built models.
@Suite struct BuilderTests {
    private struct Block: ComposedLayer {
        var width: Int
        var layers: [any LayerSpecification] {
            Dense(width, activation: .tanh)
            Dense(width)
        }
    }

    private func shapes(_ model: Model) -> [String: [Int]] {
        Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape.array) })
    }

    @Test func namesArePyTorchs() throws {
        let model = try Sequential {
            Dense(5, activation: .relu)
            Dropout(0.5)
            Block(width: 4)
            Dense(2, bias: false).named("head")
        }.build(input: [3])
        #expect(
            shapes(model) == [
                "0.weight": [5, 3], "0.bias": [5], "2.0.weight": [4, 5], "2.0.bias": [4],
                "2.1.weight": [4, 4], "2.1.bias": [4], "head.weight": [2, 4],
            ])
        #expect(model.parts.map(\.output) == [[5], [5], [4], [2]])
        #expect(model.parts.map(\.kind) == ["Dense", "Dropout", "Block", "Dense"])
        #expect(model.parameterCount == 20 + 24 + 20 + 8)
    }

    @Test func bracesTakeConditionsAndLoops() throws {
        let isDeep = true
        let model = try Sequential {
            for width in [4, 3] { Dense(width) }
            if isDeep { Dense(2) } else { Dense(9) }
            if !isDeep { Dense(1) }
        }.build(input: [6])
        #expect(model.parts.map(\.output) == [[4], [3], [2]])
    }

    @Test func oneSeedOneModel() throws {
        func weights(_ seed: UInt64) throws -> [Float] {
            let model = try Sequential { Dense(8) }.build(input: [4], seed: seed)
            return model.parameters.flatMap { $0.value.array(of: Float.self) }
        }
        #expect(try weights(1) == weights(1))
        #expect(try weights(1) != weights(2))
    }

    @Test func sequencesAndIds() throws {
        let model = try Sequential {
            Embedding(11, 6)
            LayerNormalization()
            Dense(4)
            Flatten()
            Reshape([2, 6])
        }.build(input: [3])
        #expect(model.inputType == .int32)
        #expect(model.parts.map(\.output) == [[3, 6], [3, 6], [3, 4], [12], [2, 6]])
        let output = model(Tensor([0, 5, 10, 1, 1, 1] as [Int32], shape: [2, 3]))
        #expect(output.shape == [2, 2, 6])
    }

    @Test func residualAddsItsInput() throws {
        let model = try Sequential {
            Residual(activation: .relu) { Dense(3) }
            Residual(projection: Dense(2, bias: false)) { Dense(2) }
        }.build(input: [3], seed: 3)
        #expect(
            model.parameters.map(\.name) == [
                "0.0.weight", "0.0.bias", "1.0.weight", "1.0.bias", "1.projection.weight",
            ])
        let x = Tensor([1, -2, 3] as [Float], shape: [1, 3])
        func dense(_ x: Tensor, _ name: String) -> Tensor {
            let product = matmul(x, transposed(model.parameter(name + ".weight")!.value))
            return model.parameter(name + ".bias").map { product + $0.value } ?? product
        }
        let first = relu(x + dense(x, "0.0"))
        let expected = dense(first, "1.0") + dense(first, "1.projection")
        expectClose(model(x), expected)
    }

    private func transposed(_ x: Tensor) -> Tensor {
        let (rows, columns) = (x.shape[0], x.shape[1])
        let values = x.array(of: Float.self)
        return Tensor(
            (0..<columns * rows).map { values[$0 % rows * columns + $0 / rows] }, shape: [columns, rows])
    }

    private func expectClose(_ got: Tensor, _ wanted: Tensor) {
        #expect(got.shape == wanted.shape)
        for (a, b) in zip(got.array(of: Float.self), wanted.array(of: Float.self)) {
            #expect(abs(a - b) <= 1e-6 * max(1, abs(b)))
        }
    }

    @Test func denseConnectionAndParallelJoin() throws {
        let dense = try Sequential { DenseConnection { Dense(2) } }.build(input: [3], seed: 1)
        #expect(dense.parts[0].output == [5])
        let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        let joined = dense(x)
        #expect(joined.shape == [2, 5] && Array(joined.array(of: Float.self)[5..<8]) == [4, 5, 6])

        let sum = try Sequential {
            Parallel(.add) {
                Function("twice") { 2 * $0 }
                Function("square") { $0 * $0 }
            }
        }.build(input: [3])
        #expect(sum(x).array(of: Float.self) == [3, 8, 15, 24, 35, 48])
        let side = try Sequential {
            Parallel(axis: -1) {
                Dense(2).named("left")
                Activate(.relu)
            }
        }.build(input: [4, 3])
        #expect(side.parts[0].output == [4, 5])
        #expect(side.parameters.map(\.name) == ["0.left.weight", "0.left.bias"])
    }

    @Test func dropoutsDrawDifferentMasks() throws {
        let model = try Sequential {
            Parallel(.concatenate) {
                Dropout(0.5)
                Dropout(0.5)
            }
        }.build(input: [64])
        let x = Tensor(repeating: 1, shape: [1, 64])
        let values = model(x, .training(seed: 1, step: 0)).array(of: Float.self)
        let isSame = values[..<64].elementsEqual(values[64...])
        #expect(!isSame && Set(values) == [0, 2])
        #expect(Set(model(x).array(of: Float.self)) == [1])
    }

    @Test func initializersHaveTheirSpread() throws {
        // Uniform numbers have the variance bound²/3.
        let wanted: [(WeightInitializer, Double)] = [
            (.pyTorch, 1 / (3 * 300)), (.heNormal, 2.0 / 300), (.heUniform, 2.0 / 300),
            (.glorotNormal, 2.0 / 700), (.glorotUniform, 2.0 / 700), (.lecunNormal, 1.0 / 300),
            (.normal(deviation: 0.5), 0.25), (.uniform(limit: 0.3), 0.03), (.zeros, 0),
        ]
        for (initializer, variance) in wanted {
            let model = try Sequential { Dense(400, initializer: initializer) }.build(input: [300], seed: 5)
            let weight = model.parameters[0].value
            let measured = weight.sumOfSquares / Double(weight.count)
            #expect(abs(measured - variance) <= 0.02 * variance, "\(initializer): \(measured)")
            let bias = model.parameters[1].value.array(of: Float.self)
            #expect((initializer == .pyTorch) == bias.contains { $0 != 0 }, "\(initializer)")
        }
        let pyTorch = try Sequential { Dense(400) }.build(input: [300], seed: 5)
        let bound = (1 / 300.0).squareRoot()
        let largest = pyTorch.parameters[0].value.array(of: Float.self).map(abs).max() ?? 0
        #expect(Double(largest) <= bound && Double(largest) > 0.99 * bound)
    }
}
