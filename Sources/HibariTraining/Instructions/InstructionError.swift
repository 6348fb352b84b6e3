import HibariChat
import HibariSupport

/// What can be wrong with examples that are to be learned.
public enum InstructionError: UserError, Equatable {
    /// The template does not take an example, or the tokenizer does not take its text.
    case example(path: String, place: RecordPlace, problem: String)
    /// What is to be learned begins behind the context in all examples.
    case contextTooShort(path: String, count: Int, contextLength: Int)
    /// Too few examples to hold some out.
    case nothingLeft(path: String, count: Int, heldOut: Double)
    /// The longest example does not fit into a batch.
    case batchTooSmall(tokens: Int, longest: Int)

    public var exitStatus: ExitStatus {
        switch self {
        case .example, .contextTooShort: .badData
        case .nothingLeft, .batchTooSmall: .usage
        }
    }

    public var description: String {
        switch self {
        case .example(let path, let place, let problem): "\(path), \(place): \(problem)"
        case .contextTooShort(let path, let count, let contextLength):
            """
            \(path): in none of \(counted(count, "example")) the assistant begins to answer within \
            \(counted(contextLength, "token")); give a longer context or shorter examples
            """
        case .nothingLeft(let path, let count, let heldOut):
            """
            \(path): of \(counted(count, "example")) none would be left to learn from and to hold out \(heldOut); \
            give more examples, or a file of its own to evaluate on
            """
        case .batchTooSmall(let tokens, let longest):
            """
            batches of \(counted(tokens, "token")) have no room for the longest example, of \(longest); \
            allow at least \(longest) tokens, or a shorter context
            """
        }
    }
}
