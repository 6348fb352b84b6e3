/// Different byte strings, numbered in the order in which they were inserted.
///
/// Their bytes lie one after the other in one array, so millions of them cost no allocation each.
struct PreTokenTable: Sendable {
    /// The bytes of all strings in the order of their numbers.
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var hashes: [Int] = []
    /// Open addressing: numbers plus one, 0 for free; at most half full.
    private var slots = [Int](repeating: 0, count: 64)

    var count: Int { ends.count }

    /// Where the string with this number lies in `bytes`.
    func range(of number: Int) -> Range<Int> {
        (number == 0 ? 0 : ends[number - 1])..<ends[number]
    }

    /// The number of `string`, if it was inserted.
    func number(of string: Span<UInt8>) -> Int? {
        let entry = slots[slot(of: string, hash: Self.hash(string))]
        return entry == 0 ? nil : entry - 1
    }

    /// The number of `string`, which is inserted if it is new.
    mutating func insert(_ string: Span<UInt8>) -> Int {
        let hash = Self.hash(string)
        let slot = slot(of: string, hash: hash)
        if slots[slot] != 0 { return slots[slot] - 1 }
        string.withUnsafeBufferPointer { bytes += $0 }
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = count
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    /// The slot that holds `string`, or the free one where it belongs.
    private func slot(of string: Span<UInt8>, hash: Int) -> Int {
        let mask = slots.count - 1
        var slot = hash & mask
        while slots[slot] != 0, !isEqual(slots[slot] - 1, string, hash: hash) { slot = (slot + 1) & mask }
        return slot
    }

    private func isEqual(_ number: Int, _ string: Span<UInt8>, hash: Int) -> Bool {
        let range = range(of: number)
        guard hashes[number] == hash, range.count == string.count else { return false }
        for index in string.indices where bytes[range.lowerBound + index] != string[index] { return false }
        return true
    }

    private mutating func grow() {
        let mask = slots.count * 2 - 1
        slots = [Int](repeating: 0, count: mask + 1)
        for (number, hash) in hashes.enumerated() {
            var slot = hash & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = number + 1
        }
    }

    /// Seeded by the process, so that no text can be made to collide; numbers do not depend on it.
    private static func hash(_ string: Span<UInt8>) -> Int {
        var hasher = Hasher()
        string.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
