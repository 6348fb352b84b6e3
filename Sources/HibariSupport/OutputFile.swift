import Glibc

/// An open file being written; handed out by `writeFileAtomically`. Errors name the target, not the
/// temporary.
public final class OutputFile {
    /// The path the finished file will have.
    public let path: String
    /// The number of bytes written so far.
    public private(set) var count = 0

    // Owned: closed by `close` or `deinit`, whichever comes first.
    private var descriptor: Int32

    init(adopting descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Appends all of `bytes`, however many calls that takes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = retryingInterrupts { Glibc.write(descriptor, rest.baseAddress, rest.count) }
            if written < 0 { throw .writeFailed(path: path, code: errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            count += written
        }
    }

    /// Appends `bytes`.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Replaces bytes written before, from `offset` on.
    public func overwrite(at offset: Int, _ bytes: [UInt8]) throws(FileError) {
        precondition(
            offset >= 0 && offset + bytes.count <= count,
            "OutputFile.overwrite: range \(offset)..<\(offset + bytes.count) exceeds the \(count) bytes written"
        )
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                retryingInterrupts {
                    pwrite(
                        descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done,
                        off_t(offset + done))
                }
            }
            if written < 0 { throw .writeFailed(path: path, code: errno) }
            done += written
        }
    }

    /// Flushes to disk and closes; some file systems report a full disk only here.
    func finish() throws(FileError) {
        // EINVAL: a pipe or a device, which has nothing to flush.
        if retryingInterrupts({ fsync(descriptor) }) != 0, errno != EINVAL {
            throw .writeFailed(path: path, code: errno)
        }
        let closing = descriptor
        descriptor = -1
        // Not repeated on EINTR: Linux has released the descriptor by then.
        if Glibc.close(closing) != 0, errno != EINTR { throw .writeFailed(path: path, code: errno) }
    }
}
