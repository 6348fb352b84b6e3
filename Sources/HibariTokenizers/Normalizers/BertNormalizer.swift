import CUTF8Proc

/// What BERT does to text: control characters out, whitespace to spaces, spaces around Chinese characters,
/// accents off, lowercase; each can be switched off.
///
/// Source: `BasicTokenizer` in BERT's tokenization.py.
struct BertNormalizer: Normalizer {
    let cleansText: Bool
    let handlesChineseCharacters: Bool
    let stripsAccents: Bool
    let lowercases: Bool

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
        cleansText = try component.bool("clean_text")
        handlesChineseCharacters = try component.bool("handle_chinese_chars")
        lowercases = try component.bool("lowercase")
        stripsAccents = try component.bool("strip_accents", missing: lowercases)
    }

    func normalize(_ text: [UInt8]) -> [UInt8] {
        var text = text
        if cleansText { text = clean(text) }
        if handlesChineseCharacters { text = spaceOut(text) }
        if stripsAccents { text = removeAccents(UnicodeNormalizer(.nfd).normalize(text)) }
        return lowercases ? LowercaseNormalizer().normalize(text) : text
    }

    private func clean(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (value, range) in UTF8Scalars(text) where value != 0 && value != 0xFFFD && !isControl(value) {
            if CharacterProperties.isWhitespace(value) {
                result.append(UInt8(ascii: " "))
            } else {
                result += text[range]
            }
        }
        return result
    }

    private func spaceOut(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (value, range) in UTF8Scalars(text) {
            if isChinese(value) {
                result.append(UInt8(ascii: " "))
                result += text[range]
                result.append(UInt8(ascii: " "))
            } else {
                result += text[range]
            }
        }
        return result
    }

    private func removeAccents(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (value, range) in UTF8Scalars(text) where !CharacterProperties.isNonspacingMark(value) {
            result += text[range]
        }
        return result
    }
}

/// General category Cc, Cf or Co, but for tab, line feed and carriage return.
private func isControl(_ value: UInt32) -> Bool {
    switch value {
    case 0x09, 0x0A, 0x0D: return false
    default:
        switch CharacterProperties.category(value) {
        case UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CO: return true
        case UTF8PROC_CATEGORY_CF: return !CharacterHistory.noFormats.contains(value)
        default: return false
        }
    }
}

/// The blocks that BERT calls Chinese characters: unified and compatibility ideographs.
private func isChinese(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
        0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
        true
    default: false
    }
}
