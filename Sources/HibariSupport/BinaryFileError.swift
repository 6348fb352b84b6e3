/// What is wrong with a binary file, and where.
public enum BinaryFileError: UserError, Equatable {
    /// The file ends inside `what`, which begins at `offset` and takes `needed` bytes.
    case truncated(path: String, offset: Int, what: String, needed: UInt64, available: Int)
    /// What stands at `offset` is not what the format allows.
    case invalid(path: String, offset: Int, problem: String)
    /// The file is well-formed, but has something at `offset` that Hibari does not read.
    case unsupported(path: String, offset: Int, found: String)

    public var exitStatus: ExitStatus { .badData }

    public var description: String {
        switch self {
        case .truncated(let path, let offset, let what, let needed, let available):
            """
            \(path): ends inside \(what) at byte \(offset), which takes \(needed) bytes where \(available) are left; \
            the file is damaged, get it again
            """
        case .invalid(let path, let offset, let problem):
            "\(path): \(problem) at byte \(offset); the file is damaged, get it again"
        case .unsupported(let path, let offset, let found):
            "\(path): \(found) at byte \(offset), which Hibari cannot read; convert the file to another format"
        }
    }
}
