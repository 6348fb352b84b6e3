import CUTF8Proc

/// Each character in lowercase, whatever its neighbors are: a Σ at the end of a word becomes σ too.
struct LowercaseNormalizer: Normalizer {
    init() {}

    init(_ component: Component) throws(TokenizerError) { try component.expectKeys() }

    func normalize(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (value, _) in UTF8Scalars(text) {
            switch value {
            case 0x41...0x5A: result.append(UInt8(value + 0x20))
            case 0..<0x80: result.append(UInt8(value))
            case 0x130:
                // The only character whose lowercase is two.
                appendUTF8(0x69, to: &result)
                appendUTF8(0x307, to: &result)
            default:
                let lowercase = CharacterHistory.lowercase(value) ?? UInt32(utf8proc_tolower(Int32(value)))
                appendUTF8(lowercase, to: &result)
            }
        }
        return result
    }
}
