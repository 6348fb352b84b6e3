/// What `StoryChecker` found in a text.
public struct StoryReport: Sendable {
    /// One complete sentence of the text.
    public struct Sentence: Sendable {
        /// Counted from 1, as in messages.
        public let story: Int
        /// Counted from 1 within its story.
        public let number: Int
        public let text: String
        public let verdict: Verdict

        /// Whether the grammar could have written this sentence at this point of this story.
        public var passes: Bool {
            if case .accepted = verdict { true } else { false }
        }

        /// Whether the grammar could have written this sentence in some story.
        public var isGrammatical: Bool {
            if case .rejected = verdict { false } else { true }
        }
    }

    /// What the checker says of a sentence.
    public enum Verdict: Sendable, Equatable {
        /// The grammar's template `plot/step.variant` wrote it, and it agrees with its story.
        case accepted(template: String)
        /// The template fits, but the sentence contradicts what its story said before.
        case inconsistent(template: String, StoryProblem)
        /// No template fits; the longest beginning that fits one is `understood`.
        case rejected(understood: String)
    }

    /// Every complete sentence, in order.
    public let sentences: [Sentence]
    /// A last sentence that the end of the text cut off; it is not counted.
    public let incompleteSentence: String?
    public let storyCount: Int
    /// Stories that break off before their last step; the last story of the text is not counted as one.
    public let unfinishedStories: [Int]
    /// How many stories have only passing sentences and come to their end (or to the end of the text).
    public let consistentStoryCount: Int

    public var sentenceCount: Int { sentences.count }
    /// How many sentences the grammar could have written, in whatever story.
    public var grammaticalCount: Int { sentences.count { $0.isGrammatical } }
    /// How many sentences the grammar could have written and their story allows.
    public var passCount: Int { sentences.count { $0.passes } }
    /// `passCount / sentenceCount`; 0 for a text without a sentence.
    public var passRate: Double { sentences.isEmpty ? 0 : Double(passCount) / Double(sentenceCount) }
    public var failures: [Sentence] { sentences.filter { !$0.passes } }
}

/// A contradiction between a sentence and its story.
public enum StoryProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Something acts or is used before the story introduced it.
    case neverIntroduced(role: String, name: String)
    /// A role is played by something else than before: another name, a pronoun of the other kind, another
    /// place.
    case contradiction(role: String, known: String, found: String)
    /// Two roles that must be told apart are played by the same kind (or the same child).
    case sameKind(role: String, name: String, other: String)
    /// The sentence belongs to another kind of story.
    case otherPlot(expected: String, found: String)
    /// The step was told before, or a step that must come first is missing.
    case outOfOrder(step: Int, previous: Int)

    public var description: String {
        switch self {
        case .neverIntroduced(let role, let name):
            "\(name) (the story's \(role)) was never introduced"
        case .contradiction(let role, let known, let found):
            "the story's \(role) is \(known), not \(found)"
        case .sameKind(let role, let name, let other):
            "\(name) (the story's \(role)) must not be of the same kind as \(other)"
        case .otherPlot(let expected, let found):
            "this belongs to a story about \"\(found)\", not \"\(expected)\""
        case .outOfOrder(let step, let previous):
            "step \(step) cannot follow step \(previous)"
        }
    }
}

extension StoryReport.Verdict: CustomStringConvertible {
    public var description: String {
        switch self {
        case .accepted(let template): "accepted (\(template))"
        case .inconsistent(_, let problem): problem.description
        case .rejected(let understood) where understood.isEmpty: "no sentence of the grammar begins like this"
        case .rejected(let understood): "no sentence of the grammar goes on like this after \"\(understood)\""
        }
    }
}
