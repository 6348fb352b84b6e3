import HibariSupport

/// One tensor of a safetensors file.
public struct SafetensorsEntry: Sendable, Equatable {
    public let name: String
    public let dtype: SafetensorsDType
    public let shape: [Int]
    /// Where its bytes are, counted from the end of the header.
    public let range: Range<Int>

    /// The number of elements.
    public var count: Int { range.count / dtype.byteCount }
}

/// The checked header of a safetensors file.
struct SafetensorsHeader {
    /// By position in the file.
    var entries: [SafetensorsEntry]
    var metadata: [String: String]
    /// The offset of the data in the file.
    var dataOffset: Int

    static let lengthLimit = 100_000_000
    static let metadataKey = "__metadata__"

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: for messages.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
        guard bytes.count >= 8 else { throw .tooShort(path: path, expected: 8, got: bytes.count) }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let limit = min(Self.lengthLimit, bytes.count - 8)
        guard length <= UInt64(limit) else { throw .headerLength(path: path, got: length, limit: limit) }
        dataOffset = 8 + Int(length)
        guard length > 0 else { throw .tooShort(path: path, expected: 10, got: bytes.count) }
        guard bytes[8] == UInt8(ascii: "{") else { throw .headerStart(path: path, got: bytes[8]) }

        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: [UInt8](bytes[8..<dataOffset]))
        } catch {
            throw .headerJSON(path: path, error)
        }
        metadata = [:]
        entries = []
        for (name, value) in json.object ?? [:] {
            if name == Self.metadataKey {
                metadata = try parseMetadata(value, path: path)
            } else {
                entries.append(try parseEntry(name, value, path: path))
            }
        }
        try checkLayout(available: bytes.count - dataOffset, path: path)
    }

    /// Sorts the entries by position and checks that they cover the data exactly.
    private mutating func checkLayout(available: Int, path: String) throws(CheckpointError) {
        for entry in entries where entry.range.upperBound > available {
            throw .outOfRange(
                path: path, tensor: entry.name, end: entry.range.upperBound, available: available)
        }
        // Swift's sort is stable: empty tensors at one place stay in the order of the header.
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = 0
        for entry in entries {
            let begin = entry.range.lowerBound
            if begin < end { throw .overlap(path: path, tensor: entry.name, begin: begin, previousEnd: end) }
            if begin > end { throw .hole(path: path, tensor: entry.name, begin: begin, previousEnd: end) }
            end = entry.range.upperBound
        }
        if end != available { throw .trailingData(path: path, expected: end, got: available) }
    }
}

private func parseMetadata(_ value: JSONValue, path: String) throws(CheckpointError) -> [String: String] {
    guard let object = value.object else { throw .badMetadata(path: path, key: nil) }
    var metadata: [String: String] = [:]
    for (key, value) in object {
        guard let text = value.string else { throw .badMetadata(path: path, key: key) }
        metadata[key] = text
    }
    return metadata
}

private func parseEntry(_ name: String, _ value: JSONValue, path: String) throws(CheckpointError)
    -> SafetensorsEntry
{
    guard let object = value.object else {
        throw .badField(path: path, tensor: name, field: name, expected: "an object")
    }
    let known = ["dtype", "shape", "data_offsets"]
    if let field = object.keys.first(where: { !known.contains($0) }) {
        throw .unknownField(path: path, tensor: name, field: field)
    }
    guard let dtypeName = object["dtype"]?.string else {
        throw .badField(path: path, tensor: name, field: "dtype", expected: "a string")
    }
    guard let dtype = SafetensorsDType(rawValue: dtypeName) else {
        throw .unknownDType(path: path, tensor: name, got: dtypeName)
    }
    guard let shape = integers(object["shape"]) else {
        throw .badField(path: path, tensor: name, field: "shape", expected: "an array of integers")
    }
    guard let offsets = integers(object["data_offsets"]), offsets.count == 2 else {
        throw .badField(path: path, tensor: name, field: "data_offsets", expected: "an array of two integers")
    }
    guard let byteCount = checkedByteCount(dtype, shape) else {
        throw .shapeOverflow(path: path, tensor: name, shape: shape)
    }
    guard 0 <= offsets[0], offsets[0] <= offsets[1] else {
        throw .offsetsReversed(path: path, tensor: name, begin: offsets[0], end: offsets[1])
    }
    let range = offsets[0]..<offsets[1]
    guard range.count == byteCount else {
        throw .byteCount(path: path, tensor: name, expected: byteCount, got: range.count)
    }
    return SafetensorsEntry(name: name, dtype: dtype, shape: shape, range: range)
}

/// The elements of an array that holds nothing but integers, written as such.
private func integers(_ value: JSONValue?) -> [Int]? {
    guard let array = value?.array else { return nil }
    var result: [Int] = []
    for element in array {
        guard case .integer(let integer) = element else { return nil }
        result.append(integer)
    }
    return result
}
