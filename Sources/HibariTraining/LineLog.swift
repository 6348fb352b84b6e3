import Glibc
import HibariSupport

/// A file that grows by lines as training goes: metrics.jsonl, a CSV file.
final class LineLog {
    private let path: String
    private let descriptor: Int32
    /// Bytes written so far; a checkpoint notes it, and resuming cuts the file there.
    private(set) var byteCount: Int

    /// Opens the file, cut to `byteCount` bytes: rows after the checkpoint that is resumed are written again.
    init(path: String, byteCount: Int) throws {
        let opened = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard opened >= 0 else { throw FileError.cannotCreate(path: path, code: errno) }
        do {
            var status = stat()
            guard fstat(opened, &status) == 0, Int(status.st_size) >= byteCount else {
                throw RunError.badState(path: path, problem: "it is shorter than the checkpoint says")
            }
            guard ftruncate(opened, byteCount) == 0, lseek(opened, byteCount, SEEK_SET) == byteCount else {
                throw FileError.writeFailed(path: path, code: errno)
            }
        } catch {
            close(opened)
            throw error
        }
        self.path = path
        self.byteCount = byteCount
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Adds a line, given without its end.
    func append(_ line: [UInt8]) throws(FileError) {
        let bytes = line + [UInt8(ascii: "\n")]
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress! + written, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .writeFailed(path: path, code: errno) }
            written += count
        }
        byteCount += bytes.count
    }

    /// Adds an object as a line.
    func append(_ row: JSONValue) throws(FileError) { try append(row.bytes()) }

    /// Makes sure the rows are on disk before a checkpoint refers to them.
    func synchronize() throws(FileError) {
        if fsync(descriptor) != 0, errno != EINVAL { throw .writeFailed(path: path, code: errno) }
    }
}
