/// Plain implementations of reading weights in blocks: what the fast ones are compared with, bit for bit.
extension Float {
    /// The numbers of `count` / `format.elements` blocks, computed in the order of the formulas of `BlockFormat`; each
    /// step but the last is exact.
    ///
    /// - Parameter blocks: at any alignment.
    package static func referenceDequantize(
        _ format: BlockFormat, _ count: Int, _ blocks: UnsafeRawPointer, _ y: Output
    ) {
        let blockCount = format.byteCount(of: count) / format.bytes
        let read: (BlockBytes, Output) -> Void =
            switch format {
            case .float32: { $1[0] = Float(bitPattern: UInt32($0.word(0)) | UInt32($0.word(2)) << 16) }
            case .float16: { $1[0] = $0.half(0) }
            case .bfloat16: { $1[0] = floatFromBFloat16($0.word(0)) }
            case .q8_0: readQ8_0
            case .q4_0: readQ4_0
            case .q4_1: readQ4_1
            case .q5_0: readQ5_0
            case .q5_1: readQ5_1
            case .q2K: readQ2K
            case .q3K: readQ3K
            case .q4K: readQ4K
            case .q5K: readQ5K
            case .q6K: readQ6K
            }
        for block in 0..<blockCount {
            read(BlockBytes(start: blocks + block * format.bytes), y + block * format.elements)
        }
    }

    fileprivate static func readQ8_0(_ block: BlockBytes, _ y: Output) {
        let d = block.half(0)
        for i in 0..<32 { y[i] = Float(Int8(bitPattern: block[2 + i])) * d }
    }

    fileprivate static func readQ4_0(_ block: BlockBytes, _ y: Output) {
        let d = block.half(0)
        for i in 0..<16 {
            y[i] = d * Float(Int(block[2 + i] & 15) - 8)
            y[i + 16] = d * Float(Int(block[2 + i] >> 4) - 8)
        }
    }

    fileprivate static func readQ4_1(_ block: BlockBytes, _ y: Output) {
        let (d, m) = (block.half(0), block.half(2))
        for i in 0..<16 {
            y[i] = d * Float(block[4 + i] & 15) + m
            y[i + 16] = d * Float(block[4 + i] >> 4) + m
        }
    }

    fileprivate static func readQ5_0(_ block: BlockBytes, _ y: Output) {
        let (d, high) = (block.half(0), block.bits(2))
        for i in 0..<16 {
            y[i] = d * Float(Int(block[6 + i] & 15 | high(i) << 4) - 16)
            y[i + 16] = d * Float(Int(block[6 + i] >> 4 | high(i + 16) << 4) - 16)
        }
    }

    fileprivate static func readQ5_1(_ block: BlockBytes, _ y: Output) {
        let (d, m, high) = (block.half(0), block.half(2), block.bits(4))
        for i in 0..<16 {
            y[i] = d * Float(block[8 + i] & 15 | high(i) << 4) + m
            y[i + 16] = d * Float(block[8 + i] >> 4 | high(i + 16) << 4) + m
        }
    }
}

/// The bytes of one block, which belong to the caller of the kernel.
struct BlockBytes {
    let start: UnsafeRawPointer

    @inline(__always)
    subscript(_ index: Int) -> UInt8 { start.load(fromByteOffset: index, as: UInt8.self) }

    func word(_ offset: Int) -> UInt16 {
        UInt16(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func half(_ offset: Int) -> Float { floatFromHalf(word(offset)) }

    /// The 32 bits at `offset` one by one, from the lowest.
    func bits(_ offset: Int) -> (Int) -> UInt8 {
        let bits = UInt32(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        return { UInt8(truncatingIfNeeded: bits >> UInt32($0) & 1) }
    }
}
