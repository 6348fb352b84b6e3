/// GPT-2's words, and each of their bytes as a printable character.
struct ByteLevelSplitter: PieceSplitter {
    /// The UTF-8 of the character for each byte.
    private let characters = ByteAlphabet.characters.map { Array($0.utf8) }
    let addsPrefixSpace: Bool
    let splitsWords: Bool

    init(_ component: Component) throws(TokenizerError) {
        // `trim_offsets` moves offsets only.
        try component.expectKeys("add_prefix_space", "trim_offsets", "use_regex")
        addsPrefixSpace = try component.bool("add_prefix_space", missing: true)
        splitsWords = try component.bool("use_regex", missing: true)
    }

    func split(_ piece: Piece) throws(TokenizerError) -> [Piece] {
        var piece = piece
        let space = UInt8(ascii: " ")
        if addsPrefixSpace, piece.text.first != space { piece.text = [space] + piece.text }
        return splitsWords ? try piece.cut(by: GPT2PreTokenizer()).map(byteLevel) : [byteLevel(piece)]
    }

    private func byteLevel(_ piece: Piece) -> Piece {
        var text: [UInt8] = []
        text.reserveCapacity(2 * piece.text.count)
        for byte in piece.text { text += characters[Int(byte)] }
        return Piece(text: text[...], startsText: piece.startsText)
    }
}
