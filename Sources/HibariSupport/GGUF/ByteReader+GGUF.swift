extension ByteReader {
    /// Arrays in arrays beyond this are refused, so that no file can exhaust the stack.
    private static let arrayDepthLimit = 8

    /// A length and so many bytes.
    mutating func ggufString(_ what: String) throws(BinaryFileError) -> UnsafeRawBufferPointer {
        let length: UInt64 = try integer("the length of \(what)")
        return try bytes(length, what)
    }

    /// A string that must be UTF-8.
    mutating func ggufText(_ what: String) throws(BinaryFileError) -> String {
        let start = offset
        let text = try ggufString(what)
        if let fault = firstInvalidUTF8(in: text) {
            throw invalid("\(what) that is not UTF-8", at: start + 8 + fault)
        }
        return String(decoding: text, as: UTF8.self)
    }

    mutating func ggufValueType(_ what: String) throws(BinaryFileError) -> GGUFValueType {
        let start = offset
        let number: UInt32 = try integer(what)
        guard let type = GGUFValueType(rawValue: number) else {
            throw invalid("\(what) is \(number), expected 0 to \(GGUFValueType.float64.rawValue),", at: start)
        }
        return type
    }

    /// A metadata value.
    ///
    /// - Parameters:
    ///   - source: the owner of the bytes that this reads, for arrays to keep.
    ///   - depth: the number of arrays around the value.
    mutating func ggufValue(
        _ type: GGUFValueType, source: GGUFBytes, depth: Int = 0
    ) throws(BinaryFileError) -> GGUFValue {
        switch type {
        case .uint8: return .uint8(try integer("a value"))
        case .int8: return .int8(try integer("a value"))
        case .uint16: return .uint16(try integer("a value"))
        case .int16: return .int16(try integer("a value"))
        case .uint32: return .uint32(try integer("a value"))
        case .int32: return .int32(try integer("a value"))
        case .uint64: return .uint64(try integer("a value"))
        case .int64: return .int64(try integer("a value"))
        case .float32: return .float32(try float("a value"))
        case .float64: return .float64(try double("a value"))
        case .string: return .string(try ggufText("a string"))
        case .bool:
            let start = offset
            let byte: UInt8 = try integer("a value")
            guard byte < 2 else { throw invalid("a boolean of value \(byte)", at: start) }
            return .bool(byte == 1)
        case .array: return .array(try ggufArray(source: source, depth: depth))
        }
    }

    private mutating func ggufArray(source: GGUFBytes, depth: Int) throws(BinaryFileError) -> GGUFArray {
        if depth >= Self.arrayDepthLimit { throw invalid("arrays nested deeper than \(depth) levels") }
        let type = try ggufValueType("the type of an array")
        let count: UInt64 = try integer("the length of an array")
        let (size, overflows) = count.multipliedReportingOverflow(by: UInt64(type.minimumSize))
        try require(overflows ? .max : size, "an array of \(count) elements")
        let start = offset
        if type.size != nil, type != .bool {
            _ = try bytes(size, "an array")
        } else if type == .string {
            for _ in 0..<count { _ = try ggufString("a string") }
        } else {
            for _ in 0..<count { _ = try ggufValue(type, source: source, depth: depth + 1) }
        }
        return GGUFArray(source: source, elementType: type, count: Int(count), range: start..<offset)
    }
}
