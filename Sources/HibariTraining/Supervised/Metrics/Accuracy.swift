import HibariTensor

extension Metric {
    /// The share of examples whose class is predicted.
    public static let accuracy = Metric("accuracy", isHigherBetter: true) { Accuracy(name: "accuracy", k: 1) }

    /// The share of examples whose class is among the k largest logits; of equal logits the first counts as larger.
    public static func topKAccuracy(_ k: Int) -> Metric {
        precondition(k > 0, "topKAccuracy: k must be positive, got \(k)")
        let name = "top_\(k)_accuracy"
        return Metric(name, isHigherBetter: true) { Accuracy(name: name, k: k) }
    }
}

private struct Accuracy: MeanAccumulator {
    let name: String
    let k: Int
    var sum = 0.0
    var count = 0

    mutating func add(_ prediction: Tensor, _ target: Tensor) throws {
        let k = k
        var (hits, rows) = (0, 0)
        try ClassifiedRows(name, prediction, target).forEach { logits, target in
            rows += 1
            if logits.count == 1 || k == 1 {
                hits += predictedClass(logits) == target || k >= 2 ? 1 : 0
                return
            }
            let wanted = logits[target]
            var before = 0
            for (index, logit) in logits.enumerated() {
                if logit > wanted || (logit == wanted && index < target) { before += 1 }
            }
            hits += before < k ? 1 : 0
        }
        sum += Double(hits)
        count += rows
    }
}
