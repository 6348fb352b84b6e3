import HibariSupport

/// What cannot be done in a conversation.
public enum ChatSessionError: UserError, Equatable {
    /// There is no turn yet.
    case nothing(to: String)
    /// The system's message and the last question alone leave no room for an answer.
    case tooLong(tokens: Int, limit: Int, context: Int)
    case noConversation(path: String)
    case unknownSetting(name: String)
    case wrongSetting(name: String, value: String, expected: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .tooLong, .noConversation: .badData
        case .nothing, .unknownSetting, .wrongSetting: .usage
        }
    }

    public var description: String {
        switch self {
        case .nothing(let action): "there is nothing to \(action) yet; ask something first"
        case .tooLong(let tokens, let limit, let context):
            """
            system and question are \(tokens) tokens long, which is more than the \(limit) that leave room for an answer \
            in the context of \(context); ask in fewer words
            """
        case .noConversation(let path): "\(path): no conversation in it; give a file of /save, or of messages"
        case .unknownSetting(let name):
            "there is no setting \(quoted(name)); there are \(ChatSettings.names.joined(separator: ", "))"
        case .wrongSetting(let name, let value, let expected):
            "\(name) must be \(expected), got \(quoted(value))"
        }
    }
}
