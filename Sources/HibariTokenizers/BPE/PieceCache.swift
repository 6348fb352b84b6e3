import Synchronization

/// The ids of pieces that came before, as words come again and again.
///
/// Each piece has one place, found by its hash, and takes it from the piece that was there: nothing is
/// searched, and what is frequent stays. Pieces of up to 15 bytes are kept in the place itself.
struct PieceCache: Sendable {
    private struct ShortEntry {
        var low: UInt64 = 0
        var high: UInt64 = 0
        /// The id if there is one, otherwise where the ids begin in `ids`.
        var start: Int32 = 0
        var count: Int32 = 0
    }

    private struct LongEntry {
        var hash: UInt64 = 0
        var bytes: Range<Int32> = 0..<0
        var ids: Range<Int32> = 0..<0
    }

    private static let shortLength = 15
    /// Longer pieces seldom come again.
    private static let longLength = 128
    private static let maximumCount = 1 << 16

    private let hash = ByteHash()
    private var short = [ShortEntry](repeating: ShortEntry(), count: 1 << 9)
    private var shortMisses = 0
    private var long = [LongEntry](repeating: LongEntry(), count: 1 << 8)
    private var longMisses = 0
    /// What the entries refer to, and what those that lost their place referred to.
    private var ids: [Int32] = []
    private var bytes: [UInt8] = []
    private var scratch: [UInt64] = []

    /// Hands the ids of a piece of `text` to `emit`; those of a new one come from `encode`, which appends them
    /// to the array.
    @inline(__always)
    mutating func forEachID(
        of piece: Range<Int>, in text: Span<UInt8>, _ emit: (Int32) -> Void,
        encode: (Span<UInt8>, inout [Int32], inout [UInt64]) -> Void
    ) {
        if piece.count <= Self.shortLength {
            let (low, high) = key(of: piece, in: text)
            let slot = Int(truncatingIfNeeded: hash(low, high)) & (short.count - 1)
            let entry = short[slot]
            if entry.low == low, entry.high == high {
                if entry.count == 1 { return emit(entry.start) }
                for index in Int(entry.start)..<Int(entry.start + entry.count) { emit(ids[index]) }
                return
            }
            let start = ids.count
            encode(text.extracting(piece), &ids, &scratch)
            for index in start..<ids.count { emit(ids[index]) }
            insert(low, high, idsFrom: start)
        } else {
            forEachID(ofLong: text.extracting(piece), emit, encode: encode)
        }
    }

    private mutating func forEachID(
        ofLong piece: Span<UInt8>, _ emit: (Int32) -> Void,
        encode: (Span<UInt8>, inout [Int32], inout [UInt64]) -> Void
    ) {
        let isKept = piece.count <= Self.longLength
        let hash = isKept ? self.hash(piece) : 0
        let slot = Int(truncatingIfNeeded: hash) & (long.count - 1)
        if isKept, long[slot].hash == hash, isEqual(long[slot].bytes, piece) {
            for index in long[slot].ids { emit(ids[Int(index)]) }
            return
        }
        let start = ids.count
        encode(piece, &ids, &scratch)
        for index in start..<ids.count { emit(ids[index]) }
        if isKept {
            let byteStart = Int32(bytes.count)
            for index in piece.indices { bytes.append(piece[index]) }
            long[slot] = LongEntry(
                hash: hash, bytes: byteStart..<Int32(bytes.count), ids: Int32(start)..<Int32(ids.count))
            growIfCrowded()
        } else {
            ids.removeLast(ids.count - start)
        }
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
        shortMisses += 1
        if shortMisses > short.count, short.count < Self.maximumCount {
            let entries = short.filter { $0.count > 0 }
            short = [ShortEntry](repeating: ShortEntry(), count: short.count * 4)
            for entry in entries { short[shortSlot(entry.low, entry.high)] = entry }
            shortMisses = 0
        }
        var entry = ShortEntry(low: low, high: high, start: Int32(start), count: Int32(ids.count - start))
        if entry.count == 1 { entry.start = ids.removeLast() }
        short[shortSlot(low, high)] = entry
        clearIfFull()
    }

    private func shortSlot(_ low: UInt64, _ high: UInt64) -> Int {
        Int(truncatingIfNeeded: hash(low, high)) & (short.count - 1)
    }

    private func isEqual(_ range: Range<Int32>, _ piece: Span<UInt8>) -> Bool {
        guard range.count == piece.count else { return false }
        for index in piece.indices where bytes[Int(range.lowerBound) + index] != piece[index] { return false }
        return true
    }

    private mutating func growIfCrowded() {
        longMisses += 1
        if longMisses > long.count, long.count < Self.maximumCount / 4 {
            let entries = long.filter { !$0.bytes.isEmpty }
            long = [LongEntry](repeating: LongEntry(), count: long.count * 4)
            for entry in entries { long[Int(truncatingIfNeeded: entry.hash) & (long.count - 1)] = entry }
            longMisses = 0
        }
        clearIfFull()
    }

    /// Forgets everything when what lost its place takes most of the memory.
    private mutating func clearIfFull() {
        if ids.count < 1 << 20, bytes.count < 1 << 22 { return }
        ids.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        short = [ShortEntry](repeating: ShortEntry(), count: short.count)
        long = [LongEntry](repeating: LongEntry(), count: long.count)
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
