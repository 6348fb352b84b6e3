import HibariNN
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// What a classifier does with the test data, in numbers and pictures.
struct ClassifierTest {
    private let evaluation: Evaluation
    private let confusion: HibariTraining.ConfusionMatrix
    private let probabilities: [[Double]]
    private let targets: [Int]
    private let classNames: [String]

    /// - Parameters:
    ///   - test: with targets as the loss wants them.
    ///   - classNames: of the classes; two if the model has one logit.
    init(_ model: Model, _ test: Examples, loss: Loss, classNames: [String]) throws {
        evaluation = try model.evaluate(test, loss: loss, metrics: [.accuracy, .f1, .rocAUC])
        let (input, target) = test.all
        let logits = try model.predict(input)
        var confusion = HibariTraining.ConfusionMatrix(classCount: classNames.count)
        try confusion.add(logits, target)
        self.confusion = confusion
        probabilities = classProbabilities(logits)
        targets =
            target.dtype == .int32
            ? target.array(of: Int32.self).map(Int.init)
            : target.array(of: Float.self).map { $0 > 0 ? 1 : 0 }
        self.classNames = classNames
    }

    var accuracy: Double { evaluation["accuracy"] ?? .nan }

    var values: JSONObject {
        [
            "test_loss": .number(evaluation.loss), "test_accuracy": .number(accuracy),
            "test_f1": .number(evaluation["f1"] ?? .nan),
            // null where all test rows are of one class.
            "test_roc_auc": .number(evaluation["roc_auc"] ?? .nan),
            "classes": .array(classNames.map { .string($0) }),
            "confusion": .array(confusion.counts.map { .array($0.map { .integer($0) }) }),
        ]
    }

    var figures: [SummaryFigure] {
        let right = targets.indices.count { place in
            probabilities[place].placeOfLargest == targets[place]
        }
        return [
            SummaryFigure(
                "test accuracy", percent(accuracy),
                note: "\(grouped(right)) of \(grouped(targets.count)) rows"),
            SummaryFigure("F1", readable(evaluation["f1"] ?? .nan), note: "mean over the classes"),
            SummaryFigure(
                "ROC AUC", readable(evaluation["roc_auc"] ?? .nan), note: "0.5 is guessing, 1 is perfect"),
        ]
    }

    /// The confusion matrix and, for two classes, the ROC curve.
    var blocks: [any ReportBlock] {
        let matrix = HibariReports.ConfusionMatrix(
            classNames: classNames, counts: confusion.counts.flatMap { $0 },
            caption:
                "Test data. Rows are what is true, columns what was predicted: mistakes stand off the diagonal."
        )
        guard classNames.count == 2, let area = evaluation["roc_auc"], area.isFinite else { return [matrix] }
        let (x, y) = rocCurve(scores: probabilities.map { $0[1] }, isPositive: targets.map { $0 == 1 })
        let chart = LineChart(
            title: "ROC curve",
            series: [Series("this model", x: x, y: y), Series("guessing", x: [0, 1], y: [0, 1])],
            xLabel: "share of \(classNames[0]) taken for \(classNames[1])",
            yLabel: "share of \(classNames[1]) found",
            caption: """
                Each point is a threshold for calling an example \(classNames[1]). The area under the curve, \
                \(readable(area)), is the chance that an example of \(classNames[1]) gets a higher score than one of \
                \(classNames[0]).
                """)
        return [matrix, chart]
    }
}

/// False and true positive rates for every threshold, from the highest score to the lowest; equal scores are one step.
package func rocCurve(scores: [Double], isPositive: [Bool]) -> (x: [Double], y: [Double]) {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let positives = Double(max(1, isPositive.count { $0 }))
    let negatives = Double(max(1, isPositive.count { !$0 }))
    var (x, y) = ([0.0], [0.0])
    var (hits, alarms) = (0.0, 0.0)
    for (place, index) in order.enumerated() {
        if isPositive[index] { hits += 1 } else { alarms += 1 }
        let isLastOfTie = place + 1 == order.count || scores[order[place + 1]] != scores[index]
        if isLastOfTie {
            x.append(alarms / negatives)
            y.append(hits / positives)
        }
    }
    return (x, y)
}

/// What a model says everywhere in the plane of its two inputs, with the training examples; nil unless it has two, both
/// numbers.
func decisionBoundary(_ model: Model, _ data: ClassData, title: String, caption: String) throws
    -> DecisionBoundary?
{
    guard let plane = data.plane else { return nil }
    let (input, target) = data.train.all
    let values = input.array(of: Float.self).map(Double.init)
    let labels = target.array(of: Int32.self)
    let points = stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
    func range(_ coordinates: [Double]) -> ClosedRange<Double> {
        let (low, high) = (coordinates.min() ?? 0, coordinates.max() ?? 1)
        let space = max(0.1 * (high - low), 1e-3)
        return low - space...high + space
    }
    let (x, y) = (range(points.map(\.0)), range(points.map(\.1)))
    let size = 100
    var cells: [Float] = []
    for row in 0..<size {
        for column in 0..<size {
            func middle(_ range: ClosedRange<Double>, _ cell: Int) -> Float {
                Float(
                    range.lowerBound + (range.upperBound - range.lowerBound) * (Double(cell) + 0.5)
                        / Double(size))
            }
            cells += [middle(x, column), middle(y, row)]
        }
    }
    let logits = try model.predict(Tensor(cells, shape: [size * size, 2]))
    // Axes in the units of the file, not in those the model sees.
    func shown(_ value: Double, _ axis: Int) -> Double { value * plane[axis].deviation + plane[axis].mean }
    func shown(_ range: ClosedRange<Double>, _ axis: Int) -> ClosedRange<Double> {
        shown(range.lowerBound, axis)...shown(range.upperBound, axis)
    }
    return DecisionBoundary(
        title: title, classNames: data.classNames, xRange: shown(x, 0), yRange: shown(y, 1), columns: size,
        rows: size, probabilities: classProbabilities(logits).flatMap { $0 },
        groups: data.classNames.enumerated().map { label, name in
            let own = points.indices.filter { labels[$0] == Int32(label) }
            return PointGroup(
                name, x: own.map { shown(points[$0].0, 0) }, y: own.map { shown(points[$0].1, 1) })
        }, xLabel: plane[0].name, yLabel: plane[1].name, caption: caption)
}
