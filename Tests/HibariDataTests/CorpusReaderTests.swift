import Glibc
import HibariData
import HibariSupport
import HibariTestSupport
import Testing

@Suite struct CorpusReaderTests {
    let directory = TemporaryDirectory()

    private func texts(_ paths: [String], format: CorpusFormat = .automatic, key: String = "text") throws
        -> [String]
    {
        try CorpusReader(paths: paths, format: format, textKey: key).documents().map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
    }

    @Test func fileWithoutMarkerIsKeptToTheByte() throws {
        let path = try directory.write("a.txt", "\n one\r\n\n")
        #expect(try texts([path]) == ["\n one\r\n\n"])
    }

    @Test func markersSeparateDocuments() throws {
        let path = try directory.write(
            "a.txt", "\nfirst\n\n<|endoftext|>\r\n  second\n<|endoftext|>\n<|endoftext|>third\n")
        let documents = try CorpusReader(paths: [path]).documents()
        #expect(
            documents.map { String(decoding: $0.bytes, as: UTF8.self) } == ["first", "  second", "third"])
        #expect(documents.map(\.offset) == [1, 23, 59])
    }

    /// The marker lies across the border of two reads at every possible place.
    @Test func markersAreFoundAcrossReads() throws {
        let marker = Array("<|endoftext|>".utf8)
        for shift in 0...marker.count {
            let first = [UInt8](repeating: UInt8(ascii: "<"), count: 1 << 18 - shift)
            let path = try directory.write("a.txt", first + marker + Array("b".utf8))
            #expect(try CorpusReader(paths: [path]).documents().map(\.bytes) == [first, Array("b".utf8)])
        }
    }

    @Test func byteOrderMarkIsLeftOut() throws {
        let text = try directory.write("a.txt", "\u{FEFF}a<|endoftext|>b")
        let documents = try CorpusReader(paths: [text]).documents()
        #expect(documents.map(\.bytes) == [[0x61], [0x62]])
        #expect(documents.map(\.offset) == [3, 17])
        let lines = try directory.write("a.jsonl", "\u{FEFF}{\"text\":\"x\"}\n")
        #expect(try texts([lines]) == ["x"])
    }

    @Test func foldersAreReadInOrder() throws {
        try makeDirectories(directory.path + "/b/c")
        try makeDirectories(directory.path + "/.git")
        for name in ["z.txt", "b/c/2.md", "b/10.txt", "B.TXT", "a.jsonl", "é.text"] {
            try directory.write(name, name.hasSuffix("jsonl") ? "{\"text\":\"a.jsonl\"}" : name)
        }
        for name in ["x.png", ".hidden.txt", ".git/config.txt", "noextension", "x.csv.gz"] {
            try directory.write(name, "no")
        }
        try directory.write("compressed.gz", try gzip(Array("compressed.gz".utf8)))
        let expected = ["B.TXT", "a.jsonl", "b/10.txt", "b/c/2.md", "compressed.gz", "z.txt", "é.text"]
        #expect(try texts([directory.path]) == expected)
        #expect(try texts([directory.path + "/"]) == expected)
    }

    @Test func circularLinksEnd() throws {
        try directory.write("a.txt", "a")
        try #require(symlink(directory.path, directory.path + "/loop") == 0)
        #expect(try texts([directory.path]) == ["a"])
    }

    @Test func jsonLines() throws {
        let path = try directory.write(
            "a.jsonl", "{\"text\":\"a\\nb\",\"n\":1}\r\n\n{\"text\":\"\"}\n{\"text\":\"<|endoftext|>\"}")
        #expect(try texts([path]) == ["a\nb", "<|endoftext|>"])
        #expect(try CorpusReader(paths: [path]).documents().map(\.line) == [1, 4])
        let other = try directory.write("b.txt", "{\"body\":\"x\"}\n")
        #expect(try texts([other], format: .jsonLines, key: "body") == ["x"])
        #expect(try texts([path], format: .text).count == 2)
    }

    @Test(arguments: [
        ("{\"text\":1}", "not a string"), ("[1]", "an array"), ("{\"body\":\"a\"}", "\"body\""),
        ("{\"text\":", "JSON"),
    ])
    func badLineIsNamed(line: String, part: String) throws {
        let path = try directory.write("a.jsonl", "{\"text\":\"ok\"}\n\n\(line)\n")
        let error = #expect(throws: DataError.self) { try CorpusReader(paths: [path]).documents() }
        guard case .invalidLine(path, 3, _) = error else {
            Issue.record("unexpected \(String(describing: error))")
            return
        }
        #expect(error?.description.contains(part) == true)
        #expect(error?.exitStatus == .badData)
    }

    @Test func missingAndEmpty() throws {
        let missing = #expect(throws: DataError.self) { try CorpusReader(paths: [directory.path + "/none"]) }
        #expect(missing?.exitStatus == .inputMissing)
        #expect(throws: DataError.noTextFiles(path: directory.path)) {
            try CorpusReader(paths: [directory.path])
        }
        let empty = try directory.write("empty.txt", "")
        let error = #expect(throws: DataError.self) { try CorpusReader(paths: [empty]).documents() }
        #expect(error == .emptyCorpus(paths: [empty]))
        #expect(error?.exitStatus == .badData)
    }

    @Test func fileGoneAfterTheSearchIsMissing() throws {
        let path = try directory.write("a.txt", "a")
        let reader = try CorpusReader(paths: [path])
        try removeTree(path)
        let error = #expect(throws: DataError.self) { try reader.documents() }
        #expect(error?.exitStatus == .inputMissing)
    }

    @Test func pipesCanBeReadTwice() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        try #require(Glibc.write(ends[1], "abc", 3) == 3)
        close(ends[1])
        let reader = try CorpusReader(paths: ["/proc/self/fd/\(ends[0])"])
        close(ends[0])
        for _ in 0..<2 { #expect(try reader.documents().map(\.bytes) == [Array("abc".utf8)]) }
    }

    @Test func summaryDependsOnDocumentsOnly() throws {
        let plain = try directory.write("a.txt", "one<|endoftext|>two")
        let packed = try directory.write("b.gz", try gzip(Array("\u{FEFF}one\n<|endoftext|>\ntwo\n".utf8)))
        let lines = try directory.write("c.jsonl", "{\"text\":\"one\"}\n{\"text\":\"two\"}\n")
        let other = try directory.write("d.jsonl", "{\"text\":\"onet\"}\n{\"text\":\"wo\"}\n")
        let summaries = try [plain, packed, lines, other].map {
            try CorpusReader(paths: [$0]).forEachDocument { _ in }
        }
        #expect(summaries[0].documentCount == 2)
        #expect(summaries[0].byteCount == 6)
        #expect(summaries[0] == summaries[1])
        #expect(summaries[0] == summaries[2])
        #expect(summaries[0].sha256 != summaries[3].sha256)
        #expect(
            summaries[0].sha256
                == SHA256.hash(
                    [3, 0, 0, 0, 0, 0, 0, 0] + Array("one".utf8)
                        + [3, 0, 0, 0, 0, 0, 0, 0] + Array("two".utf8)
                ).hex)
    }

    /// Long documents come in parts, which together are the documents, cut at places of `TextCuts` and
    /// wherever the reads end.
    @Test func parts() throws {
        let line = "The lark sings over the fields.\n\n雲雀が歌う。<\n"
        let long = String(repeating: line, count: 60_000)
        let path = try directory.write(
            "a.txt", "\nshort\n<|endoftext|>\n\n" + long + "\n<|endoftext|>x" + long)
        var parts: [[UInt8]] = []
        try CorpusReader(paths: [path]).forEachPart { parts.append($0) }
        #expect(parts.count > 4 && parts.allSatisfy { $0.count < 1_100_000 + 1 << 18 })
        let whole = try CorpusReader(paths: [path]).documents().flatMap(\.bytes)
        let isSame = Array(parts.joined()) == whole
        #expect(isSame)
    }

    /// A file of one line neither has to fit in memory nor takes quadratic time.
    @Test func textWithoutPlacesToCut() throws {
        let path = try directory.write("a.txt", String(repeating: "雲", count: 14_000_000))
        var parts: [Int] = []
        var bytes = 0
        try CorpusReader(paths: [path]).forEachPart { part in
            parts.append(part.count)
            bytes += part.count
            #expect(part[0] & 0xC0 != 0x80)
        }
        #expect(bytes == 42_000_000 && parts == [1 << 24 - 1, 1 << 24 - 1, 42_000_000 - 2 * (1 << 24 - 1)])
    }
}
