/// Turns a piece of text into tokens: the model of a tokenizer.json.
protocol TokenModel: Sendable {
    /// Appends the ids of `piece` to `ids`.
    ///
    /// - Precondition: `piece` is valid UTF-8, unless the model says otherwise.
    func tokenize(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError)
}

/// The tokens of a model: spelling by id, and id by spelling.
struct Vocabulary: Sendable {
    /// The spellings by id.
    let tokens: [[UInt8]]
    /// The bytes of the longest spelling.
    let longest: Int

    private var table = TokenTable()
    /// By the first id with the same spelling.
    private var ids: [Int32] = []

    /// Of tokens that are spelled alike the last is found.
    init(_ tokens: [[UInt8]]) {
        self.tokens = tokens
        longest = tokens.map(\.count).max() ?? 0
        ids.reserveCapacity(tokens.count)
        for (id, token) in tokens.enumerated() {
            ids.append(Int32(id))
            if !table.append(token.span), let first = table.id(of: token.span) { ids[Int(first)] = Int32(id) }
        }
    }

    var count: Int { tokens.count }

    func id(of token: Span<UInt8>) -> Int32? {
        token.count > longest ? nil : table.id(of: token).map { ids[Int($0)] }
    }

    func id(of token: ArraySlice<UInt8>) -> Int32? { id(of: token.span) }

    func id(of token: [UInt8]) -> Int32? { id(of: token.span) }

    /// The ids of the tokens `<0x00>` to `<0xFF>`, −1 for one that is missing; nil if all are.
    var byteIDs: [Int32]? {
        let ids = (UInt8.min...UInt8.max).map { id(of: nameOfByte($0)) ?? -1 }
        return ids.contains { $0 >= 0 } ? ids : nil
    }
}
