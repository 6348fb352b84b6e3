import Glibc
import HibariSupport

/// How far a download is.
public struct FetchProgress: Sendable {
    public let file: String
    public let bytes: Int
    public let totalBytes: Int
}

/// What became of a file.
public struct FetchedFile: Sendable {
    public let path: String
    public let byteCount: Int
    /// It was there already, and right.
    public let wasThere: Bool
}

extension PublicDataset {
    /// Downloads the files that are not in `folder` yet, with the program `curl`, and checks each.
    ///
    /// A file gets its name only when size and SHA-256 are right. Until then it is `.NAME.part`, where a
    /// download that was interrupted goes on; what turns out to be wrong is removed.
    ///
    /// - Parameters:
    ///   - baseURL: the folder on the network to take the files from, instead of `addresses`.
    ///   - progress: called several times a second.
    /// - Throws: `DatasetError.downloadFailed` or `.wrongChecksum` of the last address tried, `.noDownloader`,
    ///   `.contents` for another file of the same name; `FileError`.
    public func fetch(
        to folder: String, baseURL: String? = nil, progress: (FetchProgress) -> Void
    ) throws -> [FetchedFile] {
        try Self.fetch(files, to: folder, from: baseURL.map { [$0] } ?? addresses, progress: progress)
    }

    /// Downloads `files` to `folder`.
    package static func fetch(
        _ files: [File], to folder: String, from addresses: [String], progress: (FetchProgress) -> Void
    ) throws -> [FetchedFile] {
        try makeDirectories(folder)
        return try files.map { file in
            let path = joinPath(folder, file.name)
            let isThere = fileExists(path)
            if isThere {
                let got = try fileSHA256(path)
                guard got == file.sha256 else {
                    throw DatasetError.contents(
                        path: path,
                        problem: """
                            the file is not the published one (its SHA-256 is \(got), expected \(file.sha256)); remove \
                            it, or choose another folder with --out
                            """)
                }
            } else {
                try fetch(file, to: path, from: addresses, progress)
            }
            return FetchedFile(path: path, byteCount: file.byteCount, wasThere: isThere)
        }
    }

    private static func fetch(
        _ file: File, to path: String, from addresses: [String], _ progress: (FetchProgress) -> Void
    ) throws {
        for (number, address) in addresses.enumerated() {
            let base = address.hasSuffix("/") ? String(address.dropLast()) : address
            do {
                return try Download(url: base + "/" + file.name, file: file, path: path).run(progress)
            } catch let error as DatasetError {
                if case .noDownloader = error { throw error }
                if number == addresses.count - 1 { throw error }
            }
        }
    }
}

/// One file from one address.
private struct Download {
    let url: String
    let file: PublicDataset.File
    let path: String
    private let part: String
    /// Holds a lock on the unfinished file, so that two programs do not write it at once; closed at the end of
    /// `run`.
    private let lock: Int32

    init(url: String, file: PublicDataset.File, path: String) throws {
        self.url = url
        self.file = file
        self.path = path
        let (folder, name) = splitPath(path)
        part = joinPath(folder, ".\(name).part")
        lock = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        if lock < 0 { throw FileError.cannotCreate(path: part, code: errno) }
        if flock(lock, LOCK_EX | LOCK_NB) != 0 {
            close(lock)
            throw DatasetError.contents(
                path: path, problem: "another program is downloading it; wait for that")
        }
    }

    func run(_ progress: (FetchProgress) -> Void) throws {
        defer { close(lock) }
        // What is longer than the file cannot become it.
        if size > file.byteCount { ftruncate(lock, 0) }
        let isResumed = size > 0
        if size < file.byteCount { try transfer(progress) }
        if isResumed, try mismatch() != nil {
            // The beginning may be of another version of the file: once more, from there.
            ftruncate(lock, 0)
            try transfer(progress)
        }
        if let problem = try mismatch() {
            unlink(part)
            throw problem
        }
        if fsync(lock) != 0 { throw FileError.writeFailed(path: part, code: errno) }
        if rename(part, path) != 0 { throw FileError.cannotCreate(path: path, code: errno) }
    }

    private var size: Int {
        var status = stat()
        return fstat(lock, &status) == 0 ? Int(status.st_size) : 0
    }

    private func transfer(_ progress: (FetchProgress) -> Void) throws {
        var result = try runCurl(progress)
        // The server does not send parts of files.
        if result.code == 33, size > 0 {
            ftruncate(lock, 0)
            result = try runCurl(progress)
        }
        // 63: curl was told beforehand that too much would come; or it came, and curl was stopped.
        if result.code == 63 || size > file.byteCount {
            unlink(part)
            throw DatasetError.contents(
                path: url,
                problem: "larger than the published file, which has \(file.byteCount) bytes; it was not kept")
        }
        if result.code != 0 {
            if size == 0 { unlink(part) }
            throw DatasetError.downloadFailed(
                url: url, problem: result.message.isEmpty ? "curl ended with \(result.code)" : result.message)
        }
    }

    private func runCurl(_ progress: (FetchProgress) -> Void) throws -> (code: Int32, message: String) {
        let arguments = [
            "--fail", "--location", "--silent", "--show-error", "--connect-timeout", "20", "--speed-limit",
            "1",
            "--speed-time", "60", "--proto", "=http,https", "--max-filesize", "\(file.byteCount)",
            "--continue-at", "\(size)", "--output", part, "--url", url,
        ]
        return try runProgram("curl", arguments) { stop in
            let size = size
            // A server that does not tell the length beforehand could send without end.
            if size > file.byteCount { stop() }
            progress(FetchProgress(file: file.name, bytes: size, totalBytes: file.byteCount))
        }
    }

    /// What is wrong with what came, nil if it is the published file.
    private func mismatch() throws -> DatasetError? {
        guard size == file.byteCount else {
            return .contents(
                path: url,
                problem: "\(size) bytes came, the published file has \(file.byteCount); it was not kept")
        }
        let got = try fileSHA256(part)
        return got == file.sha256 ? nil : .wrongChecksum(source: url, expected: file.sha256, got: got)
    }
}

private func fileSHA256(_ path: String) throws -> String {
    let file = try FileStream(path: path)
    var hasher = SHA256()
    while true {
        let chunk = try file.next()
        if chunk.isEmpty { return hasher.digest().hex }
        hasher.update(chunk)
    }
}
