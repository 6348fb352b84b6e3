import Glibc
import HibariSupport

/// Runs `body` with the path of a new empty folder and removes the folder afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/hibari-models-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError.cannotCreate(path: "/tmp", code: errno) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let result = Result { try body(path) }
    try removeTree(path)
    try result.get()
}
