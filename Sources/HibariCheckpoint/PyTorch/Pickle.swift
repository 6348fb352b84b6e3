import HibariSupport

/// What a pickle holds, read without running anything of it.
///
/// Python's own reader calls whatever function a pickle names. This one knows a closed list of instructions and of
/// names, enough for checkpoints of PyTorch and for plain data; anything else is an error that names it.
/// Source: CPython, Lib/pickletools.py, of protocols 2 to 5.
struct Pickle: Sendable {
    let path: String
    let root: PickleValue
    let objects: [PickleObject]

    /// More than the description of any model takes; values take up to some forty times the bytes of the file.
    static let byteLimit = 16 << 20

    /// - Parameters:
    ///   - bytes: the whole pickle.
    ///   - path: for errors.
    init(_ bytes: [UInt8], path: String) throws(BinaryFileError) {
        self.path = path
        (root, objects) = try bytes.withUnsafeBufferPointer { (buffer) throws(BinaryFileError) in
            var reader = PickleReader(ByteReader(path: path, bytes: UnsafeRawBufferPointer(buffer)))
            let root = try reader.read()
            return (root, reader.objects)
        }
    }

    /// A pickle in a file of its own.
    init(contentsOf path: String) throws {
        let bytes = try readFile(path)
        guard bytes.count <= Self.byteLimit else {
            throw BinaryFileError.unsupported(
                path: path, offset: 0, found: "a pickle of \(bytes.count) bytes, more than \(Self.byteLimit),"
            )
        }
        try self.init(bytes, path: path)
    }

    /// The entries of a dictionary, the last one of each key; nil if `value` is none.
    func entries(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
        guard case .object(let index) = value, case .dictionary(let entries) = objects[index] else {
            return nil
        }
        return entries
    }

    /// The entries of a dictionary whose keys are text; nil if `value` is no dictionary. Other keys are left out.
    func dictionary(_ value: PickleValue) -> [String: PickleValue]? {
        entries(value).map { entries in
            var result: [String: PickleValue] = [:]
            for case (.text(let key), let value) in entries { result[key] = value }
            return result
        }
    }

    func tensor(_ value: PickleValue) -> PyTorchTensor? {
        if case .object(let index) = value, case .tensor(let tensor) = objects[index] { tensor } else { nil }
    }
}

/// The dictionary of integers and texts under `key` of a pickle in a file of its own.
///
/// - Throws: `BinaryFileError` for what is no pickle of plain data or has no such dictionary; an error of reading.
public func readTexts(path: String, key: String) throws -> [(id: Int, text: String)] {
    let pickle = try Pickle(contentsOf: path)
    func problem(_ text: String) -> BinaryFileError { .invalid(path: path, offset: 0, problem: text) }
    guard let entries = pickle.dictionary(pickle.root)?[key].flatMap({ pickle.entries($0) }) else {
        throw problem("a pickle without a dictionary \(quoted(key))")
    }
    return try entries.map { entry throws(BinaryFileError) in
        guard case .integer(let id) = entry.key, case .text(let text) = entry.value else {
            throw problem("a dictionary \(quoted(key)) of other things than numbers and texts")
        }
        return (id, text)
    }
}
