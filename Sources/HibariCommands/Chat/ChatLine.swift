import HibariSupport

/// What a line typed in a chat means.
enum ChatLine: Equatable {
    /// A question for the model.
    case question(String)
    case help, regenerate, undo, clear, quit
    /// Replaces the system's message; nil takes it away.
    case system(String?)
    case showSettings
    case set(name: String, value: String)
    case save(String), load(String)

    /// The commands with what they take, and what they do.
    static let commands: [(usage: String, help: String)] = [
        ("/regen", "answer the last question once more"),
        ("/undo", "take back the last question and its answer"),
        ("/system TEXT", "what the conversation begins with; without a text: nothing"),
        ("/set NAME VALUE", "change how answers are written; alone: show it"),
        ("/save FILE", "write the conversation as a line of JSON"),
        ("/load FILE", "go on with a conversation of a file"),
        ("/clear", "forget all turns"),
        ("/help", "this list"),
        ("/quit", "leave, as Ctrl-D does; Ctrl-C ends an answer"),
    ]

    /// A line that begins with a slash is a command; with two, a question that begins with one.
    ///
    /// - Throws: `ChatLineError`.
    init(parsing line: String) throws(ChatLineError) {
        guard line.hasPrefix("/") else {
            self = .question(line)
            return
        }
        if line.hasPrefix("//") {
            self = .question(String(line.dropFirst()))
            return
        }
        let parts = line.split(separator: " ", maxSplits: 1)
        let name = String(parts[0])
        let argument = parts.count == 2 ? trimmed(parts[1]) : ""
        func alone(_ command: ChatLine) throws(ChatLineError) -> ChatLine {
            if !argument.isEmpty { throw .takesNothing(name) }
            return command
        }
        switch name {
        case "/help": self = try alone(.help)
        case "/regen": self = try alone(.regenerate)
        case "/undo": self = try alone(.undo)
        case "/clear": self = try alone(.clear)
        case "/quit", "/exit": self = try alone(.quit)
        case "/system": self = .system(argument.isEmpty ? nil : argument)
        case "/save", "/load":
            if argument.isEmpty { throw .needs(name, "a file") }
            self = name == "/save" ? .save(argument) : .load(argument)
        case "/set":
            let words = argument.split(separator: " ")
            if words.isEmpty {
                self = .showSettings
            } else if words.count == 2 {
                self = .set(name: String(words[0]), value: String(words[1]))
            } else {
                throw .needs(name, "a name and a value, such as /set temperature 0.5")
            }
        default: throw .unknown(name)
        }
    }
}

/// A line that looks like a command and is none.
enum ChatLineError: UserError, Equatable {
    case unknown(String)
    case takesNothing(String)
    case needs(String, String)

    var exitStatus: ExitStatus { .usage }

    var description: String {
        switch self {
        case .unknown(let name):
            "there is no command \(quoted(name)); there are "
                + ChatLine.commands.map { $0.usage.prefix { $0 != " " } }.joined(separator: ", ")
                + "; a question that begins with / is written with two"
        case .takesNothing(let name): "\(name) takes nothing after it"
        case .needs(let name, let what): "\(name) needs \(what)"
        }
    }
}

private func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
}
