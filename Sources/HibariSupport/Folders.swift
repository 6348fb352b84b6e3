import Glibc

/// The names in a folder without "." and "..", sorted by their bytes.
public func listDirectory(_ path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else { throw .cannotOpen(path: path, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else {
            if errno != 0 { throw .readFailed(path: path, code: errno) }
            break
        }
        // The entry belongs to the stream until the next readdir; the name is copied.
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Creates a folder and those above it that are missing.
public func makeDirectories(_ path: String) throws(FileError) {
    if directoryExists(path) { return }
    let parent = splitPath(path).directory
    if parent != path, !directoryExists(parent) { try makeDirectories(parent) }
    if mkdir(path, 0o777) != 0 {
        let code = errno
        // Another process may have been faster.
        if code != EEXIST || !directoryExists(path) { throw .cannotCreate(path: path, code: code) }
    }
}

/// Removes a file or a folder with all it holds; symbolic links are removed, not followed. Nothing there is
/// fine.
public func removeTree(_ path: String) throws(FileError) {
    guard let kind = fileKind(path, followingLinks: false) else {
        if errno == ENOENT { return }
        throw .cannotRemove(path: path, code: errno)
    }
    if kind == S_IFDIR {
        for name in try listDirectory(path) { try removeTree(joinPath(path, name)) }
    }
    let result = kind == S_IFDIR ? rmdir(path) : unlink(path)
    if result != 0, errno != ENOENT { throw .cannotRemove(path: path, code: errno) }
}

/// Makes `path` a symbolic link to `target` (relative to the folder of `path`), replacing a link or file that
/// is there in one step: at every moment `path` leads to the old or to the new target.
public func replaceSymbolicLink(at path: String, target: String) throws(FileError) {
    let (directory, name) = splitPath(path)
    let temporary = try createTemporary(in: directory, for: name, reportedAs: path) { symlink(target, $0) }
    if rename(temporary, path) != 0 {
        let code = errno
        unlink(temporary)
        throw .cannotCreate(path: path, code: code)
    }
    try synchronizeDirectory(directory)
}

/// Flushes the names in a folder to disk, so that a rename in it survives a power failure.
func synchronizeDirectory(_ path: String) throws(FileError) {
    try synchronize(path, flags: O_RDONLY | O_DIRECTORY)
}

/// Flushes every file and folder below `path`, and `path`, to disk.
func synchronizeTree(_ path: String) throws(FileError) {
    switch fileKind(path, followingLinks: false) {
    case S_IFDIR:
        for name in try listDirectory(path) { try synchronizeTree(joinPath(path, name)) }
        try synchronizeDirectory(path)
    case S_IFREG:
        try synchronize(path, flags: O_RDONLY)
    default:
        break
    }
}

private func synchronize(_ path: String, flags: Int32) throws(FileError) {
    let descriptor = retryingInterrupts { open(path, flags | O_CLOEXEC) }
    if descriptor < 0 { throw .cannotOpen(path: path, code: errno) }
    defer { close(descriptor) }
    // EINVAL: a file system that has nothing to flush.
    if retryingInterrupts({ fsync(descriptor) }) != 0, errno != EINVAL {
        throw .writeFailed(path: path, code: errno)
    }
}
