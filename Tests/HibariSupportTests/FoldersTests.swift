import Glibc
import HibariSupport
import HibariTestSupport
import Testing

private struct Interruption: Error {}

@Suite struct FoldersTests {
    @Test func directoryAppearsWhole() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "step-1")
            try writeDirectoryAtomically(path) { temporary in
                #expect(splitPath(temporary).directory == folder)
                #expect(!fileExists(path))
                try writeFileAtomically(joinPath(temporary, "a"), "1")
                try makeDirectories(joinPath(temporary, "deep/er"))
                try writeFileAtomically(joinPath(temporary, "deep/er/b"), "2")
            }
            #expect(try listDirectory(folder) == ["step-1"])
            #expect(try readFile(joinPath(path, "deep/er/b")) == Array("2".utf8))
        }
    }

    @Test func failedDirectoryLeavesNothing() throws {
        try withTemporaryFolder { folder in
            #expect(throws: Interruption.self) {
                try writeDirectoryAtomically(joinPath(folder, "x")) { temporary in
                    try writeFileAtomically(joinPath(temporary, "a"), "1")
                    throw Interruption()
                }
            }
            let names = try listDirectory(folder)
            #expect(names == [])
        }
    }

    @Test func existingDirectoryIsReplacedOnlyOnRequest() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            try writeDirectoryAtomically(path + "/") { try writeFileAtomically(joinPath($0, "old"), "1") }
            #expect(throws: FileError.alreadyExists(path: path)) {
                try writeDirectoryAtomically(path) { _ in Issue.record("filled for nothing") }
            }
            // One that appears while the new one is being filled.
            let late = joinPath(folder, "late")
            #expect(throws: FileError.alreadyExists(path: late)) {
                try writeDirectoryAtomically(late) { _ in try makeDirectories(late) }
            }
            #expect(throws: Interruption.self) {
                try writeDirectoryAtomically(path, replacing: true) { _ in throw Interruption() }
            }
            #expect(try listDirectory(path) == ["old"])
            try writeDirectoryAtomically(path, replacing: true) {
                try writeFileAtomically(joinPath($0, "new"), "2")
            }
            #expect(try listDirectory(path) == ["new"])
            #expect(try listDirectory(folder) == ["late", "x"])
            try writeDirectoryAtomically(joinPath(folder, "fresh"), replacing: true) { _ in }
            #expect(try listDirectory(folder) == ["fresh", "late", "x"])
        }
    }

    @Test func symbolicLinkIsReplaced() throws {
        try withTemporaryFolder { folder in
            try makeDirectories(joinPath(folder, "one"))
            try makeDirectories(joinPath(folder, "two"))
            try writeFileAtomically(joinPath(folder, "two/mark"), "")
            let link = joinPath(folder, "last")
            try replaceSymbolicLink(at: link, target: "one")
            #expect(try listDirectory(link) == [])
            try replaceSymbolicLink(at: link, target: "two")
            #expect(try listDirectory(link) == ["mark"])
            #expect(try listDirectory(folder) == ["last", "one", "two"])
            #expect(throws: FileError.self) {
                try replaceSymbolicLink(at: joinPath(folder, "one"), target: "two")
            }
            #expect(try listDirectory(folder) == ["last", "one", "two"])
        }
    }

    @Test func removeTreeDoesNotFollowLinks() throws {
        try withTemporaryFolder { folder in
            try makeDirectories(joinPath(folder, "keep"))
            try writeFileAtomically(joinPath(folder, "keep/a"), "1")
            try makeDirectories(joinPath(folder, "drop/inner"))
            try replaceSymbolicLink(at: joinPath(folder, "drop/inner/link"), target: joinPath(folder, "keep"))
            try removeTree(joinPath(folder, "drop"))
            try removeTree(joinPath(folder, "drop"))
            #expect(try listDirectory(folder) == ["keep"])
            #expect(try listDirectory(joinPath(folder, "keep")) == ["a"])
        }
    }

    @Test func makeDirectoriesReportsAFileInTheWay() throws {
        try withTemporaryFolder { folder in
            try makeDirectories(joinPath(folder, "a/b/c/"))
            try makeDirectories(joinPath(folder, "a/b/c"))
            #expect(directoryExists(joinPath(folder, "a/b/c")))
            let file = joinPath(folder, "file")
            try writeFileAtomically(file, "")
            #expect(!directoryExists(file))
            #expect(throws: FileError.cannotCreate(path: file, code: EEXIST)) { try makeDirectories(file) }
            #expect(throws: FileError.self) { try makeDirectories(joinPath(file, "sub")) }
        }
    }

    @Test func abandonedTemporariesAreRemoved() throws {
        try withTemporaryFolder { folder in
            // No process has this id: it is above the kernel's limit of 2^22.
            for name in [".x.tmp-99999999", ".x.y.tmp-99999999-2"] {
                try makeDirectories(joinPath(folder, name))
            }
            let kept = [
                ".tmp-99999999", ".x.tmp-", ".x.tmp-1", ".x.tmp-\(getpid())", ".x.tmp-a", "x.tmp-99999999",
            ]
            for name in kept { try makeDirectories(joinPath(folder, name)) }
            #expect(try removeAbandonedTemporaries(in: folder) == [".x.tmp-99999999", ".x.y.tmp-99999999-2"])
            #expect(try listDirectory(folder) == kept.sorted())
        }
    }

    @Test(arguments: [
        ("a/b/", "a", "b"), ("b", ".", "b"), ("/b", "/", "b"), ("a//b", "a/", "b"), ("/", "/", ""),
        ("a/b.c", "a", "b.c"),
    ])
    func splitsPaths(path: String, directory: String, name: String) {
        #expect(splitPath(path) == (directory, name))
    }

    @Test func joinsPaths() {
        #expect(joinPath("a", "b") == "a/b")
        #expect(joinPath("a/", "b") == "a/b")
        #expect(joinPath("", "b") == "b")
        #expect(joinPath("a", "/b") == "/b")
    }
}
