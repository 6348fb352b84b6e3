/// How often class r was taken for class c. Colors show the share of a row, so that classes of all sizes compare.
public struct ConfusionMatrix: Chart {
    public var title, caption: String
    public let classNames: [String]
    /// Row by row: the true class down, the predicted one across.
    public let counts: [Int]

    /// - Precondition: counts are square: classes times classes.
    public init(title: String = "Confusion matrix", classNames: [String], counts: [Int], caption: String = "")
    {
        precondition(
            counts.count == classNames.count * classNames.count,
            "confusion matrix: \(counts.count) counts for \(classNames.count) classes")
        self.title = title
        self.classNames = classNames
        self.counts = counts
        self.caption = caption
    }

    func count(_ truth: Int, _ predicted: Int) -> Int { counts[truth * classNames.count + predicted] }

    private func rowTotal(_ truth: Int) -> Int { classNames.indices.reduce(0) { $0 + count(truth, $1) } }

    private func columnTotal(_ predicted: Int) -> Int {
        classNames.indices.reduce(0) { $0 + count($1, predicted) }
    }

    /// The share of examples on the diagonal; NaN if there are none.
    public var accuracy: Double {
        let right = classNames.indices.reduce(0) { $0 + count($1, $1) }
        return Double(right) / Double(counts.reduce(0, +))
    }

    /// The most frequent mistakes.
    func worstPairs(_ limit: Int) -> [(truth: Int, predicted: Int, count: Int)] {
        let size = classNames.count
        let mistakes = counts.indices.filter { $0 / size != $0 % size && counts[$0] > 0 }
            .sorted { (counts[$0], $1) > (counts[$1], $0) }
        return mistakes.prefix(limit).map { ($0 / size, $0 % size, counts[$0]) }
    }

    public func writePicture(to markup: inout Markup) {
        let strengths = counts.indices.map { index -> Double in
            let total = rowTotal(index / classNames.count)
            // The root makes rare mistakes visible beside a strong diagonal.
            return total == 0 ? 0 : (Double(counts[index]) / Double(total)).squareRoot()
        }
        let heatmap = Heatmap(
            title: title, rowNames: classNames, columnNames: classNames, values: counts.map(Double.init),
            strengths: strengths, rowTitle: "true class", columnTitle: "predicted class",
            format: { $0 == 0 ? "" : "\(Int($0))" })
        heatmap.writePicture(to: &markup)
        let worst = worstPairs(3)
        guard !worst.isEmpty else { return }
        let list = worst.map {
            "\(classNames[$0.truth]) taken for \(classNames[$0.predicted]) (\(grouped($0.count)))"
        }
        markup.element("p", ["class": "caption"], text: "Most often: " + list.joined(separator: ", ") + ".")
    }

    /// Precision, recall and F1 of each class.
    public var table: DataTable {
        DataTable(
            columns: ["class", "examples", "recall", "precision", "F1"],
            rows: classNames.indices.map { index in
                let right = Double(count(index, index))
                let (recall, precision) = (
                    right / Double(rowTotal(index)), right / Double(columnTotal(index))
                )
                let f1 = 2 * right / Double(rowTotal(index) + columnTotal(index))
                return [
                    classNames[index], grouped(rowTotal(index)), percent(recall), percent(precision),
                    percent(f1),
                ]
            })
    }
}
