/// A type of which GGUF has arrays.
public protocol GGUFElement: Sendable {
    static var ggufType: GGUFValueType { get }
    /// Appends the value as it stands in a file, without its type.
    func encode(to bytes: inout [UInt8])
}

extension GGUFElement where Self: FixedWidthInteger {
    public func encode(to bytes: inout [UInt8]) { appendLittleEndian(self, to: &bytes) }
}

extension UInt8: GGUFElement { public static var ggufType: GGUFValueType { .uint8 } }
extension Int8: GGUFElement { public static var ggufType: GGUFValueType { .int8 } }
extension UInt16: GGUFElement { public static var ggufType: GGUFValueType { .uint16 } }
extension Int16: GGUFElement { public static var ggufType: GGUFValueType { .int16 } }
extension UInt32: GGUFElement { public static var ggufType: GGUFValueType { .uint32 } }
extension Int32: GGUFElement { public static var ggufType: GGUFValueType { .int32 } }
extension UInt64: GGUFElement { public static var ggufType: GGUFValueType { .uint64 } }
extension Int64: GGUFElement { public static var ggufType: GGUFValueType { .int64 } }

extension Float: GGUFElement {
    public static var ggufType: GGUFValueType { .float32 }
    public func encode(to bytes: inout [UInt8]) { appendLittleEndian(bitPattern, to: &bytes) }
}

extension Double: GGUFElement {
    public static var ggufType: GGUFValueType { .float64 }
    public func encode(to bytes: inout [UInt8]) { appendLittleEndian(bitPattern, to: &bytes) }
}

extension Bool: GGUFElement {
    public static var ggufType: GGUFValueType { .bool }
    public func encode(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension String: GGUFElement {
    public static var ggufType: GGUFValueType { .string }
    public func encode(to bytes: inout [UInt8]) { appendGGUFString(utf8, to: &bytes) }
}

extension GGUFArray: GGUFElement { public static var ggufType: GGUFValueType { .array } }

extension GGUFValue {
    /// Appends the number of the type and the value, as they stand behind a key.
    package func encode(to bytes: inout [UInt8]) {
        func append<Value: GGUFElement>(_ value: Value) {
            appendLittleEndian(Value.ggufType.rawValue, to: &bytes)
            value.encode(to: &bytes)
        }
        switch self {
        case .uint8(let value): append(value)
        case .int8(let value): append(value)
        case .uint16(let value): append(value)
        case .int16(let value): append(value)
        case .uint32(let value): append(value)
        case .int32(let value): append(value)
        case .uint64(let value): append(value)
        case .int64(let value): append(value)
        case .float32(let value): append(value)
        case .float64(let value): append(value)
        case .bool(let value): append(value)
        case .string(let value): append(value)
        case .array(let value): append(value)
        }
    }
}

/// Appends a length and the bytes of a string.
package func appendGGUFString(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
    appendLittleEndian(UInt64(text.count), to: &bytes)
    bytes.append(contentsOf: text)
}

/// Appends the bytes of a number, the lowest first.
package func appendLittleEndian(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
}
