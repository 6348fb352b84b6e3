import CUTF8Proc

/// The classes of all characters, by one array read for the first 256 and by two for the others.
///
/// Categories are those of utf8proc, completed to Unicode 16.0, which the regex libraries of tiktoken 0.14
/// and Hugging Face tokenizers 0.23 have; utf8proc 2.8 has 15.0.
package struct CharacterClasses: Sendable {
    /// Made once, on first use, in some milliseconds.
    package static let shared = CharacterClasses()

    /// Pages of 256 classes; the first is that of U+0000, and equal pages are kept once.
    private var classes: [UInt8] = []
    /// Where the page of each scalar begins, by the scalar without its last eight bits.
    private var pages: [UInt16] = []

    private init() {
        var known: [[UInt8]: UInt16] = [:]
        for page in 0..<UInt32(0x1100) {
            // The planes 4 to 13 are not assigned, and 15 and 16 are for private use: all their pages are equal.
            if [0x400..<0xE00, 0xF00..<0x1100].contains(where: { $0.dropFirst().contains(page) }) {
                pages.append(pages[pages.count - 1])
                continue
            }
            let values = (page << 8...page << 8 | 0xFF).map { classOfCharacter($0).rawValue }
            if known[values] == nil {
                known[values] = UInt16(classes.count >> 8)
                classes += values
            }
            pages.append(known[values] ?? 0)
        }
    }

    /// The class of a scalar.
    @inline(__always) package subscript(scalar: UInt32) -> CharacterClass {
        CharacterClass(rawValue: classes[Int(pages[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
    }

    /// The class of the character at `index` and where it ends. A byte with which no valid UTF-8 begins is a
    /// character of no class.
    @inline(__always)
    func character(at index: Int, in text: Span<UInt8>) -> (class: CharacterClass, end: Int) {
        let byte = text[index]
        if byte < 0x80 { return (CharacterClass(rawValue: classes[Int(byte)]), index + 1) }
        guard let (scalar, end) = multibyteScalar(at: index, in: text) else { return ([], index + 1) }
        return (self[scalar], end)
    }

    /// Where the run of characters that begins at `index` and of which each is of one of `classes` ends.
    @inline(__always)
    func end(ofRunOf classes: CharacterClass, from index: Int, in text: Span<UInt8>) -> Int {
        var end = index
        while end < text.count {
            let next = character(at: end, in: text)
            if !next.class.isAny(classes) { break }
            end = next.end
        }
        return end
    }

    /// Where the run of characters `[^\s\p{L}\p{N}]` that begins at `index` ends, or the first of `others` in it is.
    @inline(__always)
    func end(ofOthersFrom index: Int, in text: Span<UInt8>, before others: CharacterClass = []) -> Int {
        var end = index
        while end < text.count {
            let next = character(at: end, in: text)
            if next.class.isAny(.word.union(others)) { break }
            end = next.end
        }
        return end
    }
}

/// The scalar of two to four bytes at `index` and where it ends; nil if no valid sequence is there.
/// Source: The Unicode Standard, table 3-7.
@inline(__always)
private func multibyteScalar(at index: Int, in text: Span<UInt8>) -> (UInt32, Int)? {
    /// The six bits of the continuation byte at `index + offset`; more bits if it is none.
    @inline(__always) func tail(_ offset: Int) -> UInt32 { UInt32(text[index + offset]) ^ 0x80 }
    let lead = UInt32(text[index])
    if lead >= 0xE0, lead < 0xF0 {
        guard index + 2 < text.count else { return nil }
        let (b, c) = (tail(1), tail(2))
        let scalar = (lead & 0x0F) << 12 | b << 6 | c
        guard (b | c) < 0x40, scalar >= 0x800, scalar & 0xF800 != 0xD800 else { return nil }
        return (scalar, index + 3)
    }
    if lead >= 0xC2, lead < 0xE0 {
        guard index + 1 < text.count, tail(1) < 0x40 else { return nil }
        return ((lead & 0x1F) << 6 | tail(1), index + 2)
    }
    guard lead >= 0xF0, index + 3 < text.count else { return nil }
    let (b, c, d) = (tail(1), tail(2), tail(3))
    let scalar = (lead & 0x0F) << 18 | b << 12 | c << 6 | d
    guard (b | c | d) < 0x40, scalar >= 0x10000, scalar < 0x110000 else { return nil }
    return (scalar, index + 4)
}

/// By general category. `\s` is the property White_Space: the separators, U+0085 and five control characters.
private func classOfCharacter(_ scalar: UInt32) -> CharacterClass {
    if scalar == 0x0A || scalar == 0x0D { return [.whitespace, .newline] }
    if (0x09...0x0D).contains(scalar) || scalar == 0x85 { return .whitespace }
    switch utf8proc_category(Int32(bitPattern: scalar)) {
    case UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LT: return [.letter, .front]
    case UTF8PROC_CATEGORY_LL: return [.letter, .back]
    case UTF8PROC_CATEGORY_LM, UTF8PROC_CATEGORY_LO: return [.letter, .front, .back]
    case UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME: return [.front, .back]
    case UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_NO: return .number
    case UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP: return .whitespace
    case UTF8PROC_CATEGORY_CN:
        return CharacterHistory.numbers.contains(scalar) ? .latestNumber : classOfRecentCharacter(scalar)
    default: return []
    }
}
