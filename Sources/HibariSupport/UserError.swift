/// The exit codes of the command line, from sysexits(3).
public enum ExitStatus: Int32, Sendable {
    /// An option or argument is wrong.
    case usage = 64
    /// An input file was read and its contents are wrong.
    case badData = 65
    /// An input file does not exist or cannot be opened.
    case inputMissing = 66
    /// Something the command needs (memory, a library) is not available.
    case unavailable = 69
    /// A bug in Hibari.
    case internalError = 70
    /// An output file or folder cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed half-way.
    case ioError = 74
}

/// An error caused by input, not by a bug: shown to the user as one line and never with a backtrace.
///
/// Each module has its own enum with the data in its cases. `description` says what is wrong, where, and how
/// to mend it, on one line without a trailing period-separated essay.
public protocol UserError: Error, CustomStringConvertible, Sendable {
    /// The exit code of a command that ends with this error.
    var exitStatus: ExitStatus { get }
}
