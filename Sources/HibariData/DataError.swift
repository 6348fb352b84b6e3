import HibariSupport
import HibariTokenizers

/// What can be wrong with the text a model is to learn from.
public enum DataError: UserError, Equatable {
    /// A file or folder does not exist, or cannot be opened or read.
    case file(FileError)
    /// The folder has no file of a kind that is read.
    case noTextFiles(path: String)
    /// A gzip file is damaged or cut off.
    case invalidGzip(path: String, problem: String)
    /// A line of a JSON-lines file is not an object with the text under the key.
    case invalidLine(path: String, line: Int, problem: String)
    /// There is no text in any of the files.
    case emptyCorpus(paths: [String])
    /// The tokenizer refuses the text; the error's offset counts from the beginning of the file, or of the
    /// text of the line.
    case cannotEncode(path: String, line: Int?, TokenizerError)
    /// The tokenizer cannot be made as it was asked for.
    case tokenizer(TokenizerError)
    /// There are several documents, and the tokenizer has no token to put between them.
    case noEndOfText(kind: String)
    /// Fewer tokens than one sequence takes.
    case corpusTooShort(tokens: Int, contextLength: Int)
    /// A token shard or its corpus.json is damaged or cut off, or has ids that the tokenizer does not have.
    case invalidShard(path: String, offset: Int?, problem: String)
    /// The shards were made with another tokenizer. `folder` holds the right one.
    case otherTokenizer(path: String, expected: String, got: String, folder: String)
    /// Tokens and text, or tokens of several folders, were given as one corpus.
    case mixedCorpus(paths: [String])
    /// A tokenizer was to be made from a corpus that has no text.
    case noTextForTokenizer(path: String)
    /// The validation share is not in 0..<1.
    case invalidValidationFraction(Double)

    public var exitStatus: ExitStatus {
        switch self {
        case .file(let error): error.exitStatus
        case .invalidValidationFraction, .mixedCorpus, .noTextForTokenizer: .usage
        case .cannotEncode(_, _, let error), .tokenizer(let error): error.exitStatus
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .file(let error):
            error.description
        case .noTextFiles(let path):
            "\(path): the folder has no text files; it is searched for names ending in "
                + CorpusFile.textExtensions.map { ".\($0)" }.joined(separator: " ") + ", also with .gz"
        case .invalidGzip(let path, let problem):
            "\(path): \(problem); fetch or compress the file again"
        case .invalidLine(let path, let line, let problem):
            "\(path), line \(line): \(problem)"
        case .emptyCorpus(let paths):
            "\(paths.joined(separator: ", ")): no text in it; give at least one file with text"
        case .cannotEncode(let path, let line, let error):
            "\(path)\(line.map { ", line \($0)" } ?? ""): \(error)"
        case .tokenizer(let error):
            error.description
        case .noEndOfText(let kind):
            """
            the corpus has several documents, but this \(kind) tokenizer has no <|endoftext|> token to put between them; \
            make the tokenizer from this corpus
            """
        case .corpusTooShort(let tokens, let contextLength):
            """
            the text has \(tokens) tokens, fewer than the \(contextLength + 1) that one sequence takes with a context \
            length of \(contextLength); give more text or choose a shorter context
            """
        case .invalidShard(let path, let offset, let problem):
            "\(path)\(offset.map { ", byte \($0)" } ?? ""): \(problem); prepare or fetch the tokens again"
        case .otherTokenizer(let path, let expected, let got, let folder):
            """
            \(path): the tokens were made with another tokenizer (SHA-256 \(expected.prefix(12))…, this one is \
            \(got.prefix(12))…); give --tokenizer \(folder)
            """
        case .mixedCorpus(let paths):
            """
            \(paths.joined(separator: ", ")): prepared tokens go with nothing else; give one folder of hibari corpus prepare, \
            or .bin files only, or text only
            """
        case .noTextForTokenizer(let path):
            "\(path): a corpus of tokens has no text to make a tokenizer from; give --tokenizer with the folder of theirs"
        case .invalidValidationFraction(let fraction):
            "the validation fraction is \(fraction); it must be at least 0 and less than 1"
        }
    }
}

/// Runs what reads or writes files, whose errors are those of files and JSON.
func withDataErrors<Result>(_ body: () throws -> Result) throws(DataError) -> Result {
    do {
        return try body()
    } catch let error as DataError {
        throw error
    } catch let error as FileError {
        throw .file(error)
    } catch let JSONError.inFile(path, error) {
        throw .invalidShard(path: path, offset: nil, problem: "\(error)")
    } catch {
        preconditionFailure("withDataErrors: \(error) is neither of a file nor of JSON")
    }
}
