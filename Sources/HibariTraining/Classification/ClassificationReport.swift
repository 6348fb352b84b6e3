import HibariSupport
import HibariTensor

/// How well a classifier sorts texts whose classes are known.
public struct ClassificationReport: Sendable {
    public let names: [String]
    public let matrix: ConfusionMatrix
    /// Mean cross-entropy in nats.
    public let loss: Double
    /// The texts that were taken for another class.
    public let mistakes: [Mistake]

    public struct Mistake: Sendable, Equatable {
        public var text: String
        public var label: String
        public var prediction: String
    }

    public init(
        _ classifier: TextClassifier, _ examples: LabeledTexts, progress: (Int) -> Void = { _ in }
    ) throws {
        let logits = try classifier.logits(of: examples.texts, progress: progress)
        let targets = Tensor(examples.labels, shape: [examples.count])
        var matrix = ConfusionMatrix(classCount: examples.names.count)
        try matrix.add(logits, targets)
        (names, self.matrix) = (examples.names, matrix)
        loss = crossEntropy(logits, targets).item
        let (width, numbers) = (examples.names.count, logits.array(of: Float.self))
        mistakes = numbers.withUnsafeBufferPointer { all in
            examples.texts.indices.compactMap { row in
                let place = predictedClass(
                    UnsafeBufferPointer(rebasing: all[row * width..<(row + 1) * width]))
                guard place != Int(examples.labels[row]) else { return nil }
                return Mistake(
                    text: examples.texts[row], label: examples.names[Int(examples.labels[row])],
                    prediction: examples.names[place])
            }
        }
    }

    /// For a terminal: accuracy, a row of numbers for each class, and how often each was taken for each.
    public var text: String {
        let classes = names.indices.map { index in
            [
                names[index], fixed(matrix.precision(index), 4), fixed(matrix.recall(index), 4),
                fixed(matrix.f1(index), 4), "\(matrix.support(index))",
            ]
        }
        let confusion = names.indices.map { index in
            [names[index]] + matrix.counts[index].map { "\($0)" }
        }
        return """
            accuracy \(fixed(matrix.accuracy, 4)), macro F1 \(fixed(matrix.macroF1, 4)), loss \(fixed(loss, 4)) \
            of \(counted(matrix.total, "text"))
            \(aligned([["class", "precision", "recall", "F1", "texts"]] + classes))
            \(aligned([["taken for"] + names] + confusion))
            """
    }

    public var json: JSONValue {
        let classes = names.indices.map { index -> JSONValue in
            [
                "name": .string(names[index]), "precision": .number(matrix.precision(index)),
                "recall": .number(matrix.recall(index)), "f1": .number(matrix.f1(index)),
                "support": .integer(matrix.support(index)),
            ]
        }
        return [
            "texts": .integer(matrix.total), "accuracy": .number(matrix.accuracy),
            "macro_f1": .number(matrix.macroF1), "loss": .number(loss), "classes": .array(classes),
            "confusion": .array(matrix.counts.map { .array($0.map { .integer($0) }) }),
        ]
    }
}

/// Lines of cells in columns, the first to the left.
private func aligned(_ lines: [[String]]) -> String {
    let widths = (lines.first ?? []).indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
        line.enumerated().map { column, cell in
            let space = String(repeating: " ", count: widths[column] - cell.count)
            return column == 0 ? cell + space : space + cell
        }.joined(separator: "  ")
    }.joined(separator: "\n")
}
