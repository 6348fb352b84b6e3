import HibariSupport

/// A text whose last word is to be told from what stands before it.
public struct ClozeItem: Sendable, Equatable {
    /// Ends with the white space before the word, if there is any.
    public var context: String
    public var word: String
    public var place: RecordPlace
}

/// Passages to complete: a text file with one a line, or JSON lines (or an array) with a `text`, or a `context` and a
/// `word` where no space parts the words.
public struct ClozeFile: Sendable {
    public let path: String
    public let items: [ClozeItem]

    /// Reads a file and checks all of it. A file whose name ends in .json or .jsonl has records, any other lines.
    ///
    /// - Parameter limit: read only the first so many passages; nil for all.
    /// - Throws: `EvaluationError` with file, line and key.
    public init(path: String, textKey: String = "text", limit: Int? = nil) throws(EvaluationError) {
        self.path = path
        items =
            path.hasSuffix(".jsonl") || path.hasSuffix(".json")
            ? try Self.records(path, textKey, limit) : try Self.lines(path, limit)
        if items.isEmpty { throw .noRecords(path: path) }
    }

    private static func records(
        _ path: String, _ textKey: String, _ limit: Int?
    ) throws(EvaluationError) -> [ClozeItem] {
        let file = try EvaluationRecords(path: path, limit: limit)
        var items: [ClozeItem] = []
        for (record, place) in file.records {
            if record[textKey] != nil {
                items.append(try item(try file.string(record, textKey, place), textKey, path, place))
            } else if record["context"] != nil, record["word"] != nil {
                let word = try file.string(record, "word", place)
                if word.isEmpty { throw file.failure(place, "word", "is empty; expected some text") }
                items.append(
                    ClozeItem(context: try file.string(record, "context", place), word: word, place: place))
            } else {
                throw .unknownShape(
                    path: path, place: place, keys: record.keys, expected: "\(textKey), or context and word")
            }
        }
        return items
    }

    private static func lines(_ path: String, _ limit: Int?) throws(EvaluationError) -> [ClozeItem] {
        let bytes = try readEvaluationFile(path)
        var items: [ClozeItem] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if let limit, items.count == limit { break }
            let place = RecordPlace.line(index + 1)
            guard let text = String(validating: line, as: UTF8.self) else {
                throw .invalidRecord(
                    path: path, place: place, key: "the line", problem: "is not UTF-8; convert the file")
            }
            if text.unicodeScalars.allSatisfy(isSpace) { continue }
            items.append(try item(text, "the line", path, place))
        }
        return items
    }

    /// Parts a text before its last word.
    private static func item(
        _ text: String, _ key: String, _ path: String, _ place: RecordPlace
    ) throws(EvaluationError) -> ClozeItem {
        let scalars = Array(text.unicodeScalars)
        let end = (scalars.lastIndex { !isSpace($0) } ?? -1) + 1
        guard let space = scalars[..<end].lastIndex(where: isSpace),
            scalars[..<space].contains(where: { !isSpace($0) })
        else {
            throw .invalidRecord(
                path: path, place: place, key: key,
                problem:
                    "has no word before the last; where no spaces part the words, give records of context and "
                    + "word")
        }
        return ClozeItem(
            context: string(scalars[...space]), word: string(scalars[space + 1..<end]), place: place)
    }
}
