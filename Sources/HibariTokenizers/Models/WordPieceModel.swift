/// The longest token that begins the word, then the longest that goes on from there, and so on; a word that
/// cannot be put together is one unknown token.
///
/// Source: `WordpieceTokenizer` in BERT's tokenization.py.
struct WordPieceModel: TokenModel {
    let vocabulary: Vocabulary
    private let unknown: Int32
    private let maximumCharacters: Int
    /// The tokens that can begin a word.
    private let beginnings: ByteTrie
    /// Those that go on with one, without the prefix that tells them.
    private let continuations: ByteTrie

    init(_ component: Component, _ vocabulary: Vocabulary) throws(TokenizerError) {
        try component.expectKeys(
            "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab")
        let name = try component.string("unk_token")
        guard let unknown = vocabulary.id(of: Array(name.utf8)) else {
            throw component.member("unk_token").invalid(
                "is \(describe(.string(name))), which is not in vocab")
        }
        self.vocabulary = vocabulary
        self.unknown = unknown
        maximumCharacters = try component.int(
            "max_input_chars_per_word", in: 0...Int(Int32.max), missing: 100)
        let prefix = Array(try component.string("continuing_subword_prefix").utf8)
        let tokens = vocabulary.tokens.enumerated().map { (bytes: $1[...], value: Int32($0)) }
        beginnings = ByteTrie(tokens)
        continuations = ByteTrie(
            tokens.lazy.filter { $0.bytes.starts(with: prefix) }.map {
                ($0.bytes.dropFirst(prefix.count), $0.value)
            })
    }

    func tokenize(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) {
        let characters = piece.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        let count = ids.count
        var rest = piece
        while characters <= maximumCharacters, !rest.isEmpty {
            let trie = rest.startIndex == piece.startIndex ? beginnings : continuations
            guard let match = trie.longestMatch(in: rest) else { break }
            ids.append(match.value)
            rest = rest.dropFirst(match.length)
        }
        if rest.isEmpty { return }
        ids.removeSubrange(count...)
        ids.append(unknown)
    }
}
