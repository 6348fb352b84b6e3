import Glibc
import Synchronization

/// A caching allocator of aligned buffers.
///
/// Freed buffers go to a free list of their size class and are handed out again, because fresh pages from the
/// system cost more than the arithmetic on them. Sizes are rounded up to eighths of a power of two, so at
/// most an eighth is lost.
public final class BufferPool: Sendable {
    public static let shared = BufferPool()

    /// Counters for the tests that assert what a training step allocates and gives back.
    public struct Statistics: Sendable {
        /// Buffers ever requested from the system.
        public var systemAllocations = 0
        /// Bytes obtained from the system and not given back.
        public var reservedBytes = 0
        /// Bytes in buffers now in use.
        public var usedBytes = 0
        /// The largest value of `usedBytes`.
        public var peakUsedBytes = 0
    }

    private struct State {
        var free: [Int: [UInt]] = [:]
        var statistics = Statistics()
    }

    private let state = Mutex(State())

    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// A buffer of at least `byteCount` bytes, aligned to 64, with unspecified contents; nil if memory is
    /// exhausted. The caller owns it until it passes it to `free(_:byteCount:)` with the same count.
    public func allocate(byteCount: Int) -> UnsafeMutableRawPointer? {
        let size = Self.roundedSize(byteCount)
        let recycled: UInt? = state.withLock { state in
            state.statistics.usedBytes += size
            state.statistics.peakUsedBytes = max(state.statistics.peakUsedBytes, state.statistics.usedBytes)
            return state.free[size]?.popLast()
        }
        if let recycled { return UnsafeMutableRawPointer(bitPattern: recycled) }
        let hugePage = 2 << 20
        var pointer: UnsafeMutableRawPointer?
        let alignment = size >= hugePage ? hugePage : 64
        var isAllocated = posix_memalign(&pointer, alignment, size) == 0
        if !isAllocated {
            // What lies in the free lists may be enough.
            trim()
            isAllocated = posix_memalign(&pointer, alignment, size) == 0
        }
        guard isAllocated, let pointer else {
            state.withLock { $0.statistics.usedBytes -= size }
            return nil
        }
        if size >= hugePage { madvise(pointer, size, MADV_HUGEPAGE) }
        state.withLock { state in
            state.statistics.systemAllocations += 1
            state.statistics.reservedBytes += size
        }
        return pointer
    }

    /// Takes back a buffer for later requests of the same size class.
    public func free(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
        let size = Self.roundedSize(byteCount)
        state.withLock { state in
            state.statistics.usedBytes -= size
            state.free[size, default: []].append(UInt(bitPattern: pointer))
        }
    }

    /// Lets `peakUsedBytes` count from now.
    public func resetPeak() { state.withLock { $0.statistics.peakUsedBytes = $0.statistics.usedBytes } }

    /// Gives all unused buffers back to the system.
    public func trim() {
        let buffers = state.withLock { state in
            defer { state.free = [:] }
            for (size, list) in state.free { state.statistics.reservedBytes -= size * list.count }
            return state.free.values.flatMap { $0 }
        }
        for buffer in buffers { Glibc.free(UnsafeMutableRawPointer(bitPattern: buffer)) }
    }

    static func roundedSize(_ byteCount: Int) -> Int {
        let minimum = max(64, byteCount)
        let step = max(64, 1 << (Int.bitWidth - minimum.leadingZeroBitCount - 4))
        return (minimum + step - 1) / step * step
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
