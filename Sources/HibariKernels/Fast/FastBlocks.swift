import HibariSupport

extension Float {
    /// The numbers of weights in blocks, on all threads: the same bits as `referenceDequantize`.
    ///
    /// - Parameters:
    ///   - count: elements, whole blocks of them.
    ///   - blocks: at any alignment.
    package static func dequantize(
        _ format: BlockFormat, _ count: Int, _ blocks: UnsafeRawPointer, _ y: Output
    ) {
        parallelFor(count, grain: blockGrain) { range in
            dequantizeHere(
                format, range.count, blocks + format.byteCount(of: range.lowerBound), y + range.lowerBound)
        }
    }

    /// The blocks nearest to `count` numbers, on all threads; see `referenceQuantize` for what they are.
    package static func quantize(
        _ format: BlockFormat, _ count: Int, _ x: Input, _ blocks: UnsafeMutableRawPointer
    ) {
        parallelFor(count, grain: blockGrain) { range in
            referenceQuantize(
                format, range.count, x + range.lowerBound, blocks + format.byteCount(of: range.lowerBound))
        }
    }

    /// Elements of one task: whole blocks of every format.
    private static let blockGrain = 16_384

    /// The same on the calling thread alone.
    static func dequantizeHere(
        _ format: BlockFormat, _ count: Int, _ blocks: UnsafeRawPointer, _ y: Output
    ) {
        switch format {
        case .float32:
            UnsafeMutableRawPointer(y).copyMemory(from: blocks, byteCount: count * 4)
        case .float16:
            for i in 0..<count {
                y[i] = floatFromHalf(
                    UInt16(littleEndian: blocks.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)))
            }
        case .bfloat16:
            for i in 0..<count {
                y[i] = floatFromBFloat16(
                    UInt16(littleEndian: blocks.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)))
            }
        default:
            guard let kernel = KernelTable.active.read(format) else {
                return referenceDequantize(format, count, blocks, y)
            }
            kernel(count / format.elements, blocks.assumingMemoryBound(to: UInt8.self), y)
        }
    }
}
