import HibariSupport

/// The examples of a file of instructions: JSON lines, or one JSON array.
public struct InstructionFile: Sendable {
    public let path: String
    public let shape: InstructionShape
    public let examples: [InstructionExample]
    /// Keys of records that are not read, in alphabetical order.
    public let ignoredKeys: [String]

    /// The places of examples whose answer is empty: worth a word to the user, for they teach to say nothing.
    public var emptyAnswers: [RecordPlace] { examples.filter(\.hasEmptyAnswer).map(\.place) }

    /// Reads a file and checks all of it. Blank lines are passed over.
    ///
    /// - Throws: `ChatError` with file, line (or element of the array) and key.
    public init(path: String) throws(ChatError) {
        let bytes: [UInt8]
        do {
            bytes = try readFile(path)
        } catch {
            throw .file(error)
        }
        let records = try readJSONRecords(bytes) { ChatError.invalidJSON(path: path, place: $0, $1) }
        guard let first = records.first else { throw .noRecords(path: path) }

        var shape: InstructionShape?
        var (examples, ignored): ([InstructionExample], Set<String>) = ([], [])
        for (value, place) in records {
            let record = InstructionRecord(path: path, place: place)
            let object = try record.object(value, "the record")
            guard let found = InstructionShape(of: object) else {
                throw .unknownShape(path: path, place: place, keys: object.keys)
            }
            if let before = shape, before != found {
                throw .mixedShapes(path: path, place: place, found: found, before: before)
            }
            shape = found
            examples.append(InstructionExample(content: try record.content(object, found), place: place))
            for key in object.keys where !found.readKeys.contains(key) { ignored.insert(key) }
        }
        guard let shape else { throw .unknownShape(path: path, place: first.place, keys: []) }
        (self.path, self.shape, self.examples) = (path, shape, examples)
        ignoredKeys = ignored.sorted()
    }
}
