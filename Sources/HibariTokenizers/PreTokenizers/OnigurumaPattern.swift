/// A regular expression in the dialect of Hugging Face tokenizers (Oniguruma's Ruby syntax), and its
/// translation for PCRE2.
///
/// The two differ in what occurs in tokenizers as follows. `\s` is White_Space in one and has U+180E too in
/// the other; `\w` is letters, marks, digits and connectors in one and letters, numbers and `_` in the other;
/// `\h` is a hexadecimal digit in one and horizontal space in the other; a repeat `{n,m}` followed by `+` is
/// repeated in one and possessive in the other; `[a[b]]` and `[a&&b]` are sets of sets in one and single
/// characters in the other. The first four are rewritten, the last is refused.
struct OnigurumaPattern {
    let text: String

    init(_ text: String) { self.text = text }

    /// A pattern for PCRE2 that means the same.
    struct Translation {
        var text: [UInt8] = []
        /// For each byte of `text` the offset in the source that it comes from.
        private var origins: [Int] = []
        private let sourceCount: Int

        init(sourceCount: Int) { self.sourceCount = sourceCount }

        mutating func append(_ bytes: some Sequence<UInt8>, from offset: Int) {
            for byte in bytes {
                text.append(byte)
                origins.append(offset)
            }
        }

        /// Opens a group before everything appended from `start` on, for a repeat that is repeated itself.
        mutating func openGroup(at start: Int) {
            text.insert(contentsOf: Array("(?:".utf8), at: start)
            origins.insert(contentsOf: [origins[start], origins[start], origins[start]], at: start)
        }

        func sourceOffset(of offset: Int) -> Int { offset < origins.count ? origins[offset] : sourceCount }
    }

    /// - Throws: `TokenizerError.invalidPattern` if the pattern has a set of sets.
    func translated() throws(TokenizerError) -> Translation {
        let source = Array(text.utf8)
        var result = Translation(sourceCount: source.count)
        var index = 0
        var isInSet = false
        /// Where in the result the last thing that can be repeated begins, and those of the groups around it.
        var atom = 0
        var groups: [Int] = []
        while index < source.count {
            let byte = source[index]
            let start = index
            index += 1
            switch byte {
            case UInt8(ascii: "\\"):
                if !isInSet { atom = result.text.count }
                index = endOfEscape(at: start, source)
                result.append(escape(source[start..<index], isInSet: isInSet), from: start)
                continue
            case UInt8(ascii: "[") where !isInSet:
                (isInSet, atom) = (true, result.text.count)
                // A bracket right after the opening one stands for itself.
                for literal in [UInt8(ascii: "^"), UInt8(ascii: "]")]
                where index < source.count && source[index] == literal { index += 1 }
            case UInt8(ascii: "["):
                guard index < source.count, source[index] == UInt8(ascii: ":") else {
                    throw .invalidPattern(
                        pattern: text, offset: start, problem: "a set within a set is not supported")
                }
                while index < source.count, source[index - 1] != UInt8(ascii: "]") { index += 1 }
            case UInt8(ascii: "]"):
                isInSet = false
            case UInt8(ascii: "&") where isInSet && index < source.count && source[index] == byte:
                throw .invalidPattern(
                    pattern: text, offset: start, problem: "an intersection of sets is not supported")
            case _ where isInSet: break
            case UInt8(ascii: "("):
                groups.append(result.text.count)
            case UInt8(ascii: ")"):
                atom = groups.popLast() ?? 0
            case UInt8(ascii: "{"):
                while index < source.count, source[index - 1] != UInt8(ascii: "}") { index += 1 }
                if index < source.count, source[index] == UInt8(ascii: "+"), result.text.count > atom {
                    result.openGroup(at: atom)
                    result.append(source[start..<index] + [UInt8(ascii: ")")], from: start)
                    continue
                }
            case UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "|"): break
            default:
                if byte & 0xC0 != 0x80 { atom = result.text.count }  // A character may be several bytes.
            }
            result.append(source[start..<index], from: start)
        }
        return result
    }

    /// The end of the escape at `start`, with the braces of `\p{…}`.
    private func endOfEscape(at start: Int, _ source: [UInt8]) -> Int {
        guard start + 1 < source.count else { return start + 1 }
        var end = start + 2
        let takesBraces = [UInt8(ascii: "p"), UInt8(ascii: "P"), UInt8(ascii: "x")].contains(
            source[start + 1])
        if takesBraces, end < source.count, source[end] == UInt8(ascii: "{") {
            while end < source.count, source[end - 1] != UInt8(ascii: "}") { end += 1 }
        }
        return end
    }

    private func escape(_ source: ArraySlice<UInt8>, isInSet: Bool) -> [UInt8] {
        let words = #"\p{L}\p{M}\p{Nd}\p{Pc}"#
        let replacement: String
        switch String(decoding: source, as: UTF8.self) {
        case #"\s"#: replacement = #"\p{White_Space}"#
        case #"\S"#: replacement = #"\P{White_Space}"#
        case #"\w"#: replacement = isInSet ? words : "[" + words + "]"
        case #"\W"# where !isInSet: replacement = "[^" + words + "]"
        case #"\h"#: replacement = isInSet ? "0-9A-Fa-f" : "[0-9A-Fa-f]"
        default: return Array(source)
        }
        return Array(replacement.utf8)
    }
}
