import Glibc
import HibariSupport

/// Bytes that come in pieces, so that a file need not fit in memory.
protocol ByteStream: AnyObject {
    /// The next bytes, never many more than `chunkSize` and fewer only before the end; empty at the end.
    func next() throws(DataError) -> [UInt8]
}

/// How much is read at once.
let chunkSize = 1 << 18

/// The bytes of a file as they are.
final class FileStream: ByteStream {
    let path: String
    private let descriptor: Int32

    init(path: String) throws(DataError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .file(.cannotOpen(path: path, code: errno)) }
    }

    /// What comes through standard input.
    init(standardInput: Void) {
        path = "-"
        descriptor = STDIN_FILENO
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    func next() throws(DataError) -> [UInt8] {
        var failure: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
            while count < chunkSize {
                let got = read(descriptor, buffer.baseAddress! + count, chunkSize - count)
                if got == 0 { break }
                if got > 0 {
                    count += got
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
        }
        if failure != 0 { throw .file(.readFailed(path: path, code: failure)) }
        return chunk
    }
}
