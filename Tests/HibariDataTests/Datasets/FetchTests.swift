import HibariData
import HibariSupport
import HibariTestSupport
import Testing

private let hasCurl =
    fileExists("/usr/bin/curl") || fileExists("/bin/curl") || fileExists("/usr/local/bin/curl")

@Suite(.enabled(if: hasCurl, "curl is not installed")) struct FetchTests {
    let directory = TemporaryDirectory()
    private static let contents: [UInt8] = {
        var random = RandomStream(seed: 3, purpose: .testing)
        return (0..<300_000).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) }
    }()
    private static let file = PublicDataset.File(
        name: "a.bin", byteCount: 300_000, sha256: SHA256.hash(contents).hex)

    private func server(_ change: (inout FileServer.Behavior) -> Void = { _ in }) -> FileServer {
        var behavior = FileServer.Behavior()
        behavior.files["sub/a.bin"] = Self.contents
        change(&behavior)
        return FileServer(behavior)
    }

    @discardableResult
    private func fetch(_ addresses: String...) throws -> [FetchedFile] {
        try PublicDataset.fetch([Self.file], to: directory.path + "/new/folder", from: addresses) { _ in }
    }

    private var path: String { directory.path + "/new/folder/a.bin" }
    private var part: String { directory.path + "/new/folder/.a.bin.part" }

    private func expectFetched() throws {
        let isRight = try readFile(path) == Self.contents
        #expect(isRight && !fileExists(part))
    }

    @Test func whatComesIsKept() throws {
        let server = server()
        defer { server.stop() }
        #expect(try fetch(server.url + "/sub/").map(\.wasThere) == [false])
        try expectFetched()
        #expect(try fetch(server.url + "/sub").map(\.wasThere) == [true])
        #expect(server.log == ["/sub/a.bin"])
    }

    @Test func interruptedDownloadsGoOn() throws {
        let server = server { $0.cutsAfter = 100_000 }
        defer { server.stop() }
        let error = #expect(throws: DatasetError.self) { try fetch(server.url + "/sub") }
        guard case .downloadFailed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error.map { "\($0)" }?.contains("--data DIR") == true && !fileExists(path))
        #expect(try readFile(part).count == 100_000)
        server.change { $0.cutsAfter = nil }
        try fetch(server.url + "/sub")
        try expectFetched()
        #expect(server.log.last == "/sub/a.bin from 100000")
    }

    /// As python -m http.server answers.
    @Test func serversThatSendNoParts() throws {
        let server = server { $0.sendsParts = false }
        defer { server.stop() }
        try makeDirectories(directory.path + "/new/folder")
        try directory.write("new/folder/.a.bin.part", Array(Self.contents.prefix(1000)))
        try fetch(server.url + "/sub")
        try expectFetched()
        #expect(server.log == ["/sub/a.bin from 1000", "/sub/a.bin"])
    }

    @Test func aWrongBeginningIsFetchedAgain() throws {
        let server = server()
        defer { server.stop() }
        try makeDirectories(directory.path + "/new/folder")
        try directory.write("new/folder/.a.bin.part", [UInt8](repeating: 0, count: 5000))
        try fetch(server.url + "/sub")
        try expectFetched()
        // Longer than the file, and complete already.
        try removeTree(path)
        try directory.write("new/folder/.a.bin.part", [UInt8](repeating: 0, count: 400_000))
        try fetch(server.url + "/sub")
        try expectFetched()
        try removeTree(path)
        try directory.write("new/folder/.a.bin.part", Self.contents)
        try fetch("http://127.0.0.1:1")
        try expectFetched()
    }

    @Test func wrongFilesAreRefused() throws {
        var other = Self.contents
        other[250_000] ^= 1
        let server = server { $0.files["sub/a.bin"] = other }
        defer { server.stop() }
        let error = #expect(throws: DatasetError.self) { try fetch(server.url + "/sub") }
        guard case .wrongChecksum(_, Self.file.sha256, SHA256.hash(other).hex) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.exitStatus == .badData && !fileExists(path) && !fileExists(part))

        server.change { $0.files["sub/a.bin"] = Array(Self.contents.dropLast()) }
        #expect(throws: DatasetError.self) { try fetch(server.url + "/sub") }
        for hidesLength in [false, true] {
            server.change {
                $0.hidesLength = hidesLength
                $0.files["sub/a.bin"] = Self.contents + [UInt8](repeating: 0, count: 3_000_000)
            }
            #expect(throws: DatasetError.self) { try fetch(server.url + "/sub") }
        }
        #expect(!fileExists(path))
    }

    @Test func theNextAddressIsTried() throws {
        let server = server()
        defer { server.stop() }
        try fetch(server.url + "/nothing", server.url + "/sub")
        try expectFetched()
        try removeTree(path)
        let error = #expect(throws: DatasetError.self) {
            try fetch(server.url + "/sub2", server.url + "/none")
        }
        #expect(error.map { "\($0)" }?.hasPrefix("cannot download \(server.url)/none/a.bin: ") == true)
        #expect(error.map { "\($0)" }?.contains("404") == true && error?.exitStatus == .unavailable)
    }

    @Test func otherFilesAreNotOverwritten() throws {
        try makeDirectories(directory.path + "/new/folder")
        try directory.write("new/folder/a.bin", "mine")
        let error = #expect(throws: DatasetError.self) { try fetch("http://127.0.0.1:1") }
        #expect(error.map { "\($0)" }?.contains("a.bin: the file is not the published one") == true)
        #expect(try readFile(path) == Array("mine".utf8))
    }
}
