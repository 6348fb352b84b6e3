import HibariNN
import HibariSupport
import HibariTasks
import HibariTensor
import HibariTraining
import Testing

@Suite struct DeepNetworkTests {
    private var examples: Examples {
        var random = RandomStream(seed: 3, purpose: .testing)
        let rows = (0..<40).map { _ in [Float(random.uniform()), Float(random.uniform())] }
        return Examples(rows, classes: rows.map { $0[0] > $0[1] ? 1 : 0 })
    }

    /// Sigmoid loses the gradient on the way back; skips and batch norm keep it within a factor of ten.
    @Test func gradientsOfDeepNetworks() throws {
        func share(_ kind: DeepNetwork) throws -> Double {
            let model = try kind.build(inputs: 2, classes: 2, width: 16, depth: 12, seed: 1)
            let sizes = try DeepNetwork.gradientSizes(of: model, examples)
            #expect(sizes.count == 14 && sizes.allSatisfy { $0.isFinite && $0 > 0 })
            let isClear = model.parameters.allSatisfy { !$0.hasGradient }
            #expect(isClear)
            return sizes[1] / sizes[12]
        }
        #expect(try share(.sigmoid) < 1e-4)
        #expect(try share(.relu) > 1e-3)
        #expect(try share(.skip) > 0.1)
        #expect(try share(.batchNorm) > 0.1)
    }

    /// One weight, one example: the gradient of the cross-entropy is (p − 1)·x for the true class.
    @Test func sizesAreThoseOfTheGradient() throws {
        let model = try Sequential { Dense(2, bias: false, initializer: .zeros) }.build(input: [1])
        let sizes = try DeepNetwork.gradientSizes(of: model, Examples([[3]], classes: [0]))
        #expect(abs(sizes[0] - 1.5) < 1e-6)
    }
}

@Suite struct LossLandscapeTests {
    @Test func directionsHaveTheLengthsOfFilters() {
        let weight = Tensor([3, 4, 0, 0, 0.6, 0.8] as [Float], shape: [3, 2])
        let direction = LossLandscape.direction(like: weight, seed: 1, stream: 0).array(of: Float.self)
        for (row, length) in [(0, Float(5)), (1, 0), (2, 1)] {
            let (a, b) = (direction[2 * row], direction[2 * row + 1])
            #expect(abs((a * a + b * b).squareRoot() - length) < 1e-5)
        }
    }

    /// In the middle stands the model's own loss, and it has its weights again afterwards.
    @Test func surfaceAroundAModel() throws {
        let model = try Sequential { Dense(2) }.build(input: [2], seed: 1)
        let examples = Examples([[1, 0], [0, 1]], classes: [0, 1])
        try model.fit(examples, epochs: 50, batch: 2, optimizer: .sgd(learningRate: 1), loss: .crossEntropy)
        let before = model.parameters.flatMap { $0.value.array(of: Float.self) }
        let landscape = try LossLandscape(of: model, examples, grid: 7, span: 3, seed: 1)
        let loss = try model.evaluate(examples, loss: .crossEntropy).loss
        #expect(abs(landscape.center - loss) < 1e-6)
        #expect(landscape.sharpness > 0 && landscape.share(below: landscape.center) < 0.5)
        // Half the span of 3 lies between the rings 1 and 2.
        let rings = landscape.profile.losses
        #expect(abs(landscape.sharpness - ((rings[1] + rings[2]) / 2 - rings[0])) < 1e-12)
        #expect(
            landscape.profile.distances == [0, 1, 2, 3] && abs(landscape.profile.losses[0] - loss) < 1e-6)
        let isRestored = model.parameters.flatMap { $0.value.array(of: Float.self) } == before
        #expect(isRestored)
    }
}
