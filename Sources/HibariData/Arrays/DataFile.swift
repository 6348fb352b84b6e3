import HibariSupport

/// The contents of a data file from front to back, decompressed if they begin like gzip, whatever the name.
final class DataFile {
    /// More than this is not read into memory.
    static let byteLimit = 1 << 32

    let path: String
    /// How many bytes were read, after decompression.
    private(set) var offset = 0
    private let stream: any ByteStream
    private var chunk: ArraySlice<UInt8> = []

    init(path: String) throws(DataError) {
        // Opening a folder succeeds; reading it is what fails, with a less helpful message.
        if directoryExists(path) { throw .file(.isDirectory(path: path)) }
        self.path = path
        let start = try FileStream(path: path).next().prefix(2)
        let file = try FileStream(path: path)
        stream = Array(start) == [0x1F, 0x8B] ? GzipStream(file) : file
    }

    /// The next `count` bytes, fewer only at the end.
    func read(upTo count: Int) throws(DataError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            if chunk.isEmpty {
                chunk = try stream.next()[...]
                if chunk.isEmpty { break }
            }
            let piece = chunk.prefix(count - bytes.count)
            bytes += piece
            chunk = chunk.dropFirst(piece.count)
        }
        offset += bytes.count
        return bytes
    }

    /// The next `count` bytes.
    ///
    /// - Parameter what: for the error if the file ends before.
    func read(_ count: Int, _ what: String) throws -> [UInt8] {
        let begin = offset
        let bytes = try read(upTo: count)
        if bytes.count < count {
            throw BinaryFileError.truncated(
                path: path, offset: begin, what: what, needed: UInt64(count), available: bytes.count)
        }
        return bytes
    }

    /// All that is left.
    func readAll() throws -> [UInt8] {
        let bytes = try read(upTo: Self.byteLimit + 1)
        if bytes.count > Self.byteLimit { throw tooLarge() }
        return bytes
    }

    /// Throws unless all was read.
    func expectEnd(after what: String) throws {
        let end = offset
        if try !read(upTo: 1).isEmpty { throw invalid("something after \(what)", at: end) }
    }

    func invalid(_ problem: String, at offset: Int) -> BinaryFileError {
        .invalid(path: path, offset: offset, problem: problem)
    }

    func tooLarge() -> BinaryFileError {
        .unsupported(
            path: path, offset: 0, found: "more than \(Self.byteLimit >> 30) GiB of data from the file")
    }
}
