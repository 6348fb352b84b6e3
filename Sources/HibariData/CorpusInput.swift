import HibariSupport

/// What a corpus is given as: text to be tokenised, or tokens in files.
public enum CorpusInput: Sendable {
    case text(CorpusReader)
    /// The folder that `hibari corpus prepare` wrote.
    case shards(TokenShardFolder)
    /// Files of nanoGPT or llm.c, in the order in which they were given.
    case tokenFiles(TokenFiles)

    /// Finds out what is at the paths: one folder with a corpus.json, files that end in .bin, or text.
    ///
    /// - Parameter textKey: the key of the text in JSON lines.
    /// - Throws: `DataError` for a path that does not exist, a folder without text files, or tokens together
    ///   with something else.
    public init(paths: [String], textKey: String = "text") throws(DataError) {
        let folders = paths.filter(TokenShardFolder.isFolder)
        let files = paths.filter { $0.hasSuffix(".bin") }
        if folders.isEmpty && files.isEmpty {
            self = .text(try CorpusReader(paths: paths, textKey: textKey))
        } else if files.count == paths.count {
            self = .tokenFiles(try TokenFiles(paths: files))
        } else if paths.count == 1 {
            self = .shards(try TokenShardFolder(path: paths[0]))
        } else {
            throw .mixedCorpus(paths: paths)
        }
    }

    /// The text, to make a tokenizer from.
    ///
    /// - Throws: `DataError.noTextForTokenizer`.
    public func reader() throws(DataError) -> CorpusReader {
        switch self {
        case .text(let reader): reader
        case .shards(let folder): throw .noTextForTokenizer(path: folder.path)
        case .tokenFiles(let files): throw .noTextForTokenizer(path: files.paths[0])
        }
    }

    /// The bytes of the text; nil if only a tokenizer could tell.
    public func byteCount() throws(DataError) -> Int? {
        switch self {
        case .text(let reader):
            var bytes = 0
            try reader.forEachPart { bytes += $0.count }
            return bytes
        case .shards(let folder): return folder.summary.byteCount
        case .tokenFiles: return nil
        }
    }
}
