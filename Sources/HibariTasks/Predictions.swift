import HibariData
import HibariNN
import HibariSupport
import HibariTensor
import HibariTraining

/// What a model says of the rows of a table or of pictures.
struct Predictions {
    /// What each prediction is of: "row" and the numbers of rows, or "file" and names.
    let keyName: String
    let keys: [String]
    /// Of classes; nil if numbers are predicted.
    let classNames: [String]?
    /// The number of each row, or nothing.
    private(set) var numbers: [Double] = []
    /// The probability of each class, of each row, or nothing.
    private(set) var probabilities: [[Double]] = []
    /// How good the predictions are, where the truth is known: "accuracy" or "r2".
    let score: (name: String, value: Double)?

    /// - Parameters:
    ///   - outputs: `[N, C]`, or `[N, 1]` for two classes or numbers; `ModelInput` has checked that they fit.
    ///   - truth: targets as the metrics want them, if they are known.
    init(
        _ outputs: Tensor, keyName: String, keys: [String], classNames: [String]?, truth: Tensor?
    ) throws {
        (self.keyName, self.keys, self.classNames) = (keyName, keys, classNames)
        if classNames == nil {
            numbers = outputs.array(of: Float.self).map(Double.init)
        } else {
            probabilities = classProbabilities(outputs)
        }
        let metric: Metric = classNames == nil ? .rSquared : .accuracy
        score = try truth.map { (metric.name, try metric(outputs, $0)) }
    }

    private func prediction(_ row: Int) -> String {
        classNames.map { $0[probabilities[row].placeOfLargest] } ?? "\(Float(numbers[row]))"
    }

    /// A header and a line for each row: what it is, the prediction, the probability of each class.
    var csv: String {
        let header = [keyName, "prediction"] + (classNames ?? []).map { "p(\($0))" }
        let lines = keys.indices.map { row in
            [keys[row], prediction(row)]
                + (classNames == nil ? [] : probabilities[row].map { "\(Float($0))" })
        }
        return ([header] + lines).map { $0.map(quotedField).joined(separator: ",") + "\n" }.joined()
    }

    var json: JSONObject {
        var object: JSONObject = [
            "rows": .array(
                keys.indices.map { row in
                    let key: JSONValue = Int(keys[row]).map { .integer($0) } ?? .string(keys[row])
                    guard let classNames else {
                        return [keyName: key, "prediction": .number(numbers[row])]
                    }
                    var shares = JSONObject()
                    for (name, share) in zip(classNames, probabilities[row]) { shares[name] = .number(share) }
                    return [
                        keyName: key, "prediction": .string(prediction(row)),
                        "probabilities": .object(shares),
                    ]
                })
        ]
        if let score { object[score.name] = .number(score.value) }
        return object
    }
}

/// A field of a CSV file, in quotes where it must be (RFC 4180).
package func quotedField(_ text: String) -> String {
    // By bytes: a carriage return and a line feed are one Character.
    guard text.utf8.contains(where: { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }) else { return text }
    let doubled = text.utf8.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
    return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
}
