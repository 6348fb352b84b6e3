/// Removes whitespace at the ends of the text.
struct StripNormalizer: Normalizer {
    let atStart: Bool
    let atEnd: Bool

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("strip_left", "strip_right")
        atStart = try component.bool("strip_left")
        atEnd = try component.bool("strip_right")
    }

    func normalize(_ text: [UInt8]) -> [UInt8] {
        var range = text.startIndex..<text.startIndex
        var isFirst = true
        for (value, place) in UTF8Scalars(text) where !CharacterProperties.isWhitespace(value) {
            if isFirst { range = place }
            range = range.lowerBound..<place.upperBound
            isFirst = false
        }
        let start = atStart ? range.lowerBound : 0
        if isFirst { return atStart || atEnd ? [] : text }
        return Array(text[start..<(atEnd ? range.upperBound : text.count)])
    }
}
