import CUTF8Proc

/// SentencePiece's character map as the Hugging Face library applies it: to whole grapheme clusters of fewer
/// than six bytes, otherwise to their characters one by one, and by the shortest key that begins them.
///
/// SentencePiece itself looks for the longest key, see `SentencePieceNormalizer`; the two differ where a key
/// is the beginning of another.
/// Source: tokenizers, normalizers/precompiled.rs; spm_precompiled.
struct PrecompiledNormalizer: Normalizer {
    let map: CharacterMap

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("precompiled_charsmap")
        let member = component.member("precompiled_charsmap")
        guard let blob = Base64.decode(Array(try component.string("precompiled_charsmap").utf8)[...]) else {
            throw member.invalid("is not base64")
        }
        var problem = ""
        guard let map = CharacterMap(blob[...], problem: &problem) else { throw member.invalid(problem) }
        self.map = map
    }

    func normalize(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        forEachGrapheme(in: text) { grapheme in
            if grapheme.count < 6, let replacement = map.shortestReplacement(at: grapheme) {
                result += replacement
                return
            }
            for (_, range) in UTF8Scalars(grapheme) {
                result += map.shortestReplacement(at: grapheme[range]) ?? grapheme[range]
            }
        }
        return result
    }
}

/// Calls `body` with each extended grapheme cluster.
private func forEachGrapheme(in text: [UInt8], _ body: (ArraySlice<UInt8>) -> Void) {
    var (start, state, previous): (Int, Int32, UInt32?) = (0, 0, nil)
    for (value, range) in UTF8Scalars(text) {
        if let before = previous, utf8proc_grapheme_break_stateful(Int32(before), Int32(value), &state) {
            body(text[start..<range.lowerBound])
            start = range.lowerBound
        }
        previous = value
    }
    if start < text.count { body(text[start...]) }
}
