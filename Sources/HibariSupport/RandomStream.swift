/// What a stream of random numbers is used for. Streams of different purposes never overlap, so that, say,
/// one more dropout layer does not change the order of the data.
public enum RandomPurpose: UInt32, Sendable {
    case initialization = 1
    case shuffling = 2
    case dropout = 3
    case sampling = 4
    case testing = 5
    case stories = 6
    case augmentation = 7
    case splitting = 8
    /// Data sets that are drawn or computed.
    case synthesis = 9
    case noise = 10
    /// Bootstrap samples.
    case resampling = 11
}

/// A counter-based generator: the value at (seed, purpose, stream, index) is a pure function of these four.
///
/// Philox 4×32 with ten rounds. Nothing but the position needs saving to continue a stream, and any element
/// can be computed by any thread.
/// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
public struct RandomStream: RandomNumberGenerator, Sendable {
    private let key: SIMD2<UInt32>
    private let stream: UInt64
    private var block: UInt64
    private var buffer: SIMD4<UInt32>
    private var used: Int

    /// - Parameters:
    ///   - seed: the user's seed; its 64 bits are the key together with `purpose`.
    ///   - stream: which of the 2³² streams of this purpose, e.g. the step or the layer.
    public init(seed: UInt64, purpose: RandomPurpose, stream: UInt64 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.stream = stream << 8 | UInt64(purpose.rawValue)
        block = 0
        buffer = .zero
        used = 4
    }

    /// The same stream, where it has given `block` blocks of four words.
    ///
    /// - Precondition: nothing was taken from this one yet.
    public func atBlock(_ block: UInt64) -> RandomStream {
        precondition(self.block == 0, "RandomStream.atBlock: the stream is in use")
        var later = self
        later.block = block
        return later
    }

    /// The four words of one block of the stream; does not advance it.
    public func words(atBlock block: UInt64) -> SIMD4<UInt32> {
        philox4x32(
            counter: SIMD4(
                UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
                UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
            key: key)
    }

    /// The next 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if used == 4 {
            buffer = words(atBlock: block)
            block += 1
            used = 0
        }
        defer { used += 1 }
        return buffer[used]
    }

    public mutating func next() -> UInt64 {
        let low = UInt64(nextWord())
        return low | UInt64(nextWord()) << 32
    }

    /// A number in [0, 1) with 53 random bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// An index in 0..<`count` without bias worth measuring (128-bit multiply, Lemire 2019 without
    /// rejection).
    public mutating func index(below count: Int) -> Int {
        precondition(count > 0, "RandomStream.index: count must be positive, got \(count)")
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}

/// One Philox 4×32-10 block.
public func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for _ in 0..<10 {
        let p0 = UInt64(c[0]) &* 0xD251_1F53
        let p1 = UInt64(c[2]) &* 0xCD9E_8D57
        c = SIMD4(
            UInt32(truncatingIfNeeded: p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
            UInt32(truncatingIfNeeded: p0 >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0))
        k[0] &+= 0x9E37_79B9
        k[1] &+= 0xBB67_AE85
    }
    return c
}
