/// Pair → its rank and the token it becomes, by one read of memory for most pairs that are not merged and two for
/// those that are.
struct MergeTable: Sendable {
    /// What is found for a pair that is not merged; larger than everything else.
    static let none = UInt64.max

    /// The numbers of ids and of pairs that have room in a slot.
    static let idLimit = 1 << 21
    static let pairLimit = 1 << 22 - 1

    /// Open addressing, at most half full: 21 bits each of the two ids and 22 of the position in `merges`.
    private var slots: [UInt64]
    private var shift: UInt64
    /// Rank in the upper half, result in the lower one.
    private var merges: [UInt64] = []

    private static let free = UInt64.max
    private static let pairLimitBits: UInt64 = 22

    /// An empty table with room for so many pairs; it grows when there are more.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        shift = 64 - bits
        slots = [UInt64](repeating: Self.free, count: 1 << bits)
        merges.reserveCapacity(capacity)
    }

    /// - Precondition: no pair occurs twice; ids and ranks are not negative; all is within the limits.
    init(_ merges: [BytePairMerge]) {
        self.init(capacity: merges.count)
        for merge in merges {
            let isNew = insert(merge)
            precondition(
                isNew,
                "MergeTable: the pair \(merge.left), \(merge.right) occurs twice; expected each pair once")
        }
    }

    /// - Returns: false if there is a merge of the same pair, which stays.
    mutating func insert(_ merge: BytePairMerge) -> Bool {
        precondition(
            Int(max(merge.left, merge.right)) < Self.idLimit && merges.count < Self.pairLimit,
            "MergeTable: ids \(merge.left) and \(merge.right), pair number \(merges.count); expected ids below "
                + "\(Self.idLimit) and at most \(Self.pairLimit) pairs")
        let key = Self.key(merge.left, merge.right)
        let index = slot(of: key)
        if slots[index] != Self.free { return false }
        slots[index] = key << Self.pairLimitBits | UInt64(merges.count)
        merges.append(
            UInt64(UInt32(bitPattern: merge.rank)) << 32 | UInt64(UInt32(bitPattern: merge.result)))
        if merges.count * 2 > slots.count { grow() }
        return true
    }

    private mutating func grow() {
        let old = slots
        shift -= 1
        slots = [UInt64](repeating: Self.free, count: slots.count * 2)
        for slot in old where slot != Self.free { slots[self.slot(of: slot >> Self.pairLimitBits)] = slot }
    }

    /// The rank of a pair in the upper half, the token it becomes in the lower one, or `none`.
    @inline(__always) subscript(left: Int32, right: Int32) -> UInt64 {
        let slot = slots[slot(of: Self.key(left, right))]
        return slot == Self.free ? Self.none : merges[Int(slot & (1 << Self.pairLimitBits - 1))]
    }

    @inline(__always) private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 21 | UInt64(UInt32(bitPattern: right))
    }

    /// The slot that holds `key`, or the free one where it belongs.
    @inline(__always) private func slot(of key: UInt64) -> Int {
        // Fibonacci hashing: the multiplier is 2⁶⁴ divided by the golden ratio.
        var index = Int((key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
        while slots[index] >> Self.pairLimitBits != key, slots[index] != Self.free {
            index = (index + 1) & (slots.count - 1)
        }
        return index
    }
}
