/// Two tokens that stand side by side.
public struct TokenPair: Sendable, Hashable, Comparable {
    public var left: Int32
    public var right: Int32

    public init(_ left: Int32, _ right: Int32) {
        self.left = left
        self.right = right
    }

    /// By the left token, then by the right one.
    public static func < (a: TokenPair, b: TokenPair) -> Bool { a.key < b.key }

    public func hash(into hasher: inout Hasher) { hasher.combine(key) }

    /// Both ids, which are not negative, in one number.
    var key: UInt64 { UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right)) }
}

/// Pair → its place in a list of merges, by one or two reads of memory.
struct PairRanks: Sendable {
    /// The rank of a pair that is not in the list.
    static let none = Int32.max

    private struct Slot {
        var key = UInt64.max  // Free: ids are not negative.
        var rank = PairRanks.none
    }

    /// Open addressing, at most a third full.
    private var slots: [Slot]
    private let shift: UInt64

    /// - Precondition: no pair occurs twice.
    init(_ merges: [TokenPair]) {
        var bits: UInt64 = 4
        while 1 << bits < merges.count * 3 { bits += 1 }
        shift = 64 - bits
        slots = [Slot](repeating: Slot(), count: 1 << bits)
        for (rank, pair) in merges.enumerated() {
            let index = slot(of: pair.key)
            precondition(
                slots[index].key != pair.key,
                "PairRanks: the pair \(pair.left), \(pair.right) occurs twice; expected each pair once")
            slots[index] = Slot(key: pair.key, rank: Int32(rank))
        }
    }

    subscript(left: Int32, right: Int32) -> Int32 { slots[slot(of: TokenPair(left, right).key)].rank }

    /// The slot that holds `key`, or the free one where it belongs.
    private func slot(of key: UInt64) -> Int {
        // Fibonacci hashing: the multiplier is 2⁶⁴ divided by the golden ratio.
        var index = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while slots[index].key != key, slots[index].key != .max {
            index = (index + 1) & (slots.count - 1)
        }
        return index
    }
}
