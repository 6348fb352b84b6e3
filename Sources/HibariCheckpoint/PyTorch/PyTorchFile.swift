import HibariCompression
import HibariSupport

/// A file of `torch.save`: a pickle that says what there is, and the numbers, each storage a file of its own in a ZIP
/// archive that is not compressed.
///
/// The file is mapped, and nothing in it is executed (see `Pickle`). Files of PyTorch before 1.6 are refused.
/// Source: PyTorch, torch/serialization.py and caffe2/serialize/inline_container.cc.
public final class PyTorchFile: Sendable {
    /// Owns all bytes.
    let file: MappedFile
    let pickle: Pickle
    /// Where the storages lie, by key.
    private let ranges: [String: Range<Int>]

    public var path: String { file.path }

    /// Whether a file begins as those of `torch.save` do, the old ones included.
    public static func matches(_ file: MappedFile) -> Bool {
        file.starts(with: zipMagic) || file.starts(with: oldMagic)
    }

    private static let zipMagic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    /// A pickle of the number 0x1950A86A20F9469CFC6C.
    private static let oldMagic: [UInt8] = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9]

    /// - Throws: `BinaryFileError` with the place in the file; `CheckpointError` for a storage that is missing or of
    ///   another size than the pickle says; an error of reading.
    public init(path: String) throws {
        file = try MappedFile(path: path)
        if file.starts(with: Self.oldMagic) {
            throw BinaryFileError.unsupported(
                path: path, offset: 0,
                found: "the form of torch.save before PyTorch 1.6 (load it there and save it again)")
        }
        let archive = try ZipArchive(path: path, bytes: file.bytes)
        let entries = Dictionary(archive.entries.map { ($0.name, $0) }) { first, _ in first }
        let suffix = "/data.pkl"
        guard let description = archive.entries.first(where: { $0.name.hasSuffix(suffix) }) else {
            throw BinaryFileError.unsupported(path: path, offset: 0, found: "an archive without data.pkl")
        }
        let folder = String(description.name.dropLast(suffix.utf8.count))
        if let order = entries[folder + "/byteorder"],
            try archive.contents(of: order, limit: 64) != Array("little".utf8)
        {
            throw BinaryFileError.unsupported(path: path, offset: 0, found: "numbers of a big-endian machine")
        }
        pickle = try Pickle(
            try archive.contents(of: description, limit: Pickle.byteLimit),
            path: "\(path) (\(description.name))")

        var ranges: [String: Range<Int>] = [:]
        for case .storage(let storage) in pickle.objects {
            guard let entry = entries[folder + "/data/" + storage.key] else {
                throw CheckpointError.missingTensor(path: path, tensor: "data/" + storage.key)
            }
            let range = try archive.storedRange(of: entry)
            let expected = storage.count * storage.dtype.byteCount
            guard range.count == expected else {
                throw CheckpointError.byteCount(
                    path: path, tensor: "data/" + storage.key, expected: expected, got: range.count)
            }
            if ranges.updateValue(range, forKey: storage.key) == nil { try archive.verify(entry) }
        }
        self.ranges = ranges
    }

    /// The bytes of a storage of this file, valid while `file` lives.
    func bytes(of storage: PyTorchStorage) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file.bytes[ranges[storage.key] ?? 0..<0])
    }

    // MARK: Settings

    /// The value of a key of the outermost dictionary, or of a dictionary in it.
    private func value(_ keys: [String]) -> PickleValue? {
        keys.reduce(pickle.root) { value, key in value.flatMap { pickle.dictionary($0)?[key] } }
    }

    /// Whether there is anything under these keys.
    public func holds(_ keys: String...) -> Bool { value(keys) != nil }

    /// A whole number, nil if there is none under these keys.
    public func integer(_ keys: String...) -> Int? {
        if case .integer(let integer)? = value(keys) { integer } else { nil }
    }

    public func number(_ keys: String...) -> Double? {
        switch value(keys) {
        case .number(let number)?: number
        case .integer(let integer)?: Double(integer)
        default: nil
        }
    }

    public func bool(_ keys: String...) -> Bool? {
        if case .boolean(let flag)? = value(keys) { flag } else { nil }
    }

    /// The tensors of the outermost dictionary, or of the one under these keys.
    ///
    /// - Parameter prefix: left out of the names that begin with it.
    public func tensors(_ keys: String..., withoutPrefix prefix: String = "") throws -> PyTorchTensors {
        guard let value = value(keys), let entries = pickle.entries(value) else {
            throw CheckpointError.missingTensor(path: path, tensor: keys.last ?? "a dictionary")
        }
        return try PyTorchTensors(self, entries, withoutPrefix: prefix)
    }
}
