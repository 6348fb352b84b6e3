import Glibc
import HibariSupport

/// A new folder for a test, removed when this goes out of scope.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/hibari-data-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("mkdtemp failed") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? removeTree(path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try writeFileAtomically(path + "/" + name, bytes)
        return path + "/" + name
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }
}
