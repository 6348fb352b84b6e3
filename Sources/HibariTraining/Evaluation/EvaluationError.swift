import HibariSupport
import HibariTokenizers

/// What can be wrong with the data of an evaluation, or with what a model lacks for it.
public enum EvaluationError: UserError, Equatable {
    case file(FileError)
    case invalidJSON(path: String, place: RecordPlace?, JSONError)
    /// A member of a record is missing or of the wrong kind.
    case invalidRecord(path: String, place: RecordPlace, key: String, problem: String)
    /// The keys of a record have none of the shapes.
    case unknownShape(path: String, place: RecordPlace, keys: [String], expected: String)
    case mixedShapes(path: String, place: RecordPlace, found: String, before: String)
    case noRecords(path: String)
    case cannotEncode(path: String, place: RecordPlace, TokenizerError)
    /// An ending melts into the last token of its context. Endings count from 1.
    case noEndingToken(path: String, place: RecordPlace, ending: Int)
    case endingTooLong(path: String, place: RecordPlace, ending: Int, tokens: Int, contextLength: Int)
    /// The model has no token to begin a text with.
    case noBeginning(isAsked: Bool)
    /// A text of fewer tokens than two windows.
    case textTooShort(tokens: Int, contextLength: Int)

    public var exitStatus: ExitStatus {
        switch self {
        case .file(let error): error.exitStatus
        case .noBeginning: .usage
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .invalidJSON(let path, let place, let error):
            "\(path)\(place.map { ", \($0)" } ?? ""): \(error)"
        case .invalidRecord(let path, let place, let key, let problem):
            "\(path), \(place): \(key) \(problem)"
        case .unknownShape(let path, let place, let keys, let expected):
            """
            \(path), \(place): the keys \(keys.isEmpty ? "(none)" : keys.prefix(8).joined(separator: ", ")) are no known \
            shape; expected \(expected)
            """
        case .mixedShapes(let path, let place, let found, let before):
            """
            \(path), \(place): a record of the shape \(found), where those before have the shape \(before); put them into \
            two files
            """
        case .noRecords(let path): "\(path): no records in it; give one a line"
        case .cannotEncode(let path, let place, let error): "\(path), \(place): \(error)"
        case .noEndingToken(let path, let place, let ending):
            """
            \(path), \(place): ending \(ending) adds no token to its context, so there is nothing to score; separate them, \
            for example with --delimiter " "
            """
        case .endingTooLong(let path, let place, let ending, let tokens, let contextLength):
            """
            \(path), \(place): ending \(ending) has \(tokens) tokens, more than the model's context of \(contextLength); \
            shorten it
            """
        case .noBeginning(let isAsked):
            isAsked
                ? "this model has no token to begin a text with; leave out --bos or --add-bos"
                : "a context is empty, and this model has no token to begin a text with; give every record a context"
        case .textTooShort(let tokens, let contextLength):
            """
            the text has \(counted(tokens, "token")), llama.cpp's way takes two windows of \(contextLength); give more \
            text or a smaller --context
            """
        }
    }
}
