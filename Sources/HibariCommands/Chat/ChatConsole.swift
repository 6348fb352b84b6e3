import Glibc
import HibariCommandLine
import HibariGeneration
import HibariSupport

/// The conversation of `hibari chat` line by line: answers to standard output, all else to standard error.
struct ChatConsole {
    let session: ChatSession
    let printsJSON: Bool
    /// Whether a person types; then there is a prompt, and speeds are shown.
    let isInteractive: Bool

    /// Reads lines until the end of standard input, or /quit.
    ///
    /// - Returns: the exit code: that of the first error, if nobody was there to see it.
    func run() -> Int32 {
        var status: Int32 = 0
        while true {
            if isInteractive { printToStandardError("> ", terminator: "") }
            guard let line = readLine() else { break }
            if line.allSatisfy(\.isWhitespace) { continue }
            do {
                let parsed = try ChatLine(parsing: line)
                if parsed == .quit { return status }
                try perform(parsed)
            } catch {
                let problem = (error as? any UserError)?.description ?? "\(error)"
                printError(problem)
                if status == 0, !isInteractive {
                    status = ((error as? any UserError)?.exitStatus ?? .internalError).rawValue
                }
            }
        }
        // Ctrl-D leaves the cursor behind the prompt.
        if isInteractive { printToStandardError("") }
        return status
    }

    private func perform(_ line: ChatLine) throws {
        switch line {
        case .question(let text): try ask(text)
        case .regenerate: try answer(to: nil) { try session.regenerate(isInterrupted: $0, emit: $1) }
        case .undo: note("took back: \(try session.undo())")
        case .clear: session.clear()
        case .system(let text):
            session.system = text
            if text == nil { note("the conversation begins with no message of the system") }
        case .showSettings: for setting in session.settings.all { note("\(setting.name) \(setting.value)") }
        case .set(let name, let value): try session.settings.set(name, value)
        case .save(let path):
            try session.save(to: path)
            note("saved \(counted(session.messages.count, "message")) to \(path)")
        case .load(let path):
            try session.load(from: path)
            note("\(counted(session.messages.count, "message")) of \(path)")
        case .help:
            for command in ChatLine.commands { note("\(padded(command.usage, 18))\(command.help)") }
        case .quit: break
        }
    }

    /// Asks, and prints the answer as it is written.
    func ask(_ question: String) throws {
        try answer(to: question) { try session.reply(to: question, isInterrupted: $0, emit: $1) }
    }

    private func answer(
        to question: String?,
        _ generate: (_ isInterrupted: () -> Bool, _ emit: (String) -> Void) throws -> ChatSession.Reply
    ) throws {
        var endsLine = true
        let reply: ChatSession.Reply
        do {
            reply = try InterruptSignal.catching {
                try generate({ InterruptSignal.isPending }) { piece in
                    if printsJSON { return }
                    printResult(piece, terminator: "")
                    endsLine = piece.hasSuffix("\n")
                }
            }
        } catch {
            if !endsLine { printResult("") }
            throw error
        }
        if printsJSON {
            printResult(object(reply, question).text())
        } else if !endsLine || reply.text.isEmpty {
            printResult("")
        }
        report(reply)
    }

    private func report(_ reply: ChatSession.Reply) {
        if reply.droppedTurns > 0 {
            note(
                "the context of \(session.contextLength) tokens is full: the model reads the oldest "
                    + "\(counted(reply.droppedTurns, "turn")) no more")
        }
        let result = reply.result
        switch result.finishReason {
        case .length: note("cut off at --max-tokens \(session.settings.maxTokens)")
        case .context: note("cut off at the end of the context of \(session.contextLength) tokens")
        case .stop, .interrupted: break
        }
        guard isInteractive else { return }
        note(
            "\(reply.newPromptTokens) tokens read in \(fixed(result.promptSeconds, 1)) s, \(result.tokens.count) "
                + "written at \(abbreviated(result.tokensPerSecond)) tokens/s")
    }

    private func object(_ reply: ChatSession.Reply, _ question: String?) -> JSONValue {
        [
            "question": .string(question ?? session.messages.last { $0.role == .user }?.content ?? ""),
            "answer": .string(reply.text),
            "finish_reason": .string(reply.result.finishReason.rawValue),
            "prompt_tokens": .integer(reply.result.promptTokenCount),
            "new_prompt_tokens": .integer(reply.newPromptTokens),
            "dropped_turns": .integer(reply.droppedTurns),
            "tokens": .integer(reply.result.tokens.count),
            "seed": .unsigned(session.settings.sampling.seed),
        ]
    }

    private func note(_ text: String) { printToStandardError("(\(text))") }
}
