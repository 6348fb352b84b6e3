/// Where a record is in its file.
public enum RecordPlace: Sendable, Equatable, CustomStringConvertible {
    /// A line, from 1.
    case line(Int)
    /// An element of an array, from 1.
    case element(Int)

    public var description: String {
        switch self {
        case .line(let number): "line \(number)"
        case .element(let number): "element \(number)"
        }
    }
}

/// The records of a file: one JSON value a line, or the elements of one array. Blank lines and a byte order mark are
/// passed over.
///
/// - Parameter invalid: makes the error for a record that is not JSON; for an array as a whole the place is nil.
public func readJSONRecords<Failure: Error>(
    _ bytes: [UInt8], invalid: (RecordPlace?, JSONError) -> Failure
) throws(Failure) -> [(value: JSONValue, place: RecordPlace)] {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    func parse(_ bytes: [UInt8], _ place: RecordPlace?) throws(Failure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw invalid(place, error)
        }
    }
    if text.first(where: { !isSpace($0) }) == UInt8(ascii: "[") {
        let elements = try parse(Array(text), nil).array ?? []
        return elements.enumerated().map { ($1, .element($0 + 1)) }
    }
    var records: [(value: JSONValue, place: RecordPlace)] = []
    for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(isSpace) {
        records.append((try parse(Array(line), .line(index + 1)), .line(index + 1)))
    }
    return records
}
