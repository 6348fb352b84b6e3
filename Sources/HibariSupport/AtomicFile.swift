import Glibc

/// Writes a file that appears whole or not at all.
///
/// `body` fills a temporary file in the same folder, which is flushed to disk and renamed; if anything fails
/// the temporary is removed and an older file at `path` stays as it was. A symbolic link at `path` is
/// followed. Devices and pipes (`/dev/stdout`) cannot be renamed onto and are written directly.
public func writeFileAtomically(_ path: String, _ body: (OutputFile) throws -> Void) throws {
    let target = resolvedPath(path) ?? path
    switch fileKind(target) {
    case S_IFDIR: throw FileError.cannotCreate(path: path, code: EISDIR)
    case nil, S_IFREG: break
    default: return try writeDirectly(path, body)
    }

    let (directory, name) = splitPath(target)
    var descriptor: Int32 = -1
    let temporary = try createTemporary(in: directory, for: name, reportedAs: path) {
        descriptor = open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        return descriptor
    }
    do {
        let file = OutputFile(adopting: descriptor, path: path)
        try body(file)
        try file.finish()
        if rename(temporary, target) != 0 { throw FileError.cannotCreate(path: path, code: errno) }
    } catch {
        unlink(temporary)
        throw error
    }
    try synchronizeDirectory(directory)
}

/// Makes a file in a temporary place beside `path` and renames it when `make` returns, so that it can be checked before
/// it appears. If anything fails the temporary is removed and an older file at `path` stays as it was.
public func replaceFileAtomically(_ path: String, _ make: (_ temporary: String) throws -> Void) throws {
    let target = resolvedPath(path) ?? path
    let (directory, name) = splitPath(target)
    let temporary = try createTemporary(in: directory, for: name, reportedAs: path) {
        let descriptor = open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor >= 0 { close(descriptor) }
        return descriptor
    }
    do {
        try make(temporary)
        if rename(temporary, target) != 0 { throw FileError.cannotCreate(path: path, code: errno) }
    } catch {
        unlink(temporary)
        throw error
    }
    try synchronizeDirectory(directory)
}

/// Writes `bytes` as a file that appears whole or not at all.
public func writeFileAtomically(_ path: String, _ bytes: [UInt8]) throws {
    try writeFileAtomically(path) { try $0.write(bytes) }
}

/// Writes the UTF-8 of `text` as a file that appears whole or not at all.
public func writeFileAtomically(_ path: String, _ text: String) throws {
    try writeFileAtomically(path, Array(text.utf8))
}

private func writeDirectly(_ path: String, _ body: (OutputFile) throws -> Void) throws {
    let descriptor = retryingInterrupts { open(path, O_WRONLY | O_CLOEXEC) }
    if descriptor < 0 { throw FileError.cannotCreate(path: path, code: errno) }
    let file = OutputFile(adopting: descriptor, path: path)
    try body(file)
    try file.finish()
}

/// All bytes of a file; pipes and devices are read to their end.
public func readFile(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = retryingInterrupts { open(path, O_RDONLY | O_CLOEXEC) }
    if descriptor < 0 { throw .cannotOpen(path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw .readFailed(path: path, code: errno) }
    if status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path: path) }

    // One byte more than the file has, so that its end is seen without growing the buffer.
    var bytes = [UInt8](repeating: 0, count: max(Int(status.st_size) + 1, 65536))
    var count = 0
    while true {
        if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
        let received = bytes.withUnsafeMutableBytes { buffer in
            retryingInterrupts {
                read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
        }
        if received < 0 { throw .readFailed(path: path, code: errno) }
        if received == 0 { break }
        count += received
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}
