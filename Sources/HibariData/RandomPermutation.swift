import HibariSupport

/// A random order of 0..<`count` of which any element can be had at once, without a table.
///
/// A Feistel network permutes the numbers below the next even power of two; numbers outside 0..<`count` are
/// sent through it again until they fall inside (cycle walking), at most about four times on average.
/// Source: Black & Rogaway 2002, "Ciphers with arbitrary finite domains".
public struct RandomPermutation: Sendable {
    public let count: Int
    private let random: RandomStream
    private let halfBits: UInt64
    private let mask: UInt64

    /// - Parameter random: the order is a function of this stream's seed, purpose and number, not of its
    ///   position. Blocks from 2⁵⁶ on are used.
    public init(count: Int, random: RandomStream) {
        precondition(count > 0, "RandomPermutation: count must be positive, got \(count)")
        self.count = count
        self.random = random
        let bits = UInt64(Int.bitWidth - (count - 1).leadingZeroBitCount)
        halfBits = max(1, (bits + 1) / 2)
        mask = 1 << halfBits - 1
    }

    /// Where `index` goes: each of 0..<`count` is the result for exactly one index.
    public subscript(index: Int) -> Int {
        precondition(index >= 0 && index < count, "RandomPermutation: index \(index) of \(count)")
        var value = UInt64(index)
        repeat { value = encipher(value) } while value >= UInt64(count)
        return Int(value)
    }

    /// Six rounds: four are enough in theory, two more help when the halves have only a bit or two.
    private func encipher(_ value: UInt64) -> UInt64 {
        var left = value >> halfBits
        var right = value & mask
        for round: UInt64 in 1...6 {
            let word = random.words(atBlock: round << 56 | right)[0]
            (left, right) = (right, left ^ UInt64(word) & mask)
        }
        return left << halfBits | right
    }
}
