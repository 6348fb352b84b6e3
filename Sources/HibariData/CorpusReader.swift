import HibariSupport

/// One document of a corpus.
public struct Document: Sendable, Equatable {
    public var bytes: [UInt8]
    /// The file it comes from, `-` for standard input.
    public var path: String
    /// Where it begins: bytes from the beginning of the (decompressed) text file; 0 in JSON lines.
    public var offset: Int
    /// Its line in a JSON-lines file, from 1.
    public var line: Int?
}

/// What was read.
public struct CorpusSummary: Sendable, Equatable {
    public var documentCount = 0
    /// The bytes of all documents together; markers, byte order marks and JSON around them do not count.
    public var byteCount = 0
    /// SHA-256 in hexadecimal over, for each document, its length as eight bytes, lowest first, and its
    /// bytes. So it depends on the documents and their order, and not on file names or compression.
    public var sha256 = ""
}

/// Reads the documents of text files, JSON-lines files and folders, all also compressed with gzip.
///
/// - A text file is one document, byte for byte, except for a UTF-8 byte order mark. If the marker
///   `<|endoftext|>` occurs in it, the file is the documents between the markers, without the line breaks at
///   their two ends.
/// - A JSON-lines file has an object per line with the text under a key; blank lines are passed over.
/// - A folder stands for the text files below it, in order of their names; hidden ones are left out.
/// - `-` is standard input.
///
/// Documents without a single byte are left out. Files are streamed: the largest document must fit in memory,
/// a file need not.
public struct CorpusReader: Sendable {
    public let paths: [String]
    private let files: [CorpusFile]
    private let format: CorpusFormat
    private let textKey: String

    /// Finds the files.
    ///
    /// - Parameters:
    ///   - format: how to read all files; standard input is text unless this says otherwise.
    ///   - textKey: the key of the text in JSON lines.
    /// - Throws: `DataError` for a path that does not exist or a folder without text files.
    public init(
        paths: [String], format: CorpusFormat = .automatic, textKey: String = "text"
    ) throws(DataError) {
        self.paths = paths
        self.format = format
        self.textKey = textKey
        var files: [CorpusFile] = []
        for path in paths { files += try CorpusFile.files(at: path) }
        self.files = files
    }

    /// Calls `body` with every document, in order. May be called again: a vocabulary is made in one reading
    /// and used in the next.
    ///
    /// - Throws: what `body` throws; `DataError` for a file that cannot be read, damaged gzip data, a line
    ///   that is not as it should be, or a corpus without text.
    @discardableResult
    public func forEachDocument(_ body: (Document) throws(DataError) -> Void) throws(DataError)
        -> CorpusSummary
    {
        var summary = CorpusSummary()
        var hasher = SHA256()
        for file in files {
            try documents(of: file) { (document) throws(DataError) in
                if document.bytes.isEmpty { return }
                summary.documentCount += 1
                summary.byteCount += document.bytes.count
                hasher.update((0..<8).map { UInt8(truncatingIfNeeded: document.bytes.count >> (8 * $0)) })
                hasher.update(document.bytes)
                try body(document)
            }
        }
        if summary.documentCount == 0 { throw .emptyCorpus(paths: paths) }
        summary.sha256 = hasher.digest().hex
        return summary
    }

    /// Calls `body` with all text, in order, long documents of text files in parts: what looks at words only
    /// needs no document whole in memory.
    ///
    /// A text has the same pieces as its parts, `TextCuts` sees to that.
    /// - Throws: as `forEachDocument`.
    public func forEachPart(_ body: ([UInt8]) throws(DataError) -> Void) throws(DataError) {
        var isEmpty = true
        for file in files {
            try documents(of: file, partSize: 1 << 20) { (part) throws(DataError) in
                if part.bytes.isEmpty { return }
                isEmpty = false
                try body(part.bytes)
            }
        }
        if isEmpty { throw .emptyCorpus(paths: paths) }
    }

    /// All documents, for a corpus that fits in memory.
    public func documents() throws(DataError) -> [Document] {
        var documents: [Document] = []
        try forEachDocument { documents.append($0) }
        return documents
    }

    private func documents(
        of file: CorpusFile, partSize: Int? = nil, _ body: (Document) throws(DataError) -> Void
    ) throws(DataError) {
        let stream = try file.open()
        var splitter: any DocumentSplitter =
            file.hasJSONLines(format)
            ? JSONLinesSplitter(path: file.path, textKey: textKey)
            : TextSplitter(path: file.path, partSize: partSize)
        var isFirst = true
        while true {
            var chunk = try stream.next()
            if chunk.isEmpty { return try splitter.finish(body) }
            if isFirst, chunk.starts(with: [0xEF, 0xBB, 0xBF]) {
                chunk.removeFirst(3)
                splitter.position = 3
            }
            isFirst = false
            try splitter.append(chunk, body)
        }
    }
}
