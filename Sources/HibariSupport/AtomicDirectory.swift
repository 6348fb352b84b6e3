import Glibc

/// Writes a folder that appears whole or not at all.
///
/// `fill` gets the path of a temporary folder beside the final one. When it returns, every file in it is
/// flushed to disk and the folder renamed to `path`. If anything fails the temporary is removed and an older
/// folder at `path` stays as it was.
/// - Parameter replacing: exchange an existing folder at `path` for the new one in one step and remove it;
///   without this an existing `path` is an error.
public func writeDirectoryAtomically(
    _ path: String, replacing: Bool = false, fill: (_ temporary: String) throws -> Void
) throws {
    if !replacing, fileKind(path, followingLinks: false) != nil { throw FileError.alreadyExists(path: path) }
    let (directory, name) = splitPath(path)
    let temporary = try createTemporary(in: directory, for: name, reportedAs: path) { mkdir($0, 0o777) }
    do {
        try fill(temporary)
        try synchronizeTree(temporary)
        if replacing, fileKind(path, followingLinks: false) != nil {
            try exchange(temporary, path)
        } else {
            try renameToFree(temporary, path)
        }
    } catch {
        // The first error is the one to report, whether or not the clean-up succeeds.
        try? removeTree(temporary)
        throw error
    }
    try synchronizeDirectory(directory)
    // After an exchange the old folder has the temporary name.
    try removeTree(temporary)
}

/// Renames to a name that must be free.
private func renameToFree(_ source: String, _ path: String) throws(FileError) {
    if rename(source, path, .noReplace) == 0 { return }
    // EINVAL: the file system cannot do this in one step; the check and the rename are then two.
    if errno == EINVAL {
        if fileKind(path, followingLinks: false) != nil { throw .alreadyExists(path: path) }
        if rename(source, path) == 0 { return }
    }
    throw errno == EEXIST ? .alreadyExists(path: path) : .cannotCreate(path: path, code: errno)
}

/// Swaps two names.
private func exchange(_ source: String, _ path: String) throws(FileError) {
    if rename(source, path, .exchange) == 0 { return }
    guard errno == EINVAL else { throw .cannotCreate(path: path, code: errno) }
    // A file system without exchange: for an instant neither folder has the name.
    let (directory, name) = splitPath(path)
    let old = try createTemporary(in: directory, for: name, reportedAs: path) { rename(path, $0) }
    if rename(source, path) != 0 {
        let code = errno
        rename(old, path)
        throw .cannotCreate(path: path, code: code)
    }
    try removeTree(old)
}

/// The flags of renameat2(2).
private enum RenameFlag: UInt32 {
    case noReplace = 1
    case exchange = 2
}

/// renameat2(2), which the Glibc module does not declare; EINVAL where the C library lacks it.
private func rename(_ source: String, _ path: String, _ flag: RenameFlag) -> Int32 {
    typealias Function =
        @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else {
        errno = EINVAL
        return -1
    }
    return unsafeBitCast(symbol, to: Function.self)(AT_FDCWD, source, AT_FDCWD, path, flag.rawValue)
}
