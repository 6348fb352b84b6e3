import HibariSupport

/// The machine that a pickle is a program for: a stack, marks on it, and a memory of values for later use.
///
/// Every instruction takes at least a byte of the file and makes at most one object, so what is held is bounded by
/// the length of the file.
struct PickleReader {
    private(set) var objects: [PickleObject] = []
    private var reader: ByteReader
    private var stack: [PickleValue] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Where the instruction stands that is being read.
    private var position = 0

    init(_ reader: ByteReader) { self.reader = reader }

    /// Reads to the instruction that ends the pickle and returns the value on top.
    mutating func read() throws(BinaryFileError) -> PickleValue {
        while true {
            position = reader.offset
            let code: UInt8 = try reader.integer("an instruction")
            if code == UInt8(ascii: ".") { return try pop() }
            guard try execute(code) else {
                throw unsupported("the instruction \(PickleReader.label(code))")
            }
        }
    }

    /// False for an instruction that is not known.
    private mutating func execute(_ code: UInt8) throws(BinaryFileError) -> Bool {
        if try readStructure(code) { return true }
        if try readScalar(code) { return true }
        if try readContainer(code) { return true }
        if try readMemo(code) { return true }
        return try readPython(code)
    }

    /// A printable code as its letter, any other as a number.
    private static func label(_ code: UInt8) -> String {
        (0x21...0x7E).contains(code)
            ? "'\(String(UnicodeScalar(code)))'" : "0x" + hexadecimal(code)
    }

    // MARK: Instructions

    private mutating func readStructure(_ code: UInt8) throws(BinaryFileError) -> Bool {
        switch code {
        case 0x80:  // PROTO
            let version: UInt8 = try reader.integer("the protocol")
            guard (2...5).contains(version) else { throw unsupported("protocol \(version) of pickle") }
        case 0x95: _ = try reader.integer("a frame", as: UInt64.self)  // FRAME
        case UInt8(ascii: "("): marks.append(stack.count)  // MARK
        case UInt8(ascii: "0"): _ = try pop()  // POP
        default: return false
        }
        return true
    }

    private mutating func readScalar(_ code: UInt8) throws(BinaryFileError) -> Bool {
        switch code {
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.boolean(true))
        case 0x89: stack.append(.boolean(false))
        case UInt8(ascii: "J"): stack.append(.integer(Int(try reader.integer("an integer", as: Int32.self))))
        case UInt8(ascii: "K"): stack.append(.integer(Int(try reader.integer("an integer", as: UInt8.self))))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try reader.integer("an integer", as: UInt16.self))))
        case 0x8A: stack.append(.integer(try longInteger()))
        case UInt8(ascii: "G"):
            let bits: UInt64 = try reader.integer("a number")
            stack.append(.number(Double(bitPattern: bits.byteSwapped)))
        case UInt8(ascii: "X"):
            stack.append(.text(try text(UInt64(try reader.integer("a length", as: UInt32.self)))))
        case 0x8C: stack.append(.text(try text(UInt64(try reader.integer("a length", as: UInt8.self)))))
        case 0x8D: stack.append(.text(try text(try reader.integer("a length", as: UInt64.self))))
        default: return false
        }
        return true
    }

    private mutating func readContainer(_ code: UInt8) throws(BinaryFileError) -> Bool {
        switch code {
        case UInt8(ascii: "]"): push(.list([]))
        case UInt8(ascii: ")"): push(.tuple([]))
        case UInt8(ascii: "}"): push(.dictionary([]))
        case 0x85...0x87: push(.tuple(try pop(count: Int(code) - 0x84)))  // TUPLE1 to TUPLE3
        case UInt8(ascii: "t"): push(.tuple(try popToMark()))
        case UInt8(ascii: "l"): push(.list(try popToMark()))
        case UInt8(ascii: "d"): push(.dictionary(try pairs(try popToMark())))
        case UInt8(ascii: "a"): try extendList([try pop()])  // APPEND
        case UInt8(ascii: "e"): try extendList(try popToMark())  // APPENDS
        case UInt8(ascii: "s"): try extendDictionary(try pop(count: 2))  // SETITEM
        case UInt8(ascii: "u"): try extendDictionary(try popToMark())  // SETITEMS
        default: return false
        }
        return true
    }

    private mutating func readMemo(_ code: UInt8) throws(BinaryFileError) -> Bool {
        switch code {
        case 0x94: memo[memo.count] = try top()  // MEMOIZE
        case UInt8(ascii: "q"): memo[Int(try reader.integer("a number", as: UInt8.self))] = try top()
        case UInt8(ascii: "r"): memo[Int(try reader.integer("a number", as: UInt32.self))] = try top()
        case UInt8(ascii: "h"): try recall(Int(try reader.integer("a number", as: UInt8.self)))
        case UInt8(ascii: "j"): try recall(Int(try reader.integer("a number", as: UInt32.self)))
        default: return false
        }
        return true
    }

    private mutating func readPython(_ code: UInt8) throws(BinaryFileError) -> Bool {
        switch code {
        case UInt8(ascii: "c"): try pushGlobal(module: try line(), name: try line())
        case 0x93:  // STACK_GLOBAL
            let names = try pop(count: 2)
            guard case .text(let module) = names[0], case .text(let name) = names[1] else {
                throw invalid("a Python object whose name is no text")
            }
            try pushGlobal(module: module, name: name)
        case UInt8(ascii: "R"):  // REDUCE
            let operands = try pop(count: 2)
            try rebuild(operands[0], arguments: operands[1])
        case UInt8(ascii: "b"):  // BUILD: attributes of dictionaries say nothing of their entries.
            _ = try pop()
            guard case .dictionary? = object(try top()) else {
                throw unsupported("an object with attributes that is no dictionary")
            }
        case UInt8(ascii: "Q"): push(.storage(try storage(try pop())))  // BINPERSID
        default: return false
        }
        return true
    }

    // MARK: Python objects

    private mutating func pushGlobal(module: String, name: String) throws(BinaryFileError) {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw unsupported("the Python object \(quoted(String((module + "." + name).prefix(100))))")
        }
        push(.global(global))
    }

    /// What a call of the few functions that are known comes to.
    private mutating func rebuild(
        _ function: PickleValue, arguments: PickleValue
    ) throws(BinaryFileError) {
        guard case .global(let global)? = object(function), case .tuple(let arguments)? = object(arguments)
        else { throw invalid("a call of what is no function") }
        switch global {
        case .orderedDictionary where arguments.isEmpty: push(.dictionary([]))
        case .rebuildTensor where arguments.count >= 4: push(.tensor(try tensor(arguments)))
        case .rebuildParameter where !arguments.isEmpty: stack.append(arguments[0])
        default: throw unsupported("a call of a Python object with \(arguments.count) arguments")
        }
    }

    /// Arguments: storage, offset, sizes, strides, and what only training needs.
    private func tensor(_ arguments: [PickleValue]) throws(BinaryFileError) -> PyTorchTensor {
        guard case .storage(let storage)? = object(arguments[0]), case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else { throw invalid("a tensor without storage, offset, sizes and strides") }
        guard let tensor = PyTorchTensor(storage: storage, offset: offset, shape: shape, strides: strides)
        else {
            throw invalid(
                "a tensor of shape \(shape) and strides \(strides) at \(offset) that does not fit its storage of "
                    + "\(storage.count) elements")
        }
        return tensor
    }

    /// A tuple `('storage', TYPE, KEY, DEVICE, COUNT)`.
    private func storage(_ value: PickleValue) throws(BinaryFileError) -> PyTorchStorage {
        guard case .tuple(let parts)? = object(value), parts.count == 5, parts[0] == .text("storage"),
            case .global(.storage(let dtype))? = object(parts[1]), case .text(let key) = parts[2],
            case .integer(let count) = parts[4], count >= 0, count <= Int.max / dtype.byteCount
        else { throw invalid("a storage that is not described as PyTorch does") }
        return PyTorchStorage(key: key, dtype: dtype, count: count)
    }

    /// Nil unless a tuple of at most eight integers.
    private func integers(_ value: PickleValue) -> [Int]? {
        guard case .tuple(let parts)? = object(value), parts.count <= 8 else { return nil }
        var result: [Int] = []
        for part in parts {
            guard case .integer(let integer) = part else { return nil }
            result.append(integer)
        }
        return result
    }

    // MARK: Stack

    private func object(_ value: PickleValue) -> PickleObject? {
        if case .object(let index) = value { objects[index] } else { nil }
    }

    private mutating func push(_ object: PickleObject) {
        stack.append(.object(objects.count))
        objects.append(object)
    }

    private func top() throws(BinaryFileError) -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else { throw emptyStack() }
        return value
    }

    private mutating func pop() throws(BinaryFileError) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func pop(count: Int) throws(BinaryFileError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw emptyStack() }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(BinaryFileError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw invalid("the end of a list that was not begun") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func recall(_ index: Int) throws(BinaryFileError) {
        guard let value = memo[index] else { throw invalid("the memory \(index), which is empty") }
        stack.append(value)
    }

    private mutating func extendList(_ values: [PickleValue]) throws(BinaryFileError) {
        guard case .object(let index) = try top(), case .list(var list) = objects[index] else {
            throw invalid("elements for what is no list")
        }
        objects[index] = .list([])  // So that the elements are moved, not copied.
        list += values
        objects[index] = .list(list)
    }

    private mutating func extendDictionary(_ values: [PickleValue]) throws(BinaryFileError) {
        let new = try pairs(values)
        guard case .object(let index) = try top(), case .dictionary(var entries) = objects[index] else {
            throw invalid("entries for what is no dictionary")
        }
        objects[index] = .dictionary([])  // So that the entries are moved, not copied.
        entries += new
        objects[index] = .dictionary(entries)
    }

    private func pairs(
        _ values: [PickleValue]
    ) throws(BinaryFileError) -> [(key: PickleValue, value: PickleValue)] {
        guard values.count % 2 == 0 else { throw invalid("a key without a value") }
        return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
    }

    // MARK: Bytes

    /// A little-endian integer in two's complement, with its length in front.
    private mutating func longInteger() throws(BinaryFileError) -> Int {
        let length: UInt8 = try reader.integer("a length")
        let bytes = try reader.bytes(UInt64(length), "an integer")
        guard length <= 8 else { throw unsupported("an integer of \(length) bytes") }
        var result = bytes.last.map { $0 & 0x80 != 0 } == true ? -1 : 0
        for byte in bytes.reversed() { result = result << 8 | Int(byte) }
        return result
    }

    private mutating func text(_ length: UInt64) throws(BinaryFileError) -> String {
        let bytes = try reader.bytes(length, "a text")
        guard firstInvalidUTF8(in: bytes) == nil else { throw invalid("a text that is not UTF-8") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text that ends with the line.
    private mutating func line() throws(BinaryFileError) -> String {
        let rest = UnsafeRawBufferPointer(rebasing: reader.bytes[reader.offset...])
        guard let end = rest.prefix(256).firstIndex(of: 0x0A) else {
            throw invalid("a name of a Python object without an end")
        }
        let bytes = try reader.bytes(UInt64(end) + 1, "a name")
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    private func emptyStack() -> BinaryFileError { invalid("an instruction that finds no value") }

    private func invalid(_ problem: String) -> BinaryFileError { reader.invalid(problem, at: position) }

    private func unsupported(_ found: String) -> BinaryFileError { reader.unsupported(found, at: position) }
}
