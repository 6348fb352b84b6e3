import HibariChat
import HibariData
import HibariTensor
import HibariTokenizers
import HibariTraining
import Testing

/// From a file to what is learned, held out and told.
@Suite struct InstructionDataTests {
    private let folder = InstructionFolder()

    private func text(_ ids: [Int32]) -> String {
        String(decoding: folder.tokenizer.decode(ids), as: UTF8.self)
    }

    @Test func theLastShareIsHeldOut() throws {
        let data = try folder.data(40, heldOut: .share(0.2))
        #expect(data.training.places == (1...32).map { .line($0) })
        #expect(data.heldOut?.places == (33...40).map { .line($0) })
        #expect(data.shape == .instruction && data.notes.isEmpty)
        #expect(try folder.data(40, heldOut: .none).heldOut == nil)
        #expect(try folder.data(40, heldOut: .share(0)).heldOut == nil)
        // At least one, and never all.
        #expect(try folder.data(3, heldOut: .share(0.01)).heldOut?.places == [.line(3)])
        #expect(throws: InstructionError.self) { try folder.data(1, heldOut: .share(0.1)) }
        #expect(throws: DataError.invalidValidationFraction(1)) { try folder.data(4, heldOut: .share(1)) }
    }

    @Test func anotherFileIsHeldOut() throws {
        let other = try folder.write(
            "other.jsonl",
            #"{"messages": [{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}]}"#)
        let data = try folder.data(4, heldOut: .file(other))
        #expect(data.training.sequences.count == 4 && data.heldOut?.path == other)
        let sequence = try #require(data.heldOut?.sequences.first)
        // "A", a line feed; the byte tokenizer ends the answer with its token.
        #expect(text(sequence.inputs) == "A\nB" && sequence.targets.count == 3)
        let end = try #require(folder.tokenizer.endOfText)
        #expect(sequence.targets == [ignoredTarget, Int32(UInt8(ascii: "B")), Int32(end)])
    }

    @Test func whatAUserShouldKnow() throws {
        let path = try folder.write(
            "notes.jsonl",
            """
            {"prompt": "Hi", "completion": "Hello there", "id": 1}
            {"prompt": "Hi", "completion": " ", "source": "x"}
            {"prompt": "A question longer than that", "completion": "Yes"}
            {"prompt": "Hi", "completion": "An answer that is longer", "id": 4}
            """)
        let data = try InstructionData(path: path, heldOut: .none, folder.format(context: 16))
        #expect(data.training.places == [.line(1), .line(2), .line(4)])
        #expect(data.training.cut == [.line(4)] && data.training.dropped == [.line(3)])
        #expect(data.training.emptyAnswers == [.line(2)])
        #expect(data.ignoredKeys == ["id", "source"])
        #expect(
            data.notes == [
                "\(path): 1 example longer than the context of 16 tokens, cut at its end (line 4)",
                "\(path): 1 example left out: nothing to be learned within 16 tokens (line 3)",
                "\(path): 1 example with an empty answer, which teaches to say nothing (line 2)",
                "\(path): keys that are not read: id, source",
            ])
        #expect(data.training.longest == 16)
        #expect(data.training.trainedCount == 12 + 2 + 14)
        #expect(data.json["training"]?["cut"]?.int == 1)
    }

    @Test func nothingToLearnIsRefused() throws {
        let path = try folder.write("empty.jsonl", #"{"prompt": "Hi", "completion": "Hello"}"#)
        #expect(throws: InstructionError.contextTooShort(path: path, count: 1, contextLength: 2)) {
            try InstructionData(path: path, heldOut: .none, folder.format(context: 2))
        }
        // A template that marks nothing as the assistant's.
        var format = folder.format()
        let silent = try JinjaTemplate(
            "{{ messages[0].content }}{% generation %}{% endgeneration %}", name: "silent")
        format.template = ChatTemplate(.jinja(silent), tokens: ChatTokens(of: folder.tokenizer))
        #expect(throws: ChatError.nothingTrained(path: path, count: 1)) {
            try InstructionData(path: path, heldOut: .none, format)
        }
        // What a template refuses is refused with file and line.
        let system = try folder.write(
            "system.jsonl",
            #"{"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}]}"#
        )
        let error = #expect(throws: InstructionError.self) {
            try InstructionData(path: system, heldOut: .none, folder.format(.gemma))
        }
        #expect(error?.description.hasPrefix("\(system), line 1: the template gemma, message 1") == true)
    }

    @Test func theSameHashForTheSameTraining() throws {
        let first = try folder.data(10, heldOut: .none).training.sha256
        #expect(try folder.data(10, heldOut: .none).training.sha256 == first)
        #expect(try folder.data(11, heldOut: .none).training.sha256 != first)
        #expect(try folder.data(10, heldOut: .none, context: 24).training.sha256 != first)
    }

    @Test func aBeginningForModelsThatWantOne() throws {
        let path = try folder.write("text.jsonl", #"{"text": "Larks."}"#)
        var format = folder.format()
        format.beginning = 7
        let data = try InstructionData(path: path, heldOut: .none, format)
        let sequence = try #require(data.training.sequences.first)
        #expect(sequence.inputs == [7] + Array("Larks.".utf8).map { Int32($0) })
        // With a token before it, the first of the text is learned too.
        #expect(sequence.trainedCount == 7)
        format.beginning = Int32(UInt8(ascii: "L"))
        let same = try InstructionData(path: path, heldOut: .none, format)
        #expect(same.training.sequences.first?.inputs.count == 6)
    }

    @Test func previewShowsWhatIsLearned() throws {
        let path = try folder.write("show.jsonl", #"{"prompt": "Hi", "completion": "Hello"}"#)
        let data = try InstructionData(path: path, heldOut: .none, folder.format())
        #expect(
            data.training.preview(3, folder.tokenizer, isColored: false)
                == "\(path), line 1: 9 tokens, 6 learned\nHi\n⟦Hello<|endoftext|>⟧\n")
        let colored = data.training.preview(1, folder.tokenizer, isColored: true)
        #expect(colored.contains("\u{1B}[32mo\u{1B}[0m\u{1B}[1;32m<|endoftext|>\u{1B}[0m"))
        #expect(colored.contains("\u{1B}[2mH\u{1B}[0m"))
        // Escapes of a text do not reach the terminal.
        let bad = try folder.write("bad.jsonl", #"{"prompt": "\u001b[31m", "completion": "x"}"#)
        let shown = try InstructionData(path: bad, heldOut: .none, folder.format()).training
            .preview(1, folder.tokenizer, isColored: false)
        #expect(shown.contains("\u{FFFD}[31m\n⟦x") && !shown.contains("\u{1B}"))
    }
}
