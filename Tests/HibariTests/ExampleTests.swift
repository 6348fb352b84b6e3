import Hibari
import HibariTestSupport
import Testing

/// The examples of Docs/library.md do what it says.
@Suite struct ExampleTests {
    @Test func regression() throws {
        let (weights, bias, rSquared) = try linearRegression()
        #expect(abs(weights[0] - 2) < 0.01 && abs(weights[1] + 1) < 0.01 && abs(bias - 0.5) < 0.01)
        #expect(rSquared > 0.999)
    }

    @Test func classification() throws {
        let directory = TemporaryDirectory()
        let (accuracy, classes, _) = try points(run: directory.path + "/run")
        #expect(accuracy > 0.95 && classes == [1, 0])
    }

    @Test func readmeExample() throws {
        let directory = TemporaryDirectory()
        let inputs = Tensor(
            normal: [256, 784], deviation: 1, stream: RandomStream(seed: 1, purpose: .testing))
        let targets = Tensor((0..<256).map { Int32($0 % 10) }, shape: [256])
        let examples = Examples(inputs: inputs, targets: targets)
        let history = try readme(examples, held: examples, run: directory.path + "/run")
        #expect(history.epochs.count == 5 && history["val_accuracy"][4] > 0.5)
    }

    @Test func aStructOfLayers() throws { #expect(try customModel() > 0.9) }

    @Test func partsOfModels() throws {
        let (old, new) = try composedAndTransfer()
        #expect(old.parts.map(\.output) == [[64], [64], [64], [64], [32], [10]])
        #expect(new.parts.last?.output == [3])
        #expect(old.parameters.allSatisfy { !$0.isTrainable } && new.parameters.allSatisfy(\.isTrainable))
        #expect(old.parameters[2].name == "1.0.0.weight")
    }

    @Test func layerCallbackAndSource() throws {
        let model = try Sequential {
            Scale()
            Dense(1)
        }.build(input: [2], seed: 1)
        let rises = Rises()
        let history = try model.fit(
            Sums(), epochs: 6, batch: 100, optimizer: .adam(learningRate: 1e-2), loss: .meanSquaredError,
            callbacks: [rises])
        #expect(history["loss"][5] < 1e-3)
        #expect(rises.epochs == (2...6).filter { history["loss"][$0 - 1] > history["loss"][$0 - 2] })
        #expect(abs(gradientDescent() - 3) < 1e-4)
    }
}
