import Foundation
import HibariCheckpoint
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTraining
import Testing

/// Training on examples.
@Suite struct FitTests {
    /// The same network, data and order as in PyTorch give the same losses, accuracies and weights.
    @Test func trainsAsPyTorch() throws {
        func path(_ name: String, _ type: String) throws -> String {
            try #require(Bundle.module.path(forResource: name, ofType: type, inDirectory: "Fixtures"))
        }
        let file = try SafetensorsFile(path: path("training", "safetensors"))
        let expected = try #require(try JSONValue(contentsOf: path("supervised", "json"))["training"])
        func tensor(_ name: String) throws -> Tensor { try file.tensor(named: name, .float32) }
        let model = try Sequential {
            Dense(16)
            Activate(.tanh)
            LayerNormalization()
            Dense(3)
        }.build(input: [6])
        for parameter in model.parameters { parameter.assign(try tensor("initial." + parameter.name)) }
        let targets = try tensor("targets").array(of: Float.self).map { Int32($0) }
        let examples = Examples(
            inputs: try tensor("inputs"), targets: Tensor(targets, shape: [targets.count]))
        var options = FitOptions(
            epochs: 3, batch: 16, optimizer: .adam(learningRate: 1e-2), loss: .crossEntropy,
            metrics: [.accuracy])
        options.shuffles = false
        let result = try SupervisedTraining(model, training: examples, options).start()
        for name in ["loss", "accuracy"] {
            let wanted = (expected[name]?.array ?? []).compactMap(\.double)
            #expect(result.epochs.count == wanted.count)
            for (epoch, value) in zip(result.epochs, wanted) {
                #expect(abs((epoch[name] ?? .nan) - value) <= 3e-6 * value, "\(name) of epoch \(epoch.epoch)")
            }
        }
        func expectClose(_ got: Tensor, _ wanted: Tensor, _ name: String) {
            let pairs = zip(got.array(of: Float.self), wanted.array(of: Float.self))
            let worst = pairs.map { abs($0 - $1) }.max() ?? .infinity
            #expect(got.shape == wanted.shape && worst <= 1e-5, "\(name): \(worst)")
        }
        for parameter in model.parameters {
            expectClose(parameter.value, try tensor("final." + parameter.name), parameter.name)
        }
        expectClose(try model.predict(tensor("inputs"), batch: 7), try tensor("logits"), "logits")
    }

    @Test func learnsALine() throws {
        let model = try Sequential { Dense(1) }.build(input: [2], seed: 1)
        let history = try model.fit(
            Points.line(64), epochs: 60, batch: 16, optimizer: .sgd(learningRate: 0.1),
            loss: .meanSquaredError,
            metrics: [.meanAbsoluteError])
        let weight = model.parameters[0].value.array(of: Float.self)
        #expect(abs(weight[0] - 3) < 1e-4 && abs(weight[1] + 2) < 1e-4)
        #expect(abs(model.parameters[1].value.array(of: Float.self)[0] - 1) < 1e-4)
        #expect(history["loss"].count == 60 && history["loss"][59] < 1e-8 && history["loss"][0] > 0.1)
        #expect(history.steps == 240 && history.stopReason == nil)
        #expect(
            try model.evaluate(Points.line(64), loss: .meanSquaredError, metrics: [.rSquared])["r2"] ?? 0
                > 0.999999)
    }

    private func train(
        seed: UInt64 = 1, dropout: Double = 0.2, epochs: Int = 3
    ) throws -> (weights: [Float], history: History) {
        let model = try Points.model(dropout: dropout)
        let history = try model.fit(
            Points.clouds(83), validation: Points.clouds(41, seed: 2), epochs: epochs, batch: 16,
            optimizer: .adam(learningRate: 1e-2), loss: .crossEntropy, metrics: [.accuracy, .f1], seed: seed)
        return (Points.weights(model), history)
    }

    @Test func theSeedDecidesAll() throws {
        let (one, again, other) = try (train(), train(), train(seed: 2))
        let (isSame, isOther) = (one.weights == again.weights, one.weights == other.weights)
        #expect(isSame && !isOther)
        #expect(one.history["val_loss"] == again.history["val_loss"])
        let withoutDropout = try train(dropout: 0)
        let isSameWithout = one.weights == withoutDropout.weights
        #expect(!isSameWithout)
    }

    @Test func historyHasWhatWasMeasured() throws {
        let history = try train(epochs: 8).history
        #expect(history.epochs.map(\.epoch) == Array(1...8))
        #expect(history.epochs.map(\.step) == (1...8).map { 6 * $0 })
        #expect(
            history.epochs[0].values.map(\.name) == [
                "loss", "accuracy", "val_loss", "val_accuracy", "val_f1",
            ])
        #expect(history["val_loss"][7] < history["val_loss"][0])
        #expect(history["val_accuracy"][7] > 0.6)
        let best = history["val_loss"].min()
        #expect(history.best?["val_loss"] == best)
    }

    /// The loss of an epoch weighs every example the same, also those of the last, smaller batch.
    @Test func epochLossesAreMeansOverExamples() throws {
        let model = try Sequential { Dense(3) }.build(input: [2], seed: 1)
        let examples = Points.clouds(21)
        let expected = try model.evaluate(examples, loss: .crossEntropy).loss
        let history = try model.fit(
            examples, epochs: 1, batch: 8, optimizer: .sgd(learningRate: 1e-12), loss: .crossEntropy)
        #expect(abs(history["loss"][0] - expected) < 1e-6)
    }

    /// Rows that are ignored count neither in a batch nor in the mean over batches.
    @Test func ignoredTargetsWeighNothing() throws {
        let model = try Sequential { Dense(3) }.build(input: [2], seed: 1)
        let (input, target) = Points.clouds(6).batch(indices: Array(0..<6), random: nil)
        var classes = target.array(of: Int32.self)
        for row in [0, 1, 4] { classes[row] = ignoredTarget }
        let examples = Examples(inputs: input, targets: Tensor(classes, shape: [6]))
        let kept = [2, 3, 5]
        let rest = Examples(
            inputs: concatenate(kept.map { input.slice($0..<$0 + 1) }),
            targets: Tensor(kept.map { classes[$0] }, shape: [3]))
        for loss in [Loss.crossEntropy, .multiclassHinge] {
            let got = try model.evaluate(examples, loss: loss, batch: 4).loss
            let wanted = try model.evaluate(rest, loss: loss).loss
            #expect(abs(got - wanted) < 1e-6, "\(loss.name)")
        }
    }

    @Test func eachEpochTakesEachExampleOnce() throws {
        final class Seen: ExampleSource {
            var count: Int { 10 }
            var batches: [[Int]] = []
            func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor) {
                if random != nil { batches.append(indices) }
                return (Tensor(zeros: [indices.count, 1]), Tensor(zeros: [indices.count, 1]))
            }
        }
        let seen = Seen()
        let model = try Sequential { Dense(1) }.build(input: [1])
        try model.fit(seen, epochs: 3, batch: 4, optimizer: .sgd(), loss: .meanSquaredError)
        #expect(seen.batches.map(\.count) == [4, 4, 2, 4, 4, 2, 4, 4, 2])
        let epochs = (0..<3).map { Array(seen.batches[3 * $0..<3 * $0 + 3].joined()) }
        #expect(epochs.allSatisfy { Set($0) == Set(0..<10) })
        #expect(epochs[0] != epochs[1] && epochs[0] != Array(0..<10))
    }

    @Test func frozenLayersStay() throws {
        let model = try Points.model()
        try model.freeze("0.*")
        let before = model.parameters.map { $0.value.array(of: Float.self) }
        try model.fit(Points.clouds(40), epochs: 1, optimizer: .sgd(), loss: .crossEntropy)
        let isSame = zip(model.parameters, before).map { $0.value.array(of: Float.self) == $1 }
        #expect(isSame == [true, true, false, false])
        try model.freeze("*")
        #expect(throws: SupervisedError.nothingToTrain) {
            try model.fit(Points.clouds(40), loss: .crossEntropy)
        }
    }

    @Test func warmUpAndSchedule() throws {
        let script = Script()
        try Points.model().fit(
            Points.clouds(32), epochs: 4, batch: 8, optimizer: .sgd(learningRate: 1), loss: .crossEntropy,
            schedule: .linear, warmup: 1, callbacks: [script])
        // 4 steps of warm-up, then down along a line; the rates are those of the last steps of the epochs.
        let wanted = [4.0 / 5, 1 - 3.0 / 12, 1 - 7.0 / 12, 1 - 11.0 / 12]
        #expect(zip(script.rates, wanted).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func predictionsDoNotDependOnTheBatch() throws {
        let model = try Points.model()
        let inputs = Points.clouds(29).batch(indices: Array(0..<29), random: nil).input
        let (whole, parts) = try (model.predict(inputs), model.predict(inputs, batch: 4))
        #expect(whole.shape == [29, 3] && parts.shape == whole.shape)
        let worst = zip(whole.array(of: Float.self), parts.array(of: Float.self)).map { abs($0 - $1) }.max()
        #expect(worst ?? 1 < 1e-6)
        let fromSource = try model.predict(Points.clouds(29), batch: 11)
        #expect(fromSource.shape == [29, 3])
        #expect(try model.predictClasses(inputs).count == 29)
        // The classes are on the last axis: of two steps of two logits, two classes.
        let steps = try Sequential { Reshape([2, 2]) }.build(input: [4])
        #expect(try steps.predictClasses(Tensor([1, 2, 4, 3] as [Float], shape: [1, 4])) == [1, 0])
    }
}

/// The same bytes on any number of threads. Serialized, as the pool's size is the whole process's.
@Suite(.serialized) struct FitThreadsTests {
    @Test func threadsChangeNothing() throws {
        let before = ThreadPool.shared.threadCount
        defer { ThreadPool.shared.setThreadCount(before) }
        var results: [[Float]] = []
        for threads in [1, 2, 3] {
            ThreadPool.shared.setThreadCount(threads)
            let model = try Sequential {
                Dense(300, activation: .tanh)
                Dropout(0.3)
                LayerNormalization()
                Dense(3)
            }.build(input: [2], seed: 1)
            try model.fit(Points.clouds(512), epochs: 2, batch: 200, loss: .crossEntropy)
            results.append(Points.weights(model))
        }
        let isSame = results[0] == results[1] && results[0] == results[2]
        #expect(isSame)
    }
}
