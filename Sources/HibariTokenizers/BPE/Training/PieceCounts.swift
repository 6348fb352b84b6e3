/// How often each of the different pieces of a text occurs.
///
/// The bytes of all pieces lie one after the other in one array, so millions of them cost no allocation each:
/// a piece takes its bytes and about 30 more.
struct PieceCounts: Sendable {
    private struct Entry {
        /// Where the piece ends in `bytes`.
        var end: UInt32
        var hash: UInt32
        var count: Int
    }

    /// The bytes of all pieces in the order of their numbers.
    private(set) var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Open addressing: numbers plus one, 0 for free; at most half full.
    private var slots = [UInt32](repeating: 0, count: 64)
    /// The order of the pieces does not depend on it.
    let hash: ByteHash

    /// - Parameter hash: tables that are to be added up have the same.
    init(hash: ByteHash = ByteHash()) { self.hash = hash }

    /// How many different pieces there are.
    var count: Int { entries.count }

    /// Where the piece with this number lies in `bytes`.
    func range(of number: Int) -> Range<Int> {
        (number == 0 ? 0 : Int(entries[number - 1].end))..<Int(entries[number].end)
    }

    /// How often the piece with this number occurs.
    func count(of number: Int) -> Int { entries[number].count }

    /// Frees what only counting needs.
    mutating func endCounting() { slots = [] }

    /// Counts `piece` `count` more times.
    ///
    /// - Precondition: all pieces together have fewer than 2³² bytes.
    mutating func add(_ piece: Span<UInt8>, count: Int = 1) {
        add(piece, hash: UInt32(truncatingIfNeeded: hash(piece)), count: count)
    }

    /// Counts what another text holds, whose pieces come after those of this one.
    ///
    /// - Precondition: both have the same hash.
    mutating func add(_ other: PieceCounts) {
        let text = other.bytes.span
        for number in 0..<other.count {
            let entry = other.entries[number]
            add(text.extracting(other.range(of: number)), hash: entry.hash, count: entry.count)
        }
    }

    private mutating func add(_ piece: Span<UInt8>, hash: UInt32, count: Int) {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if entries[number].hash == hash, isEqual(number, piece) {
                entries[number].count += count
                return
            }
            slot = (slot + 1) & mask
        }
        piece.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        entries.append(Entry(end: UInt32(bytes.count), hash: hash, count: count))
        slots[slot] = UInt32(entries.count)
        if entries.count * 2 > slots.count { fillSlots(slots.count * 2) }
    }

    private func isEqual(_ number: Int, _ piece: Span<UInt8>) -> Bool {
        let range = range(of: number)
        guard range.count == piece.count else { return false }
        for index in piece.indices where bytes[range.lowerBound + index] != piece[index] { return false }
        return true
    }

    private mutating func fillSlots(_ slotCount: Int) {
        slots = [UInt32](repeating: 0, count: slotCount)
        let mask = slotCount - 1
        for (number, entry) in entries.enumerated() {
            var slot = Int(entry.hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(number + 1)
        }
    }
}

// MARK: Memory

extension PieceCounts {
    /// What the pieces come to in memory while a vocabulary is learned from them, counted generously: per byte
    /// a symbol, a piece number and up to three places in lists of pairs; per piece an entry, its slots, a
    /// weight and a border.
    var cost: Int { Self.cost(bytes: bytes.count, pieces: count) }

    /// More would not leave positions in the merging text that are 32-bit numbers.
    static let greatestCost = 21 * Int(Int32.max)

    private static func cost(bytes: Int, pieces: Int) -> Int { 21 * bytes + 44 * pieces }

    /// Leaves out the rarest pieces, of equally rare ones those that came last, so that `cost` is at most
    /// `limit`.
    ///
    /// - Returns: what was left out: the number of pieces and the bytes of all their occurrences.
    mutating func dropRarest(toCost limit: Int) -> (pieces: Int, bytes: Int) {
        var costs: [Int: Int] = [:]
        for number in 0..<count {
            costs[count(of: number), default: 0] += Self.cost(bytes: range(of: number).count, pieces: 1)
        }
        // Pieces more frequent than `border` stay; of those as frequent, what still has room.
        var (room, border) = (limit, 0)
        for (count, cost) in costs.sorted(by: { $0.key > $1.key }) {
            if cost > room {
                border = count
                break
            }
            room -= cost
        }
        var kept = PieceCounts(hash: hash)
        var dropped = (pieces: 0, bytes: 0)
        for (number, entry) in entries.enumerated() {
            let range = range(of: number)
            let cost = Self.cost(bytes: range.count, pieces: 1)
            if entry.count > border || entry.count == border && cost <= room {
                if entry.count == border { room -= cost }
                kept.add(bytes.span.extracting(range), hash: entry.hash, count: entry.count)
            } else {
                dropped.pieces += 1
                dropped.bytes += range.count * entry.count
            }
        }
        self = kept
        return dropped
    }
}
