import Glibc

/// What can go wrong with files and folders. `code` is the `errno` of the failed call.
public enum FileError: UserError, Equatable {
    case cannotOpen(path: String, code: Int32)
    /// A folder where a file was expected.
    case isDirectory(path: String)
    case cannotCreate(path: String, code: Int32)
    /// The target is there and replacing it was not asked for.
    case alreadyExists(path: String)
    case readFailed(path: String, code: Int32)
    case writeFailed(path: String, code: Int32)
    case cannotRemove(path: String, code: Int32)

    public var exitStatus: ExitStatus {
        switch self {
        case .cannotOpen, .isDirectory: .inputMissing
        case .alreadyExists: .cannotCreate
        case .cannotCreate(_, let code): isDeviceTrouble(code) ? .ioError : .cannotCreate
        case .readFailed, .writeFailed, .cannotRemove: .ioError
        }
    }

    public var description: String {
        switch self {
        case .cannotOpen(let path, let code): "cannot open '\(path)': \(explain(code))"
        case .isDirectory(let path): "cannot open '\(path)': it is a folder; name a file in it"
        case .cannotCreate(let path, let code): "cannot create '\(path)': \(explain(code))"
        case .alreadyExists(let path): "cannot create '\(path)': it exists; remove it or choose another name"
        case .readFailed(let path, let code): "cannot read '\(path)': \(explain(code))"
        case .writeFailed(let path, let code): "cannot write '\(path)': \(explain(code))"
        case .cannotRemove(let path, let code): "cannot remove '\(path)': \(explain(code))"
        }
    }
}

/// Whether the disk rather than the path is at fault.
private func isDeviceTrouble(_ code: Int32) -> Bool {
    [ENOSPC, EIO, EDQUOT, EFBIG].contains(code)
}

/// The system's text for `code`, then what to do about it where that can be said.
private func explain(_ code: Int32) -> String {
    let text = String(cString: strerror(code))
    let remedy: String? =
        switch code {
        case ENOENT: "check the path"
        case ENOTDIR: "a part of the path is a file; check the path"
        case EISDIR: "it is a folder; name a file"
        case EACCES, EPERM: "check the permissions"
        case EROFS: "choose a folder on a writable disk"
        case ENOSPC, EDQUOT: "free some space and run the command again"
        case EFBIG: "raise the file size limit (ulimit -f)"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
        case EIO: "the disk reports a fault"
        default: nil
        }
    return remedy.map { "\(text); \($0)" } ?? text
}
