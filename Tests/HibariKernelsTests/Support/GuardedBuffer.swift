import HibariSupport

/// Numbers at a chosen distance from an aligned address, with marked words on both sides that show a stray
/// write.
final class GuardedBuffer<Scalar: BinaryFloatingPoint> {
    private static var guardCount: Int { 40 }
    private static var mark: Scalar { 1234.5 }
    private let base: UnsafeMutableRawPointer
    private let count: Int
    /// Owned by the buffer.
    let pointer: UnsafeMutablePointer<Scalar>

    /// - Parameter offset: elements past the 64-byte boundary.
    init(_ elements: [Float], offset: Int) {
        count = elements.count
        let total = 2 * Self.guardCount + offset + count
        base = .allocate(byteCount: total * MemoryLayout<Scalar>.stride, alignment: 64)
        let words = base.bindMemory(to: Scalar.self, capacity: total)
        words.initialize(repeating: Self.mark, count: total)
        pointer = words + Self.guardCount + offset
        for (index, element) in elements.enumerated() { pointer[index] = Scalar(element) }
    }

    deinit { base.deallocate() }

    var array: [Scalar] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    /// Whether the words around the numbers are as they were.
    var isIntact: Bool {
        (1...Self.guardCount).allSatisfy { pointer[-$0] == Self.mark && pointer[count + $0 - 1] == Self.mark }
    }
}

/// `count` numbers spread evenly over `range`, always the same for a seed.
func sample(_ count: Int, _ range: ClosedRange<Double> = -1...1, seed: UInt64 = 1) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: .testing, stream: UInt64(count))
    return (0..<count).map { _ in
        Float(range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform())
    }
}
