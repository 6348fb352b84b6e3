/// A pair of tokens that becomes one.
package struct BytePairMerge: Sendable, Hashable {
    package var left: Int32
    package var right: Int32
    /// The token that the pair becomes.
    package var result: Int32
    /// Of all pairs in a piece that of the lowest rank is merged first, of several the leftmost.
    package var rank: Int32

    package init(left: Int32, right: Int32, result: Int32, rank: Int32) {
        (self.left, self.right, self.result, self.rank) = (left, right, result, rank)
    }
}

/// Pair → its rank and the token it becomes, by one or two reads of memory.
struct MergeTable: Sendable {
    /// What is found for a pair that is not merged; larger than everything else.
    static let none = UInt64.max

    private struct Slot {
        var key = UInt64.max  // Free: ids are not negative.
        var merge = MergeTable.none
    }

    /// Open addressing, at most half full.
    private var slots: [Slot]
    private var shift: UInt64
    private var count = 0

    /// An empty table with room for so many pairs; it grows when there are more.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 3 { bits += 1 }
        shift = 64 - bits
        slots = [Slot](repeating: Slot(), count: 1 << bits)
    }

    /// - Precondition: no pair occurs twice; ids and ranks are not negative.
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
        let key = TokenPair(merge.left, merge.right).key
        let index = slot(of: key)
        if slots[index].key == key { return false }
        let value = UInt64(UInt32(bitPattern: merge.rank)) << 32 | UInt64(UInt32(bitPattern: merge.result))
        slots[index] = Slot(key: key, merge: value)
        count += 1
        if count * 2 > slots.count {
            let old = slots
            self = MergeTable(capacity: slots.count)
            for slot in old where slot.key != .max { slots[self.slot(of: slot.key)] = slot }
            count = old.count { $0.key != .max }
        }
        return true
    }

    /// The rank of a pair in the upper half, the token it becomes in the lower one, or `none`.
    @inline(__always) subscript(left: Int32, right: Int32) -> UInt64 {
        slots[slot(of: TokenPair(left, right).key)].merge
    }

    /// The slot that holds `key`, or the free one where it belongs.
    @inline(__always) private func slot(of key: UInt64) -> Int {
        // Fibonacci hashing: the multiplier is 2⁶⁴ divided by the golden ratio.
        var index = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while slots[index].key != key, slots[index].key != .max {
            index = (index + 1) & (slots.count - 1)
        }
        return index
    }
}
