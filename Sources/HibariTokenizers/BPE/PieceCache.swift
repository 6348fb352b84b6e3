import Synchronization

/// The ids of short pieces that came before, as words come again and again.
///
/// Each piece has one place, found by its hash, and takes it from the piece that was there: nothing is
/// searched, and what is frequent stays. Longer pieces seldom come again.
struct PieceCache: Sendable {
    private struct Entry {
        var low: UInt64 = 0
        var high: UInt64 = 0
        /// The id if there is one, otherwise where the ids begin in `ids`.
        var start: Int32 = 0
        var count: Int32 = 0
    }

    /// Longer pieces are not kept.
    static let longestPiece = 15
    private static let maximumCount = 1 << 16

    private let hash = ByteHash()
    private var entries = [Entry](repeating: Entry(), count: 1 << 9)
    private var misses = 0
    /// What the entries refer to, and what those that lost their place referred to.
    private var ids: [Int32] = []

    /// Hands the ids of a piece of `text` to `emit`; those of a new one come from `encode`, which appends them
    /// to the array.
    ///
    /// - Parameter isPart: whether it is a part of a piece, whose ids may be others than if it were a whole one.
    @inline(__always)
    mutating func forEachID(
        of piece: Range<Int>, in text: Span<UInt8>, isPart: Bool, _ emit: (Int32) -> Void,
        encode: (Span<UInt8>, inout [Int32]) -> Void
    ) {
        guard piece.count <= Self.longestPiece else {
            let start = ids.count
            encode(text.extracting(piece), &ids)
            for index in start..<ids.count { emit(ids[index]) }
            return ids.removeLast(ids.count - start)
        }
        var (low, high) = key(of: piece, in: text)
        if isPart { high |= 1 << 63 }
        let entry = entries[slot(low, high)]
        if entry.low == low, entry.high == high {
            if entry.count == 1 { return emit(entry.start) }
            for index in Int(entry.start)..<Int(entry.start + entry.count) { emit(ids[index]) }
            return
        }
        let start = ids.count
        encode(text.extracting(piece), &ids)
        for index in start..<ids.count { emit(ids[index]) }
        insert(low, high, idsFrom: start)
    }

    /// A string of 1 to 15 bytes and its length in two words.
    @inline(__always)
    private func key(of piece: Range<Int>, in text: Span<UInt8>) -> (UInt64, UInt64) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        let length = UInt64(piece.count)
        if piece.lowerBound + 16 <= text.count {
            low = text.bytes.unsafeLoadUnaligned(fromByteOffset: piece.lowerBound, as: UInt64.self)
            if length < 8 {
                low &= (1 << (8 * length)) - 1
            } else {
                high = text.bytes.unsafeLoadUnaligned(fromByteOffset: piece.lowerBound + 8, as: UInt64.self)
                high &= (1 << (8 * (length - 8))) - 1
            }
        } else {
            for (index, position) in piece.enumerated() {
                if index < 8 {
                    low |= UInt64(text[position]) << UInt64(8 * index)
                } else {
                    high |= UInt64(text[position]) << UInt64(8 * (index - 8))
                }
            }
        }
        return (low, high | length << 56)
    }

    private mutating func insert(_ low: UInt64, _ high: UInt64, idsFrom start: Int) {
        misses += 1
        if misses > entries.count, entries.count < Self.maximumCount {
            let old = entries.filter { $0.count > 0 }
            entries = [Entry](repeating: Entry(), count: entries.count * 4)
            for entry in old { entries[slot(entry.low, entry.high)] = entry }
            misses = 0
        }
        var entry = Entry(low: low, high: high, start: Int32(start), count: Int32(ids.count - start))
        if entry.count == 1 { entry.start = ids.removeLast() }
        entries[slot(low, high)] = entry
        // Forgets everything when what lost its place takes most of the memory.
        if ids.count >= 1 << 20 {
            ids.removeAll(keepingCapacity: true)
            entries = [Entry](repeating: Entry(), count: entries.count)
        }
    }

    @inline(__always) private func slot(_ low: UInt64, _ high: UInt64) -> Int {
        Int(truncatingIfNeeded: hash(low, high)) & (entries.count - 1)
    }
}

/// Caches of one tokenizer that wait for their next use: one for each text that was encoded at the same time
/// as others.
final class PieceCachePool: Sendable {
    private let caches = Mutex<[PieceCache]>([])

    func take() -> PieceCache { caches.withLock { $0.popLast() } ?? PieceCache() }

    func give(_ cache: consuming PieceCache) {
        let cache = cache
        caches.withLock { $0.append(cache) }
    }
}
