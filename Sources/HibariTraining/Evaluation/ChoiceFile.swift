import HibariSupport

/// A question with some endings of which one is right.
public struct ChoiceItem: Sendable, Equatable {
    public var context: String
    public var endings: [String]
    /// Which ending is right, from 0.
    public var label: Int
    public var place: RecordPlace
}

/// A file of multiple choice questions: JSON lines, or one JSON array.
public struct ChoiceFile: Sendable {
    public let path: String
    public let shape: ChoiceShape
    public let items: [ChoiceItem]
    /// Keys of records that are not read, in alphabetical order.
    public let ignoredKeys: [String]

    /// Reads a file and checks all of it.
    ///
    /// - Parameter limit: read only the first so many questions; nil for all.
    /// - Throws: `EvaluationError` with file, line and key.
    public init(path: String, limit: Int? = nil) throws(EvaluationError) {
        let file = try EvaluationRecords(path: path, limit: limit)
        var shape: ChoiceShape?
        var (items, ignored): ([ChoiceItem], Set<String>) = ([], [])
        for (record, place) in file.records {
            guard let found = ChoiceShape(of: record) else {
                throw .unknownShape(
                    path: path, place: place, keys: record.keys, expected: "one each of " + ChoiceShape.known)
            }
            if let before = shape, before != found {
                throw .mixedShapes(
                    path: path, place: place, found: found.description, before: before.description)
            }
            shape = found
            let endings = try Self.endings(of: record, found, place, file)
            items.append(
                ChoiceItem(
                    context: try file.string(record, found.contextKey, place), endings: endings,
                    label: try Self.label(of: record, found, endings, place, file), place: place))
            ignored.formUnion(found.ignoredKeys(record))
        }
        guard let shape else { throw .noRecords(path: path) }
        (self.path, self.shape, self.items) = (path, shape, items)
        ignoredKeys = ignored.sorted()
    }

    /// Whether a file begins with a record that has the keys of a question.
    public static func isChoiceFile(_ path: String) -> Bool {
        guard let file = try? EvaluationRecords(path: path, limit: 1) else { return false }
        return ChoiceShape(of: file.records[0].object) != nil
    }

    private static func endings(
        of record: JSONObject, _ shape: ChoiceShape, _ place: RecordPlace, _ file: EvaluationRecords
    ) throws(EvaluationError) -> [String] {
        let keys = shape.endingKeys(record)
        var values = keys.compactMap { record[$0] }
        if let key = shape.endingsKey {
            let value = record[key] ?? .null
            guard let array = value.array else {
                throw file.failure(place, key, "is \(value.kind); expected an array of strings")
            }
            values = array
        }
        guard values.count > 1 else {
            throw file.failure(
                place, shape.endingsKey ?? "choice1", "leaves fewer than two endings to choose from")
        }
        var endings: [String] = []
        for (key, value) in zip(keys, values) {
            let ending = try file.string(value, key, place)
            if ending.isEmpty { throw file.failure(place, key, "is empty; expected some text") }
            endings.append(ending)
        }
        return endings
    }

    /// The text of an ending, a number from 0 (also as a string), or a letter from A.
    private static func label(
        of record: JSONObject, _ shape: ChoiceShape, _ endings: [String], _ place: RecordPlace,
        _ file: EvaluationRecords
    ) throws(EvaluationError) -> Int {
        let (key, value) = (shape.labelKey, record[shape.labelKey] ?? .null)
        var index = value.int
        if let text = value.string {
            index = endings.firstIndex { Array($0.utf8) == Array(text.utf8) } ?? Int(text) ?? letter(text)
        }
        guard let index, endings.indices.contains(index) else {
            throw file.failure(
                place, key,
                "is \(value.text()), none of the \(endings.count) endings; expected its text, its number from 0, or "
                    + "its letter from A")
        }
        return index
    }

    private static func letter(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 1, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[0]) else { return nil }
        return Int(bytes[0] - UInt8(ascii: "A"))
    }
}
