import CUTF8Proc
import HibariSupport

/// Places where a text can be cut so that its pieces are those of its parts, one after the other, with every
/// pattern of `PreTokenizerPattern`.
///
/// Either after a line feed: before it stands what is not whitespace; after it what is neither whitespace nor
/// a slash, or one space and then what is neither whitespace nor a number. Or in front of a single space
/// between two ASCII letters. No pattern has a piece that goes on beyond such a place, and those that look
/// ahead (`\s+(?!\S)`) see a run of whitespace that is the line feed alone.
package enum TextCuts {
    /// The first such place at `start` or later and before the end of the text; nil if there is none.
    package static func firstCut(from start: Int, in text: Span<UInt8>) -> Int? {
        var place = max(start, 2)
        while place + 1 < text.count {
            if isSafe(place, in: text) { return place }
            place += 1
        }
        return nil
    }

    /// The parts of a text, each at least `size` bytes, cut at the first safe place after that.
    package static func parts(of text: Span<UInt8>, size: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        while start < text.count {
            let end = firstCut(from: start + max(1, size), in: text) ?? text.count
            parts.append(start..<end)
            start = end
        }
        return parts
    }

    private static func isSafe(_ place: Int, in text: Span<UInt8>) -> Bool {
        if text[place - 1] == UInt8(ascii: "\n") {
            guard isVisible(endingAt: place - 1, in: text) else { return false }
            let space = spaceLength(at: place, in: text)
            if space == 0 { return text[place] != UInt8(ascii: "/") && isVisible(at: place, in: text) }
            return isVisible(at: place + space, in: text) && !isNumber(at: place + space, in: text)
        }
        return text[place] == UInt8(ascii: " ") && isLetter(text[place - 1]) && isLetter(text[place + 1])
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }

    /// The bytes of the space or ideographic space at `place`, 0 if there is none.
    private static func spaceLength(at place: Int, in text: Span<UInt8>) -> Int {
        if text[place] == UInt8(ascii: " ") { return 1 }
        let isIdeographic =
            place + 2 < text.count && text[place] == 0xE3 && text[place + 1] == 0x80
            && text[place + 2] == 0x80
        return isIdeographic ? 3 : 0
    }

    /// Whether a character begins here that certainly is no whitespace, in any program's view.
    private static func isVisible(at place: Int, in text: Span<UInt8>) -> Bool {
        switch category(at: place, in: text) {
        case nil, UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP, UTF8PROC_CATEGORY_CC,
            UTF8PROC_CATEGORY_CF, UTF8PROC_CATEGORY_CN:
            false
        default: true
        }
    }

    private static func isNumber(at place: Int, in text: Span<UInt8>) -> Bool {
        switch category(at: place, in: text) {
        case UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_NO: true
        default: false
        }
    }

    /// Of the character that begins at `place`; nil for none and for bytes that are no character.
    private static func category(at place: Int, in text: Span<UInt8>) -> utf8proc_category_t? {
        guard place < text.count, let (scalar, _) = utf8Scalar(in: text, at: place) else { return nil }
        return utf8proc_category(Int32(bitPattern: scalar.value))
    }

    /// Whether such a character ends here.
    private static func isVisible(endingAt end: Int, in text: Span<UInt8>) -> Bool {
        for length in 1...4 where length <= end {
            if let scalar = utf8Scalar(in: text, at: end - length), scalar.length == length {
                return isVisible(at: end - length, in: text)
            }
        }
        return false
    }
}

// MARK: Tokenizers that may be given parts

extension ByteTokenizer {
    public var encodesInParts: Bool { true }
}

extension CharacterTokenizer {
    public var encodesInParts: Bool { true }
}
