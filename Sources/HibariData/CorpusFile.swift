import Glibc
import HibariSupport

/// How the documents of a file are told apart.
public enum CorpusFormat: String, Sendable, CaseIterable {
    /// JSON lines if the file's name ends in `.jsonl` or `.ndjson` (before any `.gz`), otherwise text.
    case automatic
    /// Text: one document, or several separated by `<|endoftext|>`.
    case text
    /// One JSON object per line, the document under a key.
    case jsonLines = "jsonl"
}

/// A file to read documents from.
struct CorpusFile: Sendable {
    static let textExtensions = ["txt", "text", "md", "markdown", "jsonl", "ndjson"]

    let path: String
    /// What the file holds, if it could be read only once: standard input, a pipe.
    var contents: [UInt8]?

    var isGzip: Bool { contents == nil && path.hasSuffix(".gz") }

    /// The extension that tells what the file is, which stands before `.gz` if that comes last.
    private var innerExtension: String? {
        let name = path.split(separator: "/").last ?? ""
        let inner = name.hasSuffix(".gz") ? name.dropLast(3) : name
        guard let dot = inner.lastIndex(of: "."), dot != inner.startIndex else { return nil }
        return inner[inner.index(after: dot)...].lowercased()
    }

    /// Whether a file found in a folder is one to read: it has an extension of text, or is compressed without
    /// another.
    private var looksLikeText: Bool {
        guard let ending = innerExtension else { return path.hasSuffix(".gz") }
        return Self.textExtensions.contains(ending)
    }

    func hasJSONLines(_ format: CorpusFormat) -> Bool {
        switch format {
        case .automatic: ["jsonl", "ndjson"].contains(innerExtension)
        case .text: false
        case .jsonLines: true
        }
    }

    func open() throws(DataError) -> any ByteStream {
        if let contents { return MemoryStream(contents) }
        let file = try FileStream(path: path)
        return isGzip ? GzipStream(file) : file
    }

    /// The files that `path` stands for: standard input for `-`, the text files below a folder in sorted
    /// order, or the file itself. Standard input and pipes are read now, whole, as they could not be read
    /// twice.
    static func files(at path: String) throws(DataError) -> [CorpusFile] {
        if path == "-" {
            return [CorpusFile(path: path, contents: try readAll(FileStream(standardInput: ())))]
        }
        switch try fileType(path, following: true) {
        case .folder:
            let files = try filesBelow(folder: path)
            if files.isEmpty { throw .noTextFiles(path: path) }
            return files
        case .file:
            return [CorpusFile(path: path)]
        case .other:
            return [CorpusFile(path: path, contents: try readAll(FileStream(path: path)))]
        }
    }

    /// Hidden names are left out, and links to folders are not followed, so that there are no circles.
    private static func filesBelow(folder: String) throws(DataError) -> [CorpusFile] {
        let names: [String]
        do throws(FileError) {
            names = try listDirectory(folder).filter { !$0.hasPrefix(".") }
        } catch {
            throw .file(error)
        }
        var files: [CorpusFile] = []
        for name in names {
            let path = joinPath(folder, name)
            if try fileType(path, following: false) == .folder {
                files += try filesBelow(folder: path)
            } else {
                let file = CorpusFile(path: path)
                if file.looksLikeText, try fileType(path, following: true) == .file { files.append(file) }
            }
        }
        return files
    }
}

private enum FileType {
    case file
    case folder
    case other
}

private func fileType(_ path: String, following: Bool) throws(DataError) -> FileType {
    var status = stat()
    guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else {
        throw .file(.cannotOpen(path: path, code: errno))
    }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
}

private func readAll(_ stream: FileStream) throws(DataError) -> [UInt8] {
    var contents: [UInt8] = []
    while true {
        let chunk = try stream.next()
        if chunk.isEmpty { return contents }
        contents += chunk
    }
}

/// Bytes that are in memory already.
private final class MemoryStream: ByteStream {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func next() -> [UInt8] {
        defer { rest = rest.dropFirst(chunkSize) }
        return Array(rest.prefix(chunkSize))
    }
}
