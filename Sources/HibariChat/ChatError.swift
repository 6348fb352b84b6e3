import HibariSupport
import HibariTokenizers

/// What can be wrong with a conversation, its template, or a file of conversations.
public enum ChatError: UserError, Equatable {
    case file(FileError)
    /// A record of a file is not JSON.
    case invalidJSON(path: String, place: RecordPlace?, JSONError)
    /// A member of a record is missing or of the wrong kind.
    case invalidRecord(path: String, place: RecordPlace, key: String, problem: String)
    /// A record has none of the shapes.
    case unknownShape(path: String, place: RecordPlace, keys: [String])
    /// Records of two shapes in one file.
    case mixedShapes(path: String, place: RecordPlace, found: InstructionShape, before: InstructionShape)
    case noRecords(path: String)
    /// There is no built-in template of this name.
    case unknownTemplate(name: String)
    /// The model's own template was asked for, and it has none.
    case noOwnTemplate(model: String)
    /// A built-in template cannot write such a sequence of messages. Messages count from 1.
    case order(template: String, message: Int, problem: String)
    /// The text before an answer is not the beginning of the text with the answer, so that it cannot be told which
    /// text is the assistant's.
    case answerHasNoPlace(template: String, message: Int)
    /// Every noncharacter of Unicode occurs in the conversation, and one is needed.
    case noMark
    /// In none of the examples a token would be trained.
    case nothingTrained(path: String, count: Int)

    public var exitStatus: ExitStatus {
        switch self {
        case .file(let error): error.exitStatus
        case .unknownTemplate, .noOwnTemplate: .usage
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
        case .unknownShape(let path, let place, let keys):
            """
            \(path), \(place): the keys \(keys.isEmpty ? "(none)" : keys.prefix(8).joined(separator: ", ")) are no known \
            shape; expected \(InstructionShape.allCases.map(\.keys).joined(separator: ", or "))
            """
        case .mixedShapes(let path, let place, let found, let before):
            """
            \(path), \(place): a record of the shape \(found.rawValue), where those before have the shape \
            \(before.rawValue); put them into two files
            """
        case .noRecords(let path):
            "\(path): no records in it; give one JSON object per line, or an array of them"
        case .unknownTemplate(let name):
            """
            there is no chat template \(quoted(name)); use one of \
            \(BuiltInTemplate.allCases.map(\.rawValue).joined(separator: ", ")), or a file with a Jinja template
            """
        case .noOwnTemplate(let model):
            """
            \(model) has no chat template of its own; use one of \
            \(BuiltInTemplate.allCases.map(\.rawValue).joined(separator: ", ")), or a file with a Jinja template
            """
        case .order(let template, let message, let problem):
            "the template \(template), message \(message): \(problem)"
        case .answerHasNoPlace(let template, let message):
            """
            \(template): the text before message \(message) is not how the text with it begins, so it cannot be told \
            what the assistant says; use a template with {% generation %}, or a built-in one such as chatml
            """
        case .noMark: "the conversation contains all of U+FDD0 to U+FDEF, which are no characters; remove one"
        case .nothingTrained(let path, let count):
            """
            \(path): nothing would be trained in \(counted(count, "example")); give examples in which the assistant \
            answers
            """
        }
    }
}
