import Foundation
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

/// Metrics by hand, and as scikit-learn computes them.
@Suite struct MetricTests {
    private func classes(_ values: [Int]) -> Tensor {
        Tensor(values.map { Int32($0) }, shape: [values.count])
    }

    private func fixture() throws -> JSONValue {
        let path = try #require(
            Bundle.module.path(forResource: "supervised", ofType: "json", inDirectory: "Fixtures"))
        return try JSONValue(contentsOf: path)
    }

    private func numbers(_ json: JSONValue?) -> [Double] { (json?.array ?? []).compactMap(\.double) }

    /// Every metric that the fixture has a value for, over the whole data and over batches of uneven size.
    private func check(_ json: JSONValue, _ prediction: Tensor, _ target: Tensor) throws {
        let expected = try #require(json["expected"]?.object)
        #expect(!expected.isEmpty)
        for (name, wanted) in expected {
            let metric = try self.metric(name)
            let wanted = try #require(wanted.double)
            let whole = try metric(prediction, target)
            #expect(abs(whole - wanted) <= 1e-12 * max(1, abs(wanted)), "\(name): \(whole), wanted \(wanted)")
            let source = Batches(prediction: prediction, target: target)
            let model = try Model(input: Shape(prediction.shape.array.dropFirst())) { _ in Identity() }
            let zero = Loss("zero") { prediction, _ in Tensor(repeating: 0, shape: [], prediction.dtype) }
            let parts = try model.evaluate(source, loss: zero, metrics: [metric], batch: 7)
            #expect(abs((parts[name] ?? .nan) - wanted) <= 1e-12 * max(1, abs(wanted)), "\(name) in batches")
        }
    }

    private func metric(_ name: String) throws -> Metric {
        switch name {
        case "precision_1": .precision(of: 1)
        case "recall_0": .recall(of: 0)
        case "f1_1": .f1(of: 1)
        default: try Metric(named: name)
        }
    }

    private struct Identity: Layer {
        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { x }
    }

    private struct Batches: ExampleSource {
        let prediction, target: Tensor
        var count: Int { prediction.shape[0] }
        func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor) {
            let range = indices[0]..<indices[indices.count - 1] + 1
            return (prediction.slice(range), target.slice(range))
        }
    }

    @Test func manyClassesAsScikitLearn() throws {
        let json = try #require(try fixture()["many_classes"])
        let targets = numbers(json["targets"]).map { Int($0) }
        let logits = Tensor(numbers(json["logits"]).map { Float($0) }, shape: [targets.count, 5])
        try check(json, logits, classes(targets))
        var matrix = ConfusionMatrix()
        try matrix.add(logits, classes(targets))
        let counts = (json["confusion"]?.array ?? []).map { numbers($0).map { Int($0) } }
        #expect(matrix.counts == counts)
        for label in 0..<5 {
            #expect(abs(matrix.precision(label) - numbers(json["precision"])[label]) < 1e-12)
            #expect(abs(matrix.recall(label) - numbers(json["recall"])[label]) < 1e-12)
            #expect(abs(matrix.f1(label) - numbers(json["f1"])[label]) < 1e-12)
        }
    }

    @Test func twoClassesAsScikitLearn() throws {
        let json = try #require(try fixture()["two_classes"])
        let targets = numbers(json["targets"]).map { Int($0) }
        let logits = Tensor(numbers(json["logits"]).map { Float($0) }, shape: [targets.count, 1])
        try check(json, logits, classes(targets))
        // The same classes as −1 and 1, and as the numbers 0 and 1.
        try check(json, logits, classes(targets.map { 2 * $0 - 1 }))
        try check(json, logits, Tensor(targets.map { Float($0) }, shape: [targets.count, 1]))
    }

    @Test func regressionAsScikitLearn() throws {
        let json = try #require(try fixture()["regression"])
        let predictions = numbers(json["predictions"]).map { Float($0) }
        let targets = numbers(json["targets"]).map { Float($0) }
        let shape: Shape = [targets.count / 2, 2]
        try check(json, Tensor(predictions, shape: shape), Tensor(targets, shape: shape))
    }

    @Test func accuracyByHand() throws {
        let logits = Tensor([1, 2, 3, 3, 3, 0, -1, -2, -3, 0, 0, 0] as [Float], shape: [4, 3])
        // Predicted: 2; 0, the first of two equal ones; 0; 0.
        #expect(try Metric.accuracy(logits, classes([2, 1, 0, 0])) == 0.75)
        #expect(try Metric.topKAccuracy(2)(logits, classes([0, 1, 1, 2])) == 0.5)
        #expect(try Metric.topKAccuracy(3)(logits, classes([0, 1, 1, 2])) == 1)
        // Rows that do not count.
        #expect(try Metric.accuracy(logits, classes([2, -100, -100, 1])) == 0.5)
        #expect(try Metric.accuracy(logits, classes([-100, -100, -100, -100])).isNaN)
    }

    @Test func areaByHand() {
        #expect(areaUnderROC(scores: [1, 2, 3, 4], isPositive: [false, false, true, true]) == 1)
        #expect(areaUnderROC(scores: [4, 3, 2, 1], isPositive: [false, false, true, true]) == 0)
        #expect(areaUnderROC(scores: [1, 1, 1], isPositive: [false, true, true]) == 0.5)
        // Of the pairs (2, 1), (2, 2), (3, 1), (3, 2) two and two are won, one of them a tie.
        #expect(areaUnderROC(scores: [1, 2, 2, 3], isPositive: [false, false, true, true]) == 0.875)
        #expect(areaUnderROC(scores: [1, 2], isPositive: [true, true]).isNaN)
    }

    @Test func confusionByHand() {
        var matrix = ConfusionMatrix()
        for (target, predicted) in [(0, 0), (0, 1), (1, 1), (1, 1), (2, 1), (0, 1)] {
            matrix.add(target: target, predicted: predicted)
        }
        #expect(matrix.counts == [[1, 2, 0], [0, 2, 0], [0, 1, 0]])
        #expect(matrix.accuracy == 0.5 && matrix.precision(1) == 0.4 && matrix.recall(1) == 1)
        #expect(matrix.precision(2) == 0 && matrix.recall(2) == 0 && matrix.f1(2) == 0)
        #expect(abs(matrix.macroF1 - (0.5 + 4.0 / 7 + 0) / 3) < 1e-15)
        let pairs = matrix.worstPairs(2)
        #expect(pairs.map(\.target) == [0, 2] && pairs.map(\.count) == [2, 1])
    }

    @Test func constantTargets() throws {
        let targets = Tensor([2, 2, 2] as [Float], shape: [3, 1])
        #expect(try Metric.rSquared(targets, targets) == 1)
        #expect(try Metric.rSquared(Tensor([2, 2, 3] as [Float], shape: [3, 1]), targets) == 0)
        #expect(try Metric.rSquared(targets.slice(0..<1), targets.slice(0..<1)).isNaN)
    }

    /// Nine of ten logits below 0 where one-hot rows have a 0 are no accuracy of 0.9.
    @Test func oneHotTargetsAreRefused() throws {
        let logits = Tensor((0..<10).map { Float(-1 - $0) }, shape: [1, 10])
        let oneHot = HibariTensor.oneHot(Tensor([3] as [Int32], shape: [1]), classes: 10)
        for metric in [Metric.accuracy, .f1, .rocAUC] {
            #expect(
                errorMessage { _ = try metric(logits, oneHot) }.contains(
                    "10 logits a row want int32 classes [1], got float32 [1, 10]; of one-hot rows"))
        }
        // As many int32 targets as logits are answers of their own.
        let answers = Tensor([1, 0, 0] as [Int32], shape: [1, 3])
        #expect(try Metric.accuracy(Tensor([2, -1, 3] as [Float], shape: [1, 3]), answers) == 2.0 / 3)
    }

    @Test func whatDoesNotGoTogether() throws {
        let logits = Tensor(zeros: [2, 3])
        for (metric, target, words) in [
            (Metric.accuracy, classes([0, 3]), "class 3 is out of range 0 to 2"),
            (.f1, classes([0]), "want one class for each row"),
            (.rocAUC, Tensor(zeros: [2]), "want int32 classes"),
            (.rSquared, classes([0, 1]), "want as many numbers"),
        ] {
            let error = #expect(throws: SupervisedError.self) { try metric(logits, target) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
        #expect(throws: SupervisedError.self) { try Metric(named: "accurracy") }
        #expect(try Metric(named: "top_7_accuracy").name == "top_7_accuracy")
    }
}
