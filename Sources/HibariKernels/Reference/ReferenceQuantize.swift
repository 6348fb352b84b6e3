/// Storing numbers as weights in blocks, bit for bit as ggml's `quantize_row_…_ref` and gguf-py do.
extension Float {
    /// The blocks nearest to `count` numbers: scales from the extremes of a block, then q rounded.
    ///
    /// `float16` and `bfloat16` round to nearest, ties to even. The scale d, and m, are computed in float32 and rounded
    /// to float16 last; q is found with 1/d before that rounding, as in ggml.
    ///
    /// - Precondition: `format` has a `largestMagnitude`; `count` is a multiple of its elements. Numbers that are not
    ///   finite or larger than that give blocks that mean nothing: check before.
    package static func referenceQuantize(
        _ format: BlockFormat, _ count: Int, _ x: Input, _ blocks: UnsafeMutableRawPointer
    ) {
        let blockCount = format.byteCount(of: count) / format.bytes
        for index in 0..<blockCount {
            let (x, block) = (x + index * format.elements, blocks + index * format.bytes)
            switch format {
            case .float32: store(x[0].bitPattern, block)
            case .float16: store(Float16(x[0]).bitPattern, block)
            case .bfloat16: store(bfloat16Bits(x[0]), block)
            case .q8_0: writeQ8_0(x, block)
            case .q4_0: writeFromZero(x, block, bits: 4)
            case .q5_0: writeFromZero(x, block, bits: 5)
            case .q4_1: writeFromMinimum(x, block, bits: 4)
            case .q5_1: writeFromMinimum(x, block, bits: 5)
            case .q2K, .q3K, .q4K, .q5K, .q6K:
                preconditionFailure("quantize: \(format.rawValue) is only read")
            }
        }
    }

    /// d = max |x| / 127, q = x/d rounded half away from zero.
    private static func writeQ8_0(_ x: Input, _ block: UnsafeMutableRawPointer) {
        var largest: Float = 0
        for i in 0..<32 { largest = max(largest, abs(x[i])) }
        let d = largest / 127
        let inverse = inverse(d)
        store(Float16(d).bitPattern, block)
        for i in 0..<32 {
            let q = (x[i] * inverse).rounded(.toNearestOrAwayFromZero)
            store(q.isFinite ? Int8(q) : 0, block + 2 + i)
        }
    }

    /// The first element of the largest magnitude becomes q = 0, the end of the range: d = −x/2^(bits−1).
    private static func writeFromZero(_ x: Input, _ block: UnsafeMutableRawPointer, bits: Int) {
        var extreme = x[0]
        for i in 1..<32 where abs(x[i]) > abs(extreme) { extreme = x[i] }
        let middle = Float(1 << (bits - 1))
        let d = extreme / -middle
        let inverse = inverse(d)
        store(Float16(d).bitPattern, block)
        writeLevels(block + 2, bits) { x[$0] * inverse + (middle + 0.5) }
    }

    /// The smallest element becomes q = 0 and the largest the largest q: d = (max − min)/(2^bits − 1), m = min.
    private static func writeFromMinimum(_ x: Input, _ block: UnsafeMutableRawPointer, bits: Int) {
        var (smallest, largest) = (x[0], x[0])
        for i in 1..<32 {
            if x[i] < smallest { smallest = x[i] }
            if x[i] > largest { largest = x[i] }
        }
        let d = (largest - smallest) / Float(1 << bits - 1)
        let inverse = inverse(d)
        store(Float16(d).bitPattern, block)
        store(Float16(smallest).bitPattern, block + 2)
        writeLevels(block + 4, bits) { (x[$0] - smallest) * inverse + 0.5 }
    }

    /// Bit 4 of all q if there is one, then the lower four bits.
    private static func writeLevels(
        _ output: UnsafeMutableRawPointer, _ bits: Int, _ level: (Int) -> Float
    ) {
        let largest = Float(1 << bits - 1)
        // Beyond float32, which only happens where d is next to nothing, q is 0 as numpy has it.
        func q(_ i: Int) -> UInt8 {
            let level = level(i)
            return level.isFinite ? UInt8(max(0, min(level, largest))) : 0
        }
        var high: UInt32 = 0
        let low = output + (bits == 5 ? 4 : 0)
        for i in 0..<16 {
            let (first, second) = (q(i), q(i + 16))
            store(first & 15 | second << 4, low + i)
            high |= UInt32(first >> 4) << UInt32(i) | UInt32(second >> 4) << UInt32(i + 16)
        }
        if bits == 5 { store(high, output) }
    }

    private static func inverse(_ d: Float) -> Float { d == 0 ? 0 : 1 / d }

    private static func store(_ value: some FixedWidthInteger, _ address: UnsafeMutableRawPointer) {
        address.storeBytes(of: value.littleEndian, as: type(of: value).self)
    }
}
