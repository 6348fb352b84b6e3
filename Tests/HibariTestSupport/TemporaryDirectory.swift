import Glibc
import HibariSupport

/// A new folder for a test, removed when this goes out of scope.
package final class TemporaryDirectory {
    package let path: String

    /// Makes a folder in `$TMPDIR`, or where the C library puts temporary files.
    package init() {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
        var template = Array((parent + "/hibari-test-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("mkdtemp in \(parent): errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? removeTree(path) }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try writeFileAtomically(path + "/" + name, bytes)
        return path + "/" + name
    }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }
}

/// Runs `body` with the path of a new empty folder and removes the folder afterwards.
package func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = TemporaryDirectory()
    try withExtendedLifetime(folder) { try body(folder.path) }
}

/// Writes a file without the flush to disk, which takes milliseconds each time; some file systems also flush a file
/// that is written over, so the old one goes first.
package func writeQuickly(_ path: String, _ bytes: [UInt8]) throws {
    try removeTree(path)
    guard let stream = fopen(path, "w") else { throw FileError.cannotCreate(path: path, code: errno) }
    fwrite(bytes, 1, bytes.count, stream)
    fclose(stream)
}
