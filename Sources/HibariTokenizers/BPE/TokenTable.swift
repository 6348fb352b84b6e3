/// The bytes of tokens by id, and the ids by their bytes.
///
/// All bytes lie one after the other in one array, so a hundred thousand tokens cost no allocation each.
package struct TokenTable: Sendable {
    /// The bytes of all ids in the order of the ids.
    private(set) var bytes: [UInt8] = []
    /// Where each id's bytes end.
    private var ends: [Int32] = []
    /// Open addressing: half of the hash and, in the lower half, the id plus one, 0 for free; at most half full.
    private var slots = [UInt64](repeating: 0, count: 1024)
    private var filled = 0
    private let hash = ByteHash()

    package init() {}

    /// The number of ids.
    package var count: Int { ends.count }

    /// Where the bytes of an id lie in `bytes`.
    @inline(__always) func range(of id: Int) -> Range<Int> {
        (id == 0 ? 0 : Int(ends[id - 1]))..<Int(ends[id])
    }

    /// The bytes of an id.
    package subscript(id: Int) -> ArraySlice<UInt8> { bytes[range(of: id)] }

    /// Gives the next id to a string.
    ///
    /// - Returns: false if it is empty or has an id already; that one stays, and this one stands for the same
    ///   bytes.
    @discardableResult
    package mutating func append(_ string: Span<UInt8>) -> Bool {
        for index in string.indices { bytes.append(string[index]) }
        ends.append(Int32(bytes.count))
        if string.isEmpty { return false }
        let hash = hash(string)
        let slot = slot(of: string, hash)
        if slots[slot] != 0 { return false }
        slots[slot] = Self.upperHalf(hash) | UInt64(count)
        filled += 1
        if filled * 2 > slots.count { grow() }
        return true
    }

    /// The id of `string`.
    package func id(of string: Span<UInt8>) -> Int32? {
        let entry = slots[slot(of: string, hash(string))]
        return entry == 0 ? nil : Int32(truncatingIfNeeded: entry) - 1
    }

    /// The slot that holds `string`, or the free one where it belongs.
    private func slot(of string: Span<UInt8>, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash >> 32) & mask
        while slots[slot] != 0 {
            let entry = slots[slot]
            if Self.upperHalf(entry) == Self.upperHalf(hash), isEqual(Int(entry & 0xFFFF_FFFF) - 1, string) {
                break
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private static func upperHalf(_ value: UInt64) -> UInt64 { value & 0xFFFF_FFFF_0000_0000 }

    private func isEqual(_ id: Int, _ string: Span<UInt8>) -> Bool {
        let range = range(of: id)
        guard range.count == string.count else { return false }
        for index in string.indices where bytes[range.lowerBound + index] != string[index] { return false }
        return true
    }

    private mutating func grow() {
        let entries = slots.filter { $0 != 0 }
        slots = [UInt64](repeating: 0, count: slots.count * 4)
        let mask = slots.count - 1
        for entry in entries {
            var slot = Int(truncatingIfNeeded: entry >> 32) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = entry
        }
    }
}
