import Glibc
import HibariSupport
import HibariTestSupport
import Testing

private struct Interruption: Error {}

@Suite struct AtomicFileTests {
    @Test func writesAndReplaces() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.txt")
            try writeFileAtomically(path, "one")
            #expect(try readFile(path) == Array("one".utf8))
            try writeFileAtomically(path) { file in
                try file.write(Array("t__".utf8))
                try file.write([])
                try file.write(Array("!".utf8))
                try file.overwrite(at: 1, Array("wo".utf8))
                #expect(file.count == 4)
            }
            #expect(try readFile(path) == Array("two!".utf8))
            #expect(try listDirectory(folder) == ["a.txt"])
        }
    }

    @Test func failureKeepsTheOldFileAndLeavesNothing() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.txt")
            try writeFileAtomically(path, "old")
            #expect(throws: Interruption.self) {
                try writeFileAtomically(path) { file in
                    try file.write([1, 2, 3])
                    throw Interruption()
                }
            }
            #expect(try readFile(path) == Array("old".utf8))
            #expect(try listDirectory(folder) == ["a.txt"])
        }
    }

    /// A write that the system cuts short and then refuses, as on a full disk.
    @Test func sizeLimitKeepsTheOldFile() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryFolder { folder in
                let path = joinPath(folder, "a.bin")
                try writeFileAtomically(path, "old")
                signal(SIGXFSZ, SIG_IGN)
                var limit = rlimit(rlim_cur: 10_000, rlim_max: 10_000)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                var caught: FileError?
                do {
                    try writeFileAtomically(path, [UInt8](repeating: 1, count: 100_000))
                } catch let error as FileError {
                    caught = error
                }
                precondition(caught == .writeFailed(path: path, code: EFBIG))
                precondition(caught?.exitStatus == .ioError)
                let content = try readFile(path)
                let names = try listDirectory(folder)
                precondition(content == Array("old".utf8))
                precondition(names == ["a.bin"])
            }
        }
    }

    @Test func fullDiskIsNamed() {
        let expected = FileError.writeFailed(path: "/dev/full", code: ENOSPC)
        #expect(throws: expected) { try writeFileAtomically("/dev/full", "x") }
        #expect(expected.exitStatus == .ioError)
        #expect("\(expected)".hasPrefix("cannot write '/dev/full': No space left on device; "))
        #expect(FileError.cannotCreate(path: "a", code: ENOSPC).exitStatus == .ioError)
    }

    @Test func devicesAreNotReplaced() throws {
        try writeFileAtomically("/dev/null", "x")
        #expect(try readFile("/dev/null") == [])
        #expect(try !listDirectory("/dev").contains { $0.hasPrefix(".null.tmp") })
    }

    @Test func missingFolderAndFolderAsTarget() throws {
        try withTemporaryFolder { folder in
            let missing = joinPath(folder, "no/a.txt")
            let error = FileError.cannotCreate(path: missing, code: ENOENT)
            #expect(throws: error) { try writeFileAtomically(missing, "x") }
            #expect(error.exitStatus == .cannotCreate)
            #expect(throws: FileError.cannotCreate(path: folder, code: EISDIR)) {
                try writeFileAtomically(folder, "x")
            }
        }
    }

    @Test func followsSymbolicLinks() throws {
        try withTemporaryFolder { folder in
            let link = joinPath(folder, "link")
            try writeFileAtomically(joinPath(folder, "real"), "old")
            try replaceSymbolicLink(at: link, target: "real")
            try writeFileAtomically(link, "new")
            #expect(try readFile(joinPath(folder, "real")) == Array("new".utf8))
            #expect(try listDirectory(folder) == ["link", "real"])
        }
    }

    @Test func readingReportsWhatIsWrong() throws {
        try withTemporaryFolder { folder in
            let missing = joinPath(folder, "none")
            let error = FileError.cannotOpen(path: missing, code: ENOENT)
            #expect(throws: error) { try readFile(missing) }
            #expect(throws: error) { try MappedFile(path: missing) }
            #expect(error.exitStatus == .inputMissing)
            #expect("\(error)" == "cannot open '\(missing)': No such file or directory; check the path")
            #expect(throws: FileError.isDirectory(path: folder)) { try readFile(folder) }
            #expect(throws: FileError.isDirectory(path: folder)) { try MappedFile(path: folder) }
        }
    }

    @Test(arguments: [0, 1, 65535, 65536, 65537, 1_000_000])
    func readsAndMapsEverySize(size: Int) throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "data")
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 31 >> 3) }
            try writeFileAtomically(path, bytes)
            #expect(try readFile(path) == bytes)
            let mapped = try MappedFile(path: path)
            #expect(mapped.bytes.elementsEqual(bytes))
            // The mapping keeps the version it opened.
            try writeFileAtomically(path, "new")
            #expect(mapped.bytes.elementsEqual(bytes))
        }
    }

    @Test func monotonicClockMovesForward() {
        let start = monotonicSeconds()
        var last = start
        while last == start { last = monotonicSeconds() }
        #expect(last > start)
    }
}
