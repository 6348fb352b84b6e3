/// Where a pair of tokens stands in a text, and how often.
struct PairOccurrences {
    var count = 0
    /// Where the pair begins, rising; places where it does not stand any more are recognized when met.
    var positions: [Int32] = []
}

/// Pair → its occurrences.
struct PairTable {
    private struct Slot {
        var key = PairTable.free
        var occurrences = PairOccurrences()
    }

    private static let free = UInt64.max  // Ids are not negative.

    /// Open addressing with neighbors moved up on removal, at most three quarters full.
    private var slots = [Slot](repeating: Slot(), count: 1 << 12)
    private var shift: UInt64 = 64 - 12
    private var count = 0

    /// How often a pair occurs; nil if it is not in the table.
    func count(of pair: TokenPair) -> Int? {
        let slot = slot(of: pair.key)
        return slots[slot].key == Self.free ? nil : slots[slot].occurrences.count
    }

    /// - Precondition: the pair is not in the table.
    mutating func insert(_ pair: TokenPair, _ occurrences: PairOccurrences) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let slot = slot(of: pair.key)
        slots[slot] = Slot(key: pair.key, occurrences: occurrences)
        count += 1
    }

    /// Takes a pair out; nil if it is not in the table.
    mutating func remove(_ pair: TokenPair) -> PairOccurrences? {
        let slot = slot(of: pair.key)
        return slots[slot].key == Self.free ? nil : removeSlot(slot)
    }

    /// Counts a pair that is in the table `lost` times less, and takes it out if that leaves fewer than
    /// `minimum`.
    mutating func decrease(_ pair: TokenPair, by lost: Int, minimum: Int) {
        let slot = slot(of: pair.key)
        if slots[slot].key == Self.free { return }
        slots[slot].occurrences.count -= lost
        if slots[slot].occurrences.count < minimum { _ = removeSlot(slot) }
    }

    private mutating func removeSlot(_ slot: Int) -> PairOccurrences {
        let mask = slots.count - 1
        var hole = slot
        let removed = slots[hole].occurrences
        var next = (hole + 1) & mask
        while slots[next].key != Self.free {
            // A key may move into the hole unless it belongs somewhere behind it.
            let home = firstSlot(of: slots[next].key)
            if (next - home) & mask >= (next - hole) & mask {
                slots.swapAt(hole, next)
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = Slot()
        count -= 1
        return removed
    }

    private mutating func grow() {
        var old: [Slot] = []
        swap(&old, &slots)
        shift -= 1
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        for index in old.indices where old[index].key != Self.free {
            swap(&slots[slot(of: old[index].key)], &old[index])
        }
    }

    /// The slot that holds `key`, or the free one where it belongs.
    private func slot(of key: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = firstSlot(of: key)
        while slots[slot].key != key, slots[slot].key != Self.free { slot = (slot + 1) & mask }
        return slot
    }

    private func firstSlot(of key: UInt64) -> Int {
        // Fibonacci hashing: the multiplier is 2⁶⁴ divided by the golden ratio.
        Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }
}
