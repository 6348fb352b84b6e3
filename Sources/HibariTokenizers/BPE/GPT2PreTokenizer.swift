import CUTF8Proc
import HibariSupport

/// Cuts text into the pieces of GPT-2, which byte-pair encoding never merges across.
///
/// The pieces are those of the pattern
/// `'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`: endings of English
/// contractions; runs of letters, of numbers and of other characters, each with a space in front of it; runs
/// of whitespace, whose last character is left to the word that follows. A byte that is not part of valid
/// UTF-8 is one of the other characters, so every byte belongs to a piece.
///
/// Letters and numbers are those of the Unicode version that utf8proc knows; utf8proc 2.8 has 15.0. A library
/// with a newer one cuts otherwise at characters added since, and only there.
///
/// A scanner rather than a regular expression: it reads each byte a bounded number of times whatever the
/// text.
/// Source: `pat` in GPT-2's encoder.py.
public struct GPT2PreTokenizer: Sendable {
    public init() {}

    /// Where the piece that begins at `start` ends; it has at least one byte.
    ///
    /// - Precondition: `start` is 0 or the end of a piece, and before the end of `text`.
    public func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        let first = text[start]
        if first == UInt8(ascii: "'"), let length = contractionLength(after: start, in: text) {
            return start + 1 + length
        }
        var character = classifiedCharacter(at: start, in: text)
        if first == UInt8(ascii: " "), start + 1 < text.count {
            let next = classifiedCharacter(at: start + 1, in: text)
            if next.kind != .whitespace { character = next }
        }
        if character.kind == .whitespace {
            return endOfWhitespace(from: start, firstEnd: character.end, in: text)
        }
        var end = character.end
        while end < text.count {
            let next = classifiedCharacter(at: end, in: text)
            if next.kind != character.kind { break }
            end = next.end
        }
        return end
    }

    /// `\s+(?!\S)|\s+`: all the whitespace at the end of the text, otherwise all but its last character
    /// unless that is the only one.
    private func endOfWhitespace(from start: Int, firstEnd: Int, in text: Span<UInt8>) -> Int {
        var (last, end) = (start, firstEnd)
        while end < text.count {
            let next = classifiedCharacter(at: end, in: text)
            if next.kind != .whitespace { return last > start ? last : end }
            (last, end) = (end, next.end)
        }
        return end
    }
}

/// The number of letters of a contraction's ending that follow the apostrophe at `start`.
private func contractionLength(after start: Int, in text: Span<UInt8>) -> Int? {
    func byte(_ offset: Int) -> UInt8 { start + offset < text.count ? text[start + offset] : 0 }
    switch (byte(1), byte(2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "d"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "t"), _):
        return 1
    case (UInt8(ascii: "l"), UInt8(ascii: "l")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
        (UInt8(ascii: "r"), UInt8(ascii: "e")):
        return 2
    default: return nil
    }
}

// MARK: Kinds of characters

/// What the pattern tells apart.
private enum CharacterKind {
    case letter
    case number
    case whitespace
    case other
}

/// The kind of the character at `index` and where it ends.
@inline(__always)
private func classifiedCharacter(at index: Int, in text: Span<UInt8>) -> (kind: CharacterKind, end: Int) {
    let byte = text[index]
    if byte < 0x80 { return (asciiKind(byte), index + 1) }
    guard let (scalar, length) = utf8Scalar(in: text, at: index) else { return (.other, index + 1) }
    return (unicodeKind(scalar), index + length)
}

private func asciiKind(_ byte: UInt8) -> CharacterKind {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    case 0x09...0x0D, 0x20: .whitespace
    default: .other
    }
}

/// By general category; `\s` is the property White_Space, which beyond ASCII is U+0085 and the separators.
private func unicodeKind(_ scalar: Unicode.Scalar) -> CharacterKind {
    switch utf8proc_category(Int32(bitPattern: scalar.value)) {
    case UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT, UTF8PROC_CATEGORY_LM,
        UTF8PROC_CATEGORY_LO:
        .letter
    case UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_NO: .number
    case UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP: .whitespace
    default: scalar.value == 0x85 ? .whitespace : .other
    }
}
