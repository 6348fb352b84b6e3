import Glibc
import Synchronization

/// A caching allocator of aligned buffers.
///
/// Memory stays with the process, because fresh pages from the system cost more than the arithmetic on them.
/// Buffers of 64 KB and more are pieces of one arena; smaller ones go to a free list of their size class,
/// eighths of a power of two, so that they do not break up the arena.
public final class BufferPool: Sendable {
    public static let shared = BufferPool()

    /// Counters for the tests that assert what a training step allocates and gives back.
    public struct Statistics: Sendable {
        /// How often the system was asked for memory.
        public var systemAllocations = 0
        /// Bytes obtained from the system.
        public var reservedBytes = 0
        /// Bytes in buffers now in use.
        public var usedBytes = 0
        /// The largest value of `usedBytes`.
        public var peakUsedBytes = 0
    }

    fileprivate struct State {
        /// nil if no addresses can be reserved. Without it, or where no free piece of it is long enough, a buffer
        /// is memory of its own.
        var arena = BufferArena(capacity: physicalMemoryBytes())
        var free: [Int: [UInt]] = [:]
        var statistics = Statistics()
    }

    private let state = Mutex(State())
    private static let leastArenaBytes = 64 << 10

    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// A buffer of at least `byteCount` bytes, aligned to 64, with unspecified contents; nil if memory is
    /// exhausted. The caller owns it until it passes it to `free(_:byteCount:)` with the same count.
    public func allocate(byteCount: Int) -> UnsafeMutableRawPointer? {
        let address: UInt? = state.withLock { state in
            let hasArena = state.arena != nil
            let size = Self.roundedSize(byteCount, hasArena: hasArena)
            guard let address = state.take(size, fromArena: hasArena && size >= Self.leastArenaBytes) else {
                return nil
            }
            state.statistics.usedBytes += size
            state.statistics.peakUsedBytes = max(state.statistics.peakUsedBytes, state.statistics.usedBytes)
            return address
        }
        return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
    }

    /// Takes back a buffer for later requests.
    public func free(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
        let address = UInt(bitPattern: pointer)
        state.withLock { state in
            let size = Self.roundedSize(byteCount, hasArena: state.arena != nil)
            state.statistics.usedBytes -= size
            if state.arena?.contains(address) == true {
                state.arena?.release(address, size)
            } else {
                state.free[size, default: []].append(address)
            }
        }
    }

    /// Lets `peakUsedBytes` count from now.
    public func resetPeak() { state.withLock { $0.statistics.peakUsedBytes = $0.statistics.usedBytes } }

    static func roundedSize(_ byteCount: Int, hasArena: Bool = true) -> Int {
        let minimum = max(64, byteCount)
        if hasArena, minimum >= leastArenaBytes {
            let step = BufferArena.granularity
            // A request beyond all memory must not overflow.
            return minimum > 1 << 50 ? minimum : (minimum + step - 1) / step * step
        }
        let step = max(64, 1 << (Int.bitWidth - minimum.leadingZeroBitCount - 4))
        return (minimum + step - 1) / step * step
    }
}

extension BufferPool.State {
    /// The address of a buffer of a rounded size, used before or new.
    fileprivate mutating func take(_ size: Int, fromArena: Bool) -> UInt? {
        let before = arena?.extent ?? 0
        if fromArena, let address = arena!.allocate(size) {
            let grown = arena!.extent - before
            statistics.systemAllocations += grown > 0 ? 1 : 0
            statistics.reservedBytes += grown
            return address
        }
        if let recycled = free[size]?.popLast() { return recycled }
        var pointer: UnsafeMutableRawPointer?
        guard posix_memalign(&pointer, 64, size) == 0 else { return nil }
        statistics.systemAllocations += 1
        statistics.reservedBytes += size
        return UInt(bitPattern: pointer)
    }
}

/// Calls `body` with a buffer of `count` elements of unspecified contents, from the shared pool.
public func withScratch<T, Result>(_ type: T.Type, count: Int, _ body: (UnsafeMutablePointer<T>) -> Result)
    -> Result
{
    let bytes = count * MemoryLayout<T>.stride
    guard let raw = BufferPool.shared.allocate(byteCount: bytes) else {
        preconditionFailure("out of memory: a work buffer of \(bytes) bytes")
    }
    defer { BufferPool.shared.free(raw, byteCount: bytes) }
    return body(raw.assumingMemoryBound(to: type))
}
