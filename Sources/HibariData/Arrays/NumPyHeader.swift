/// The header of a `.npy` file: a Python dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }`.
struct NumPyHeader {
    let descriptor: String
    let isFortranOrder: Bool
    let shape: [Int]

    /// NumPy's limit for dimensions.
    private static let rankLimit = 64

    /// Nil if the text is anything but these three keys, each once.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var scanner = HeaderScanner(bytes: bytes)
        var descriptor: String?
        var isFortranOrder: Bool?
        var shape: [Int]?
        guard scanner.take("{") else { return nil }
        while !scanner.take("}") {
            guard let key = scanner.text(), scanner.take(":") else { return nil }
            switch key {
            case "descr" where descriptor == nil:
                // A list is a record of several fields, which is no array of numbers.
                descriptor = scanner.text() ?? scanner.list()
                if descriptor == nil { return nil }
            case "fortran_order" where isFortranOrder == nil:
                isFortranOrder = scanner.take("True") ? true : scanner.take("False") ? false : nil
                if isFortranOrder == nil { return nil }
            case "shape" where shape == nil:
                guard let sizes = scanner.tuple(limit: Self.rankLimit) else { return nil }
                shape = sizes
            default: return nil
            }
            if !scanner.take(",") {
                guard scanner.take("}") else { return nil }
                break
            }
        }
        guard scanner.isAtEnd, let descriptor, let isFortranOrder, let shape else { return nil }
        self.descriptor = descriptor
        self.isFortranOrder = isFortranOrder
        self.shape = shape
    }

    /// Nil for elements that are not plain numbers.
    var elementType: (NumericArray.ElementType, isBigEndian: Bool)? {
        guard let order = descriptor.first else { return nil }
        let types: [String: NumericArray.ElementType] = [
            "b1": .bool, "i1": .int8, "u1": .uint8, "i2": .int16, "u2": .uint16, "i4": .int32, "u4": .uint32,
            "i8": .int64, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
        ]
        guard "<>=|".contains(order), let type = types[String(descriptor.dropFirst())] else { return nil }
        return (type, order == ">")
    }
}

/// Reads the few forms of Python literals that occur in a header.
private struct HeaderScanner {
    let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return index == bytes.count
        }
    }

    mutating func take(_ token: StaticString) -> Bool {
        skipSpace()
        let count = token.utf8CodeUnitCount
        guard count <= bytes.count - index else { return false }
        for i in 0..<count where bytes[index + i] != token.utf8Start[i] { return false }
        index += count
        return true
    }

    /// A text in single or double quotes, without escapes.
    mutating func text() -> String? {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "'") || bytes[index] == UInt8(ascii: "\"")
        else {
            return nil
        }
        guard let end = bytes[(index + 1)...].firstIndex(of: bytes[index]) else { return nil }
        defer { index = end + 1 }
        return String(decoding: bytes[index + 1..<end], as: UTF8.self)
    }

    /// A list, whatever is in it up to the bracket that closes it.
    mutating func list() -> String? {
        skipSpace()
        let begin = index
        var depth = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "[") { depth += 1 }
            if bytes[index] == UInt8(ascii: "]") { depth -= 1 }
            if depth == 0 {
                guard index > begin else { return nil }
                index += 1
                return String(decoding: bytes[begin..<index], as: UTF8.self)
            }
            index += 1
        }
        return nil
    }

    /// Sizes in parentheses: (), (3,), (3, 4).
    mutating func tuple(limit: Int) -> [Int]? {
        guard take("(") else { return nil }
        var sizes: [Int] = []
        while !take(")") {
            skipSpace()
            let begin = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
            guard let size = Int(String(decoding: bytes[begin..<index], as: UTF8.self)), sizes.count < limit
            else { return nil }
            sizes.append(size)
            if !take(",") {
                guard take(")") else { return nil }
                break
            }
        }
        return sizes
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] == 0x20 || (0x09...0x0D).contains(bytes[index]) { index += 1 }
    }
}
