/// Removes marks. It does not take characters apart: an NFD normalizer comes before it.
struct StripAccentsNormalizer: Normalizer {
    init(_ component: Component) throws(TokenizerError) { try component.expectKeys() }

    func normalize(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (value, range) in UTF8Scalars(text) where !CharacterProperties.isMark(value) {
            result += text[range]
        }
        return result
    }
}
