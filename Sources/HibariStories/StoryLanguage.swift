/// The languages the embedded stories are written in.
public enum StoryLanguage: String, CaseIterable, Sendable {
    case english = "en"
    case japanese = "ja"

    /// The grammar of this language, compiled on first use.
    var grammar: StoryGrammar {
        switch self {
        case .english: .english
        case .japanese: .japanese
        }
    }

    /// What stands between two sentences of a story.
    var sentenceSeparator: String {
        switch self {
        case .english: " "
        case .japanese: ""
        }
    }
}
