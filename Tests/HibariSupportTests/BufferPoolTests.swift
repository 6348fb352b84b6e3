import HibariSupport
import Testing

/// In processes of their own: other tests allocate at the same time.
@Suite struct BufferPoolTests {
    @Test func freedBuffersAreUsedAgain() async {
        await #expect(processExitsWith: .success) {
            let pool = BufferPool.shared
            for size in [1, 64, 65, 1000, 4096, 5_000_000] {
                guard let first = pool.allocate(byteCount: size) else {
                    Issue.record("no memory")
                    continue
                }
                #expect(UInt(bitPattern: first) % 64 == 0)
                first.initializeMemory(as: UInt8.self, repeating: 1, count: size)
                pool.free(first, byteCount: size)
                let before = pool.statistics
                let second = pool.allocate(byteCount: size)
                #expect(second == first)
                #expect(pool.statistics.systemAllocations == before.systemAllocations)
                if let second { pool.free(second, byteCount: size) }
            }
        }
    }

    @Test func countersAddUp() async {
        await #expect(processExitsWith: .success) {
            let pool = BufferPool.shared
            let start = pool.statistics
            let buffers = (1...50).map { (pool.allocate(byteCount: $0 * 777), $0 * 777) }
            let full = pool.statistics
            let asked = buffers.reduce(0) { $0 + $1.1 }
            #expect(full.usedBytes - start.usedBytes >= asked)
            #expect(Double(full.usedBytes - start.usedBytes) <= 1.125 * Double(asked) + 50 * 64)
            #expect(full.reservedBytes - start.reservedBytes == full.usedBytes - start.usedBytes)
            for (buffer, size) in buffers { if let buffer { pool.free(buffer, byteCount: size) } }
            #expect(pool.statistics.usedBytes == start.usedBytes)
            #expect(pool.statistics.peakUsedBytes >= full.usedBytes)
            #expect(pool.statistics.reservedBytes == full.reservedBytes)
        }
    }

    /// What one large buffer leaves serves two smaller ones, and the other way round.
    @Test func largeBuffersAreCutAndJoined() async {
        await #expect(processExitsWith: .success) {
            let pool = BufferPool.shared
            let unit = 1 << 20
            let whole = try #require(pool.allocate(byteCount: 4 * unit))
            pool.free(whole, byteCount: 4 * unit)
            let reserved = pool.statistics.reservedBytes
            for _ in 0..<3 {
                let parts = [1, 2, 1].map { (pool.allocate(byteCount: $0 * unit), $0 * unit) }
                let places = parts.compactMap { $0.0.map { $0 - whole } }
                #expect(places == [0, unit, 3 * unit])
                for index in [1, 0, 2] {
                    if let buffer = parts[index].0 { pool.free(buffer, byteCount: parts[index].1) }
                }
                let again = pool.allocate(byteCount: 4 * unit)
                #expect(again == whole)
                if let again { pool.free(again, byteCount: 4 * unit) }
            }
            #expect(pool.statistics.reservedBytes == reserved)
        }
    }

    /// Random requests never overlap, and everything comes back.
    @Test func buffersNeverOverlap() async {
        await #expect(processExitsWith: .success) {
            let pool = BufferPool.shared
            var random = RandomStream(seed: 1, purpose: .testing)
            var live: [(pointer: UnsafeMutableRawPointer, size: Int, mark: UInt8)] = []
            for round in 0..<2000 {
                if live.count < 40, random.uniform() < 0.6 {
                    let size = 1 + random.index(below: random.uniform() < 0.5 ? 5000 : 400_000)
                    let pointer = try #require(pool.allocate(byteCount: size))
                    pointer.initializeMemory(as: UInt8.self, repeating: UInt8(round % 251), count: size)
                    live.append((pointer, size, UInt8(round % 251)))
                } else if !live.isEmpty {
                    let (pointer, size, mark) = live.remove(at: random.index(below: live.count))
                    let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
                    #expect(bytes.allSatisfy { $0 == mark })
                    pool.free(pointer, byteCount: size)
                }
            }
        }
    }

    @Test func impossibleRequestsGiveNil() {
        #expect(BufferPool.shared.allocate(byteCount: 1 << 60) == nil)
    }

    @Test func scratchBuffersNest() {
        let sum = withScratch(Int.self, count: 10) { outer in
            outer.initialize(repeating: 1, count: 10)
            return withScratch(Int.self, count: 10) { inner in
                inner.initialize(repeating: 2, count: 10)
                return (0..<10).reduce(0) { $0 + outer[$1] + inner[$1] }
            }
        }
        #expect(sum == 30)
    }
}
