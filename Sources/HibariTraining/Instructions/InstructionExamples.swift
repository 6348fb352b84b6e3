import HibariChat
import HibariSupport
import HibariTokenizers

/// How examples of a file become tokens.
public struct InstructionFormat: Sendable {
    public var template: ChatTemplate
    public var tokenizer: any Tokenizer
    /// The most tokens of an example that a model reads.
    public var contextLength: Int
    /// The token that every text of the model begins with; put before what the template does not begin with it. A
    /// model's own template writes what the model wants.
    public var beginning: Int32?
    /// Whether all tokens are learned, not only those of the assistant.
    public var learnsAll: Bool

    public init(
        template: ChatTemplate, tokenizer: any Tokenizer, contextLength: Int, beginning: Int32? = nil,
        learnsAll: Bool = false
    ) {
        (self.template, self.tokenizer, self.learnsAll) = (template, tokenizer, learnsAll)
        (self.contextLength, self.beginning) = (contextLength, beginning)
    }

    /// - Throws: `ChatError`, `JinjaError`, `TokenizerError`.
    public func tokenized(_ example: InstructionExample) throws -> TokenizedConversation {
        var plain = try TokenizedConversation(try template.rendered(example), tokenizer: tokenizer)
        if learnsAll {
            plain = TokenizedConversation(ids: plain.ids, isTrained: plain.ids.map { _ in true })
        }
        guard let beginning, plain.ids.first != beginning else { return plain }
        if case (.conversation, .jinja) = (example.content, template.source) { return plain }
        return TokenizedConversation(ids: [beginning] + plain.ids, isTrained: [false] + plain.isTrained)
    }
}

/// The examples of a file, or of a part of one, as tokens.
public struct InstructionExamples: Sendable {
    public let path: String
    public let sequences: [InstructionSequence]
    /// Where each sequence stands in the file.
    public let places: [RecordPlace]
    /// Examples of which the context holds only the beginning of what is to be learned.
    public let cut: [RecordPlace]
    /// Examples that were left out, since nothing to be learned is in the context.
    public let dropped: [RecordPlace]
    /// Examples whose answer is empty.
    public let emptyAnswers: [RecordPlace]
    /// Tokens that are read and, of them, those that are learned.
    public let tokenCount, trainedCount: Int

    /// - Throws: `InstructionError.example`, `contextTooShort`; `ChatError.nothingTrained`.
    public init(
        path: String, _ examples: some Sequence<InstructionExample>, _ format: InstructionFormat
    ) throws {
        var (sequences, places): ([InstructionSequence], [RecordPlace]) = ([], [])
        var (cut, dropped, empty): ([RecordPlace], [RecordPlace], [RecordPlace]) = ([], [], [])
        var (count, learnable) = (0, 0)
        for example in examples {
            let tokens: TokenizedConversation
            do {
                tokens = try format.tokenized(example)
            } catch let error as any UserError {
                throw InstructionError.example(path: path, place: example.place, problem: error.description)
            }
            count += 1
            learnable += tokens.isTrained.dropFirst().contains(true) ? 1 : 0
            if example.hasEmptyAnswer { empty.append(example.place) }
            guard let sequence = InstructionSequence(tokens, limit: format.contextLength) else {
                dropped.append(example.place)
                continue
            }
            if sequence.isCut { cut.append(example.place) }
            sequences.append(sequence)
            places.append(example.place)
        }
        if sequences.isEmpty {
            if learnable == 0 { throw ChatError.nothingTrained(path: path, count: count) }
            throw InstructionError.contextTooShort(
                path: path, count: count, contextLength: format.contextLength)
        }
        (self.path, self.sequences, self.places) = (path, sequences, places)
        (self.cut, self.dropped, emptyAnswers) = (cut, dropped, empty)
        tokenCount = sequences.reduce(0) { $0 + $1.inputs.count }
        trainedCount = sequences.reduce(0) { $0 + $1.trainedCount }
    }

    /// Tokens of the longest sequence.
    public var longest: Int { sequences.reduce(0) { max($0, $1.inputs.count) } }

    /// Of all tokens and what is learned of them: the same where training would be the same.
    public var sha256: String {
        var hasher = SHA256()
        for sequence in sequences {
            for number in [Int32(sequence.inputs.count)] + sequence.inputs + sequence.targets {
                withUnsafeBytes(of: number.littleEndian) { hasher.update($0) }
            }
        }
        return hasher.digest().hex
    }

    /// What a user should know of the examples, a line each.
    package func notes(contextLength: Int) -> [String] {
        var notes: [String] = []
        func note(_ places: [RecordPlace], _ text: String) {
            guard let first = places.first else { return }
            let shown = places.prefix(3).map(\.description).joined(separator: ", ")
            notes.append(
                "\(path): \(counted(places.count, "example")) \(text) "
                    + (places.count == 1 ? "(\(first))" : places.count <= 3 ? "(\(shown))" : "(\(shown), …)"))
        }
        note(cut, "longer than the context of \(contextLength) tokens, cut at its end")
        note(dropped, "left out: nothing to be learned within \(contextLength) tokens")
        note(emptyAnswers, "with an empty answer, which teaches to say nothing")
        return notes
    }
}
