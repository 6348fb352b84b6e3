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
            pool.trim()
            #expect(pool.statistics.reservedBytes == start.usedBytes)
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
