import Glibc

/// One reserved range of addresses, cut into buffers of any size.
///
/// Neighbouring free pieces are joined, so the memory of activations serves gradients once the activations
/// are gone. A request takes the smallest piece that holds it, the first of equals. Pages count as memory of
/// the process only from the first time they are written.
struct BufferArena {
    private let base: UInt
    private let capacity: Int
    /// Bytes ever handed out: everything beyond is untouched.
    private(set) var extent = 0
    /// Free pieces below `extent`, by address; no two of them touch.
    private var free: [Range<Int>] = []

    /// Sizes are rounded up to this: a page.
    static let granularity = 4096

    /// Reserves addresses, but no memory; nil if the system refuses.
    init?(capacity: Int) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let base = mmap(nil, capacity, PROT_READ | PROT_WRITE, flags, -1, 0), base != MAP_FAILED else {
            return nil
        }
        madvise(base, capacity, MADV_HUGEPAGE)
        (self.base, self.capacity) = (UInt(bitPattern: base), capacity)
    }

    func contains(_ address: UInt) -> Bool { address >= base && address - base < UInt(capacity) }

    /// The address of a buffer of `size` bytes, a multiple of the granularity; nil if there is no room.
    mutating func allocate(_ size: Int) -> UInt? {
        var best: Int?
        for index in free.indices where free[index].count >= size {
            if best.map({ free[index].count < free[$0].count }) ?? true { best = index }
        }
        if let best {
            let start = free[best].lowerBound
            free[best] = start + size..<free[best].upperBound
            if free[best].isEmpty { free.remove(at: best) }
            return base + UInt(start)
        }
        let start = free.last.map { $0.upperBound == extent ? $0.lowerBound : extent } ?? extent
        guard size <= capacity - start else { return nil }
        if start < extent { free.removeLast() }
        extent = start + size
        return base + UInt(start)
    }

    /// Takes back a buffer of `size` bytes.
    mutating func release(_ address: UInt, _ size: Int) {
        let start = Int(address - base)
        var piece = start..<start + size
        var index = firstFree(from: piece.upperBound)
        if index < free.count, free[index].lowerBound == piece.upperBound {
            piece = piece.lowerBound..<free[index].upperBound
            free.remove(at: index)
        }
        if index > 0, free[index - 1].upperBound == piece.lowerBound {
            index -= 1
            piece = free[index].lowerBound..<piece.upperBound
            free.remove(at: index)
        }
        free.insert(piece, at: index)
    }

    /// The index of the first free piece that begins at or after `offset`.
    private func firstFree(from offset: Int) -> Int {
        var (low, high) = (0, free.count)
        while low < high {
            let middle = (low + high) / 2
            if free[middle].lowerBound < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
