import HibariSupport

/// What can be wrong with the examples a network is to learn from. Rows count from 1, without a header.
public enum DatasetError: UserError, Equatable {
    /// The file or folder as a whole is not what is needed.
    case contents(path: String, problem: String)
    /// Something about one example of an array.
    case row(path: String, row: Int, problem: String)
    /// A line of a table is not made as the others. Lines count from 1, in the file.
    case line(path: String, line: Int, problem: String)
    /// A cell of a table.
    case cell(path: String, row: Int, line: Int, column: String, problem: String)
    case noColumn(path: String, name: String, known: [String])
    case unknownDataset(name: String, known: [String])
    /// The data set is in none of the places it is looked for.
    case notFound(name: String, searched: [String], remedy: String)
    /// What was received is not what was published.
    case wrongChecksum(source: String, expected: String, got: String)
    case downloadFailed(url: String, problem: String)
    /// There is no program to download with.
    case noDownloader

    public var exitStatus: ExitStatus {
        switch self {
        case .contents, .row, .line, .cell, .wrongChecksum: .badData
        case .noColumn, .unknownDataset: .usage
        case .notFound: .inputMissing
        case .downloadFailed, .noDownloader: .unavailable
        }
    }

    public var description: String {
        switch self {
        case .contents(let path, let problem): "\(path): \(problem)"
        case .row(let path, let row, let problem): "\(path), row \(row): \(problem)"
        case .line(let path, let line, let problem): "\(path), line \(line): \(problem)"
        case .cell(let path, let row, let line, let column, let problem):
            "\(path), row \(row) (line \(line)), column \(column): \(problem)"
        case .noColumn(let path, let name, let known):
            "\(path): there is no column \(name); it has \(list(known))"
        case .unknownDataset(let name, let known):
            "unknown data set \(name); one of \(known.joined(separator: ", "))"
        case .notFound(let name, let searched, let remedy):
            "the data set \(name) is not on this machine (looked in \(searched.joined(separator: ", "))); \(remedy)"
        case .wrongChecksum(let source, let expected, let got):
            """
            \(source): the SHA-256 is \(got), expected \(expected); the file is not the published one and was not kept
            """
        case .downloadFailed(let url, let problem):
            "cannot download \(url): \(problem); without a network, give a folder that has the files with --data DIR"
        case .noDownloader:
            """
            downloads need the program curl, which is not on the PATH; install it (apt-get install curl), or give a \
            folder that has the files with --data DIR
            """
        }
    }
}

/// At most a dozen names, then how many more there are.
private func list(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}
