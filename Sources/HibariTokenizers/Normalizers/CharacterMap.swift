import HibariSupport

/// SentencePiece's `precompiled_charsmap`: which texts are to be replaced by which, as a trie.
///
/// Layout: the size of the trie in bytes as a little-endian 32-bit number; the trie, a double array of 32-bit
/// units in the form of darts-clone; the replacements, each ended by a zero byte. A leaf's value is the offset
/// of a replacement.
///
/// Every offset is checked when it is followed, and every step takes a byte of the input, so a damaged trie
/// gives wrong replacements at worst.
/// Source: sentencepiece, normalizer.cc; darts-clone, darts.h.
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// Unicode's longest has 33 bytes; the bound keeps a damaged file from turning a short text into gigabytes.
    private static let longestReplacement = 4096

    /// - Returns: nil with the reason in `problem` if the sizes are wrong.
    init?(_ blob: ArraySlice<UInt8>, problem: inout String) {
        func unit(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(blob[blob.startIndex + offset + $1]) << UInt32(8 * $1) }
        }
        guard blob.count >= 4 else {
            problem = "has \(blob.count) bytes; the size of the trie alone takes 4"
            return nil
        }
        let size = Int(unit(0))
        guard size % 4 == 0, size >= 4, size <= blob.count - 4 else {
            problem = "has a trie of \(size) bytes at offset 4, which does not fit its \(blob.count) bytes"
            return nil
        }
        guard size + 4 == blob.count || blob.last == 0 else {
            problem = "ends at offset \(blob.count) inside a replacement"
            return nil
        }
        let replacements = Array(blob.dropFirst(4 + size))
        if let offset = firstInvalidUTF8(in: replacements) {
            problem = "has a replacement at offset \(4 + size + offset) that is not UTF-8"
            return nil
        }
        let longest = replacements.split(separator: 0).map(\.count).max() ?? 0
        guard longest <= Self.longestReplacement else {
            problem = "has a replacement of \(longest) bytes; the most is \(Self.longestReplacement)"
            return nil
        }
        var units: [UInt32] = []
        units.reserveCapacity(size / 4)
        for index in 0..<size / 4 { units.append(unit(4 + 4 * index)) }
        self.units = units
        self.replacements = replacements
    }

    /// The replacement of the shortest key that begins `text`, as the Hugging Face library has it.
    func shortestReplacement(at text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var found: Int?
        search(text) { value, _ in
            found = value
            return false
        }
        return found.flatMap(replacement(at:))
    }

    /// The replacement of the longest key that begins `text`, and the key's length, as SentencePiece has it.
    func longestReplacement(at text: ArraySlice<UInt8>) -> (text: ArraySlice<UInt8>, length: Int)? {
        var found: (value: Int, length: Int)?
        search(text) { value, length in
            found = (value, length)
            return true
        }
        guard let found, let replacement = replacement(at: found.value) else { return nil }
        return (replacement, found.length)
    }

    /// Calls `body` with the value and the length of each key that begins `text`, the shortest first, until it
    /// returns false.
    private func search(_ text: ArraySlice<UInt8>, _ body: (_ value: Int, _ length: Int) -> Bool) {
        var position = offset(units[0])
        for index in text.indices {
            let byte = text[index]
            position ^= Int(byte)
            // The label of a unit without a leaf flag; the top bit marks values.
            guard byte != 0, position < units.count, units[position] & 0x8000_00FF == UInt32(byte) else {
                return
            }
            let unit = units[position]
            position ^= offset(unit)
            guard position < units.count else { return }
            // A key that ends inside a character can only be damage.
            let next = index + 1
            if unit >> 8 & 1 == 1, next == text.endIndex || text[next] & 0xC0 != 0x80 {
                let length = next - text.startIndex
                if !body(Int(units[position] & 0x7FFF_FFFF), length) { return }
            }
        }
    }

    /// How far the children of a unit are away, as a difference by exclusive or.
    private func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 1 << 9) >> 6)) }

    private func replacement(at offset: Int) -> ArraySlice<UInt8>? {
        // A continuation byte: the value points into the middle of a character.
        guard offset < replacements.count, replacements[offset] & 0xC0 != 0x80,
            let end = replacements[offset...].firstIndex(of: 0)
        else { return nil }
        return replacements[offset..<end]
    }
}
