/// What becomes of the matches at which a piece is cut.
enum SplitBehavior: String, Sendable {
    /// They go away.
    case removed = "Removed"
    /// Each is a piece.
    case isolated = "Isolated"
    /// Each ends the piece before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// Each begins the piece after it.
    case mergedWithNext = "MergedWithNext"
    /// Matches that touch are one piece.
    case contiguous = "Contiguous"

    init(_ component: Component, missing: SplitBehavior? = nil) throws(TokenizerError) {
        if component.value.isNull, let missing {
            self = missing
            return
        }
        guard let name = component.value.string, let behavior = SplitBehavior(rawValue: name) else {
            throw component.unsupported()
        }
        self = behavior
    }

    /// Cuts `piece` at `matches`, which are in order and do not overlap.
    ///
    /// - Parameter isInverted: cut at what lies between the matches instead.
    func split(_ piece: Piece, at matches: [Range<Int>], isInverted: Bool = false) -> [Piece] {
        ranges(of: parts(of: piece.text.indices, at: matches, isInverted: isInverted)).compactMap { range in
            range.isEmpty
                ? nil
                : Piece(
                    text: piece.text[range],
                    startsText: piece.startsText && range.lowerBound == piece.text.startIndex)
        }
    }

    private typealias Part = (range: Range<Int>, isMatch: Bool)

    /// The whole range as matches and what lies between them.
    private func parts(of whole: Range<Int>, at matches: [Range<Int>], isInverted: Bool) -> [Part] {
        var parts: [Part] = []
        parts.reserveCapacity(2 * matches.count + 1)
        var end = whole.lowerBound
        for match in matches {
            if end < match.lowerBound { parts.append((end..<match.lowerBound, isInverted)) }
            parts.append((match, !isInverted))
            end = match.upperBound
        }
        if end < whole.upperBound { parts.append((end..<whole.upperBound, isInverted)) }
        return parts
    }

    private func ranges(of parts: [Part]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(parts.count)
        var wasMatch = false
        switch self {
        case .removed:
            for part in parts where !part.isMatch { ranges.append(part.range) }
        case .isolated:
            for part in parts { ranges.append(part.range) }
        case .contiguous:
            for part in parts {
                if part.isMatch == wasMatch, let last = ranges.last {
                    ranges[ranges.count - 1] = last.lowerBound..<part.range.upperBound
                } else {
                    ranges.append(part.range)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithPrevious:
            // Of two matches that touch, the second is a piece of its own.
            for part in parts {
                if part.isMatch, !wasMatch, let last = ranges.last {
                    ranges[ranges.count - 1] = last.lowerBound..<part.range.upperBound
                } else {
                    ranges.append(part.range)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithNext:
            for part in parts.reversed() {
                if part.isMatch, !wasMatch, let last = ranges.last {
                    ranges[ranges.count - 1] = part.range.lowerBound..<last.upperBound
                } else {
                    ranges.append(part.range)
                }
                wasMatch = part.isMatch
            }
            ranges.reverse()
        }
        return ranges
    }
}

/// Where the characters for which `isMatch` holds lie, one range for each.
func characters(in text: ArraySlice<UInt8>, where isMatch: (UInt32) -> Bool) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for (value, range) in UTF8Scalars(text) where isMatch(value) { ranges.append(range) }
    return ranges
}
