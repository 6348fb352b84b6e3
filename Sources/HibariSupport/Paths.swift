import Glibc

/// `name` inside `directory`; an absolute `name` stays as it is.
public func joinPath(_ directory: String, _ name: String) -> String {
    if name.hasPrefix("/") || directory.isEmpty { return name }
    return directory.hasSuffix("/") ? directory + name : directory + "/" + name
}

/// The folder a path lies in and its last component: "a/b/" → ("a", "b"), "b" → (".", "b"), "/b" → ("/",
/// "b").
public func splitPath(_ path: String) -> (directory: String, name: String) {
    var bytes = Array(path.utf8)
    let slash = UInt8(ascii: "/")
    while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
    guard let position = bytes.lastIndex(of: slash) else {
        return (".", String(decoding: bytes, as: UTF8.self))
    }
    let name = String(decoding: bytes[(position + 1)...], as: UTF8.self)
    return (position == 0 ? "/" : String(decoding: bytes[..<position], as: UTF8.self), name)
}

/// The folder that relative paths start from; "." if it cannot be told.
public func currentDirectory() -> String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
}

/// Whether something is at `path`; a symbolic link counts by what it points to.
public func fileExists(_ path: String) -> Bool {
    access(path, F_OK) == 0
}

/// Whether two paths lead to one file or folder that is there.
public func isSameFile(_ first: String, _ second: String) -> Bool {
    var (a, b) = (stat(), stat())
    guard stat(first, &a) == 0, stat(second, &b) == 0 else { return false }
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino
}

/// Whether `path` is a folder, or a symbolic link to one.
public func directoryExists(_ path: String) -> Bool {
    fileKind(path) == S_IFDIR
}

/// The `S_IF…` kind of what `path` leads to, nil if nothing.
func fileKind(_ path: String, followingLinks: Bool = true) -> mode_t? {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 ? status.st_mode & S_IFMT : nil
}

/// The path without symbolic links, nil if nothing is there.
func resolvedPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// Repeats a system call that a signal interrupted; the result is that of the call, with `errno` set on -1.
func retryingInterrupts<Result: FixedWidthInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
