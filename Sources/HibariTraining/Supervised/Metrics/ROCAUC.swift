import Glibc
import HibariTensor

extension Metric {
    /// The area under the receiver operating characteristic: the chance that a positive example scores higher than a
    /// negative one, equal scores counting half.
    ///
    /// Of two classes with one logit: AUC = (R − n₊(n₊ + 1)/2) / (n₊·n₋), R the sum of the ranks of the positive
    /// examples, equal scores sharing the mean of their ranks. Of several logits each class against all others, by its
    /// softmax probability, and the mean over the classes that have examples and counterexamples. NaN if there is
    /// only one class. Source: Fawcett 2006, "An introduction to ROC analysis".
    public static let rocAUC = Metric("roc_auc", isHigherBetter: true) { ROCAUC() }
}

/// The area under the curve for scores of examples that are positive or not; NaN if all are alike.
public func areaUnderROC(scores: [Double], isPositive: [Bool]) -> Double {
    precondition(scores.count == isPositive.count, "areaUnderROC: as many scores as examples")
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    let positives = isPositive.count { $0 }
    let negatives = isPositive.count - positives
    guard positives > 0, negatives > 0 else { return .nan }
    var rankSum = 0.0
    var start = 0
    while start < order.count {
        var end = start + 1
        while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
        // Ranks start + 1 … end.
        let rank = Double(start + 1 + end) / 2
        rankSum += rank * Double(order[start..<end].count { isPositive[$0] })
        start = end
    }
    let least = Double(positives) * Double(positives + 1) / 2
    return (rankSum - least) / (Double(positives) * Double(negatives))
}

private struct ROCAUC: MetricAccumulator {
    private var targets: [Int] = []
    /// Of each class, or of the positive one alone.
    private var scores: [[Double]] = []

    mutating func add(_ prediction: Tensor, _ target: Tensor) throws {
        let rows = try ClassifiedRows("roc_auc", prediction, target)
        if scores.isEmpty { scores = Array(repeating: [], count: rows.width) }
        guard rows.width == scores.count else {
            throw SupervisedError.wrongMetric(
                name: "roc_auc", problem: "\(rows.width) logits a row after \(scores.count)")
        }
        var (targets, scores) = (targets, scores)
        rows.forEach { logits, target in
            targets.append(target)
            if logits.count == 1 { return scores[0].append(Double(logits[0])) }
            let largest = Double(logits.max() ?? 0)
            let powers = logits.map { exp(Double($0) - largest) }
            let sum = powers.reduce(0, +)
            for (label, power) in powers.enumerated() { scores[label].append(power / sum) }
        }
        (self.targets, self.scores) = (targets, scores)
    }

    var value: Double {
        if scores.isEmpty { return .nan }
        if scores.count == 1 { return areaUnderROC(scores: scores[0], isPositive: targets.map { $0 == 1 }) }
        let areas = scores.enumerated().map { label, scores in
            areaUnderROC(scores: scores, isPositive: targets.map { $0 == label })
        }.filter { !$0.isNaN }
        return areas.isEmpty ? .nan : areas.reduce(0, +) / Double(areas.count)
    }
}
