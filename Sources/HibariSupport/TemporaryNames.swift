import Glibc

/// Calls `create` with names `.NAME.tmp-PID`, `.NAME.tmp-PID-1`, … in `directory` until one is free, and
/// returns it.
///
/// The temporary lies beside its target because a rename must not cross file systems. `create` returns -1
/// with `errno` set if it fails; EEXIST means another thread is writing the same target.
func createTemporary(
    in directory: String, for name: String, reportedAs path: String, _ create: (String) -> Int32
) throws(FileError) -> String {
    var attempt = 0
    while true {
        let suffix = attempt == 0 ? "" : "-\(attempt)"
        let temporary = joinPath(directory, ".\(name).tmp-\(getpid())\(suffix)")
        if retryingInterrupts({ create(temporary) }) >= 0 { return temporary }
        let code = errno
        if code != EEXIST || attempt == 1000 { throw .cannotCreate(path: path, code: code) }
        attempt += 1
    }
}

/// Removes what atomic writing left in a folder when its process was killed: temporaries of processes that no
/// longer run.
/// - Returns: the names removed.
@discardableResult
public func removeAbandonedTemporaries(in directory: String) throws(FileError) -> [String] {
    var removed: [String] = []
    for name in try listDirectory(directory) {
        guard let process = temporaryOwner(name), process != getpid() else { continue }
        if kill(process, 0) == -1, errno == ESRCH {
            try removeTree(joinPath(directory, name))
            removed.append(name)
        }
    }
    return removed
}

/// The process in `.NAME.tmp-PID` or `.NAME.tmp-PID-ATTEMPT`, nil for any other name.
private func temporaryOwner(_ name: String) -> pid_t? {
    guard name.hasPrefix(".") else { return nil }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, let last = parts.last, last.hasPrefix("tmp-") else { return nil }
    let numbers = last.dropFirst(4).split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count <= 2, numbers.allSatisfy({ Int($0) != nil }),
        let process = numbers.first.flatMap({ pid_t($0) }),
        process > 0
    else { return nil }
    return process
}
