import HibariSupport

/// Tokens that stay in their files: consecutive stretches of mapped files, read when they are touched.
struct MappedTokens: Sendable {
    /// Little-endian ids of one file.
    struct Stretch: Sendable {
        let file: MappedFile
        /// Where the first id lies.
        let offset: Int
        /// 2 or 4.
        let bytesPerToken: Int
        let count: Int

        /// The id at `index`, as the file has it.
        subscript(index: Int) -> UInt32 {
            let place = offset + index * bytesPerToken
            return bytesPerToken == 2
                ? UInt32(
                    UInt16(littleEndian: file.bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
                : UInt32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
        }
    }

    let stretches: [Stretch]
    /// Where each stretch ends, counted in tokens from the first one's beginning.
    private let ends: [Int]

    init(_ stretches: [Stretch]) {
        self.stretches = stretches
        var ends: [Int] = []
        for stretch in stretches { ends.append((ends.last ?? 0) + stretch.count) }
        self.ends = ends
    }

    var count: Int { ends.last ?? 0 }

    var bytesPerToken: Int { stretches.map(\.bytesPerToken).max() ?? 2 }

    /// Calls `body` with the index and the id of each token at `range`.
    func forEach(in range: Range<Int>, _ body: (Int, Int32) -> Void) {
        if range.isEmpty { return }
        var index = range.lowerBound
        var number = stretchNumber(of: index)
        while index < range.upperBound {
            let start = ends[number] - stretches[number].count
            let end = min(range.upperBound, ends[number])
            let stretch = stretches[number]
            while index < end {
                body(index, Int32(truncatingIfNeeded: stretch[index - start]))
                index += 1
            }
            number += 1
        }
    }

    /// The first stretch that ends behind `index`.
    private func stretchNumber(of index: Int) -> Int {
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > index { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
