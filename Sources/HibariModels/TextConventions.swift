/// How a model wants its text: what is not in the weights and not in the tokenizer.
public struct TextConventions: Sendable, Equatable {
    /// Turns a conversation into text, in Jinja; nil for models without.
    public var chatTemplate: String?
    /// Stands before a text.
    public var beginningToken: Int32?
    /// Whether every text begins with `beginningToken`.
    public var addsBeginning: Bool
    /// Each ends what the model writes: the end of a text, or of a turn.
    public var endTokens: [Int32]

    public init(
        chatTemplate: String? = nil, beginningToken: Int32? = nil, addsBeginning: Bool = false,
        endTokens: [Int32] = []
    ) {
        self.chatTemplate = chatTemplate
        self.beginningToken = beginningToken
        self.addsBeginning = addsBeginning && beginningToken != nil
        self.endTokens = endTokens
    }

    /// Texts that begin after an end of text, and end with one, as here in training.
    init(endOfText: Int?) {
        let token = endOfText.map { Int32($0) }
        self.init(beginningToken: token, endTokens: token.map { [$0] } ?? [])
    }
}
