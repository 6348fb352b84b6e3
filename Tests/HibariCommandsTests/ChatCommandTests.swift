import Foundation
import HibariSupport
import Testing

/// The real program with questions on standard input.
@Suite struct ChatCommandTests {
    private let space: Workspace
    private let model: String

    init() throws {
        space = try Workspace()
        model = space.path("run")
        expectSuccess(
            try hibari([
                "pretrain", "--corpus", space.path("corpus.txt"), "--out", model, "--layers", "1", "--heads",
                "2", "--dim", "16", "--context", "64", "--batch", "4", "--steps", "4", "--tokenizer", "chars",
                "--threads", "1",
            ]))
    }

    private func chat(_ input: String, _ more: String...) throws -> Outcome {
        try Program(
            ["chat", model, "--seed", "3", "--max-tokens", "6", "--threads", "1", "--template", "plain"]
                + more, input: input
        ).wait()
    }

    private func answers(_ outcome: Outcome) throws -> [JSONValue] {
        try outcome.outputLines.map { try JSONValue(parsing: String($0)) }
    }

    @Test func questionsAreAnsweredLineByLine() throws {
        let outcome = try expectSuccess(chat("The lark\n\n  \nThe field", "--json"))
        let answers = try answers(outcome)
        #expect(answers.map { $0["question"] } == ["The lark", "The field"])
        #expect(answers.allSatisfy { ($0["tokens"]?.int ?? 0) > 0 })
        #expect(outcome.errors.contains("template: plain, as asked for") && outcome.errors.contains("seed 3"))
        // The second question follows the first one and its answer.
        let prompts = answers.map { $0["prompt_tokens"]?.int ?? 0 }
        #expect(prompts[0] == 9 && prompts[1] > 18)
        let plain = try expectSuccess(chat("The lark\nThe field\n"))
        let text = answers.map { $0["answer"]?.string ?? "" }
        let lines = text.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
        #expect(plain.output == lines)
        let one = try expectSuccess(chat("", "--prompt", "The lark"))
        #expect(one.output == (text[0].hasSuffix("\n") ? text[0] : text[0] + "\n"))
    }

    @Test func commandsChangeTheConversation() throws {
        let path = space.path("chat.jsonl")
        let outcome = try expectSuccess(
            chat(
                "The lark\n/regen\n/undo\n/system The songs\n/set temperature 0\n/set\nThe song\n/save \(path)\n/quit\nno more\n",
                "--json"))
        let answers = try answers(outcome)
        #expect(answers.map { $0["question"] } == ["The lark", "The lark", "The song"])
        #expect(outcome.errors.contains("took back: The lark"))
        #expect(outcome.errors.contains("temperature 0"))
        let saved = try JSONValue(parsing: try space.text("chat.jsonl"))
        let messages = saved["messages"]?.array ?? []
        #expect(messages.map { $0["role"] } == ["system", "user", "assistant"])
        #expect(messages.map { $0["content"] } == ["The songs", "The song", answers[2]["answer"]])
        let loaded = try expectSuccess(chat("/load \(path)\n/set temperature 0\n/regen\n", "--json"))
        #expect(try self.answers(loaded).map { $0["answer"] } == [answers[2]["answer"]])
    }

    @Test func mistakesAreNamedAndTheConversationGoesOn() throws {
        // Ω is not among the characters that the model knows.
        let outcome = try chat("/redo\nΩ\n/set warmth 1\n/undo\nThe lark\n", "--json")
        #expect(outcome.status == 64)
        #expect(try answers(outcome).map { $0["question"] } == ["The lark"])
        #expect(try answers(outcome)[0]["prompt_tokens"] == 9)
        let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 4)
        #expect(errors[0].contains("/redo") && errors[0].contains("/regen"))
        #expect(errors[2].contains("temperature"))
    }

    @Test func wrongOptionsAreRefused() throws {
        expectError(try hibari("chat", model, "--template", "chatmil"), 64, "chatml, llama2")
        expectError(try chat("", "--context", "3"), 64, "--context")
        expectError(try chat("", "--top-p", "2"), 64, "top-p")
        expectError(try hibari("chat", space.path("none")), 66, "none")
    }

    @Test func interruptAtThePromptLeaves() throws {
        // A pipe that the program itself holds open for writing: reading it never ends.
        let pipe = space.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let program = try Program(
            ["chat", model, "--threads", "1"], shell: #"exec "$@" <> "$PIPE""#, environment: ["PIPE": pipe])
        while program.process.isRunning, !catchesInterrupts(program) { usleep(5000) }
        program.signal(SIGINT)
        #expect(program.wait().status == 130)
    }

    /// Whether the program has a handler for SIGINT.
    private func catchesInterrupts(_ program: Program) -> Bool {
        let path = "/proc/\(program.process.processIdentifier)/status"
        let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
        let mask = lines.first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
        return mask.flatMap { UInt64($0, radix: 16) }.map { $0 & 1 << UInt64(SIGINT - 1) != 0 } ?? false
    }
}
