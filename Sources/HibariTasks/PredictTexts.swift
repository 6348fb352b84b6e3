import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTensor
import HibariTraining

extension PredictCommand {
    /// Sorts the texts of a table, or the lines of standard input.
    func predictTexts(_ folder: ClassifierFolder) throws -> Predictions {
        if let labels {
            throw UsageError.invalidOption(
                name: "labels", value: labels,
                expected: "nothing: the model takes texts, whose true classes are a column: --target")
        }
        guard files.count == 1 else {
            throw ValidationError("the model takes one table at a time, got \(files.count) files")
        }
        let classifier = folder.classifier
        let texts: [String]
        var truth: Tensor?
        if files[0] == "-" {
            if target != nil { throw UsageError.notWith(name: "target", other: "lines of standard input") }
            texts = try lines()
        } else if let target {
            let examples = try LabeledTexts(
                path: files[0], text: column(folder), label: target, hasHeader: header.header,
                names: classifier.labels)
            texts = examples.texts
            truth = Tensor(examples.labels, shape: [examples.count])
        } else {
            let column = try column(folder)
            texts = try Table.ofTexts(files[0], columns: [column], hasHeader: header.header).texts(of: column)
        }
        return try Predictions(
            try classifier.logits(of: texts), keyName: "row", keys: texts.indices.map { "\($0 + 1)" },
            classNames: classifier.labels, truth: truth)
    }

    private func column(_ folder: ClassifierFolder) throws -> String {
        if let name = text ?? folder.details.textColumn { return name }
        throw UsageError.missingOption(name: "text", purpose: "name the column of \(files[0]) with the texts")
    }

    private func lines() throws -> [String] {
        var lines: [String] = []
        while let line = readLine() {
            if line.allSatisfy(\.isWhitespace) {
                throw DatasetError.line(
                    path: "standard input", line: lines.count + 1, problem: "it is empty; remove it")
            }
            lines.append(line)
        }
        if lines.isEmpty {
            throw DatasetError.contents(path: "standard input", problem: "no lines in it")
        }
        return lines
    }
}
