/// What `Split` and `Replace` of tokenizer.json look for: a literal string or a regular expression.
enum TextPattern: Sendable {
    case literal([UInt8])
    case regularExpression(RegularExpression)

    /// Reads `{"String": …}` or `{"Regex": …}`.
    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("String", "Regex")
        if component.value["Regex"] != nil {
            let pattern = try component.string("Regex")
            do throws(TokenizerError) {
                self = .regularExpression(try RegularExpression(pattern))
            } catch .invalidPattern(_, let offset, let problem) {
                let place = "\(describe(.string(pattern))) (\(problem) at byte \(offset))"
                throw component.member("Regex").unsupported(place)
            }
        } else {
            self = .literal(Array(try component.string("String").utf8))
        }
    }

    /// The matches in `text` that are not empty, in order and without overlap.
    func matches(in text: ArraySlice<UInt8>) throws(TokenizerError) -> [Range<Int>] {
        switch self {
        case .literal(let literal): return occurrences(of: literal, in: text)
        case .regularExpression(let expression):
            var matches: [Range<Int>] = []
            try expression.forEachMatch(in: text.span, offset: text.startIndex) { matches.append($0) }
            return matches
        }
    }
}

/// Where `pattern` occurs in `text`, without overlap, from the left.
///
/// Knuth–Morris–Pratt, so that no text makes it slow.
func occurrences(of pattern: [UInt8], in text: ArraySlice<UInt8>) -> [Range<Int>] {
    guard !pattern.isEmpty, pattern.count <= text.count else { return [] }
    // borders[i]: the length of the longest proper prefix of pattern[...i] that also ends it.
    var borders = [Int](repeating: 0, count: pattern.count)
    var length = 0
    for index in pattern.indices.dropFirst() {
        while length > 0, pattern[index] != pattern[length] { length = borders[length - 1] }
        if pattern[index] == pattern[length] { length += 1 }
        borders[index] = length
    }
    var found: [Range<Int>] = []
    var matched = 0
    for index in text.indices {
        while matched > 0, text[index] != pattern[matched] { matched = borders[matched - 1] }
        if text[index] == pattern[matched] { matched += 1 }
        if matched == pattern.count {
            found.append(index + 1 - pattern.count..<index + 1)
            matched = 0
        }
    }
    return found
}

/// `text` with every one of `ranges` replaced.
func replacing(_ ranges: [Range<Int>], in text: ArraySlice<UInt8>, with content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = text.startIndex
    for range in ranges {
        result += text[position..<range.lowerBound]
        result += content
        position = range.upperBound
    }
    result += text[position...]
    return result
}
