import HibariTensor

/// How often each class was taken for each.
///
/// Of class c, with TP = counts[c][c], FP = Σ of column c without TP, FN = Σ of row c without TP: precision =
/// TP / (TP + FP), recall = TP / (TP + FN), F1 = 2·TP / (2·TP + FP + FN); each 0 where it would be 0 / 0, as in
/// scikit-learn.
public struct ConfusionMatrix: Sendable, Equatable {
    /// `counts[target][predicted]`.
    public private(set) var counts: [[Int]]

    /// - Parameter classCount: the matrix grows where more classes come.
    public init(classCount: Int = 0) {
        counts = Array(repeating: Array(repeating: 0, count: classCount), count: classCount)
    }

    public var classCount: Int { counts.count }
    /// Examples counted.
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// Counts one example.
    public mutating func add(target: Int, predicted: Int) {
        let size = max(target, predicted) + 1
        if size > classCount {
            for row in counts.indices { counts[row] += Array(repeating: 0, count: size - counts[row].count) }
            while counts.count < size { counts.append(Array(repeating: 0, count: size)) }
        }
        counts[target][predicted] += 1
    }

    /// Counts a batch of logits.
    public mutating func add(_ prediction: Tensor, _ target: Tensor) throws {
        let rows = try ClassifiedRows("confusion_matrix", prediction, target)
        if classCount < rows.classCount {
            var grown = ConfusionMatrix(classCount: rows.classCount)
            for (row, values) in counts.enumerated() {
                grown.counts[row].replaceSubrange(0..<values.count, with: values)
            }
            self = grown
        }
        rows.forEach { logits, target in counts[target][predictedClass(logits)] += 1 }
    }

    private func hits(_ label: Int) -> Double { Double(counts[label][label]) }
    /// How often the class was there.
    public func support(_ label: Int) -> Int { counts[label].reduce(0, +) }
    /// How often the class was predicted.
    public func predictions(_ label: Int) -> Int { counts.reduce(0) { $0 + $1[label] } }

    public var accuracy: Double {
        total == 0 ? .nan : (0..<classCount).reduce(0) { $0 + hits($1) } / Double(total)
    }

    /// TP / (TP + FP) of a class; 0 for 0/0.
    public func precision(_ label: Int) -> Double { ratio(hits(label), Double(predictions(label))) }
    /// TP / (TP + FN) of a class; 0 for 0/0.
    public func recall(_ label: Int) -> Double { ratio(hits(label), Double(support(label))) }
    /// 2·TP / (2·TP + FP + FN) of a class; 0 for 0/0.
    public func f1(_ label: Int) -> Double {
        ratio(2 * hits(label), Double(predictions(label) + support(label)))
    }

    /// Means over the classes that occur in targets or predictions, each counting the same.
    public var macroPrecision: Double { mean(precision) }
    public var macroRecall: Double { mean(recall) }
    public var macroF1: Double { mean(f1) }

    private func mean(_ value: (Int) -> Double) -> Double {
        let present = (0..<classCount).filter { support($0) + predictions($0) > 0 }
        return present.isEmpty ? .nan : present.reduce(0) { $0 + value($1) } / Double(present.count)
    }

    private func ratio(_ part: Double, _ whole: Double) -> Double { whole == 0 ? 0 : part / whole }

    /// The pairs of classes that are confused most, the most frequent first.
    public func worstPairs(_ limit: Int) -> [(target: Int, predicted: Int, count: Int)] {
        var pairs: [(target: Int, predicted: Int, count: Int)] = []
        for (target, row) in counts.enumerated() {
            for (predicted, count) in row.enumerated() where target != predicted && count > 0 {
                pairs.append((target, predicted, count))
            }
        }
        // Sorting is stable: equal counts stay in the order of the classes.
        return Array(pairs.sorted { $0.count > $1.count }.prefix(limit))
    }
}

extension Metric {
    /// Mean precision over the classes, see `ConfusionMatrix`.
    public static let precision = ofMatrix("precision") { $0.macroPrecision }
    /// Mean recall over the classes.
    public static let recall = ofMatrix("recall") { $0.macroRecall }
    /// Mean F1 over the classes.
    public static let f1 = ofMatrix("f1") { $0.macroF1 }

    /// Precision, recall or F1 of one class.
    public static func precision(of label: Int) -> Metric {
        ofMatrix("precision_\(label)") { label < $0.classCount ? $0.precision(label) : .nan }
    }
    /// The recall of one class.
    public static func recall(of label: Int) -> Metric {
        ofMatrix("recall_\(label)") { label < $0.classCount ? $0.recall(label) : .nan }
    }
    /// The F1 of one class.
    public static func f1(of label: Int) -> Metric {
        ofMatrix("f1_\(label)") { label < $0.classCount ? $0.f1(label) : .nan }
    }

    private static func ofMatrix(
        _ name: String, _ value: @escaping @Sendable (ConfusionMatrix) -> Double
    ) -> Metric {
        Metric(name, isHigherBetter: true) { MatrixAccumulator(reading: value) }
    }
}

private struct MatrixAccumulator: MetricAccumulator {
    let reading: @Sendable (ConfusionMatrix) -> Double
    var matrix = ConfusionMatrix()

    init(reading: @escaping @Sendable (ConfusionMatrix) -> Double) { self.reading = reading }

    mutating func add(_ prediction: Tensor, _ target: Tensor) throws { try matrix.add(prediction, target) }
    var value: Double { reading(matrix) }
}
