/// Blocks of 256 elements, in which groups have scales of their own ("K-quants"). These loops are also the fast path:
/// the compiler vectorizes the inner ones.
extension Float {
    static func readQ2K(_ block: BlockBytes, _ y: Output) {
        let (d, e) = (block.half(80), block.half(82))
        for group in 0..<16 {
            let scale = d * Float(block[group] & 15)
            let minimum = e * Float(block[group] >> 4)
            let (plane, bytes) = Self.twoBitGroup(group)
            for i in 0..<16 {
                let q = block[16 + bytes + i] >> plane & 3
                y[16 * group + i] = scale * Float(q) - minimum
            }
        }
    }

    static func readQ3K(_ block: BlockBytes, _ y: Output) {
        let d = block.half(108)
        for group in 0..<16 {
            // Four low bits in the first eight bytes, two high bits in the last four.
            let low = block[96 + group % 8] >> UInt8(group / 8 * 4) & 15
            let high = block[104 + group % 4] >> UInt8(group / 4 * 2) & 3
            let scale = d * Float(Int(low | high << 4) - 32)
            let (plane, bytes) = Self.twoBitGroup(group)
            let (highPlane, highBytes) = (UInt8(group / 2), group % 2 * 16)
            for i in 0..<16 {
                let q = Int32(block[32 + bytes + i] >> plane & 3)
                let isSet = Int32(block[highBytes + i] >> highPlane & 1)
                y[16 * group + i] = scale * Float(q - 4 + 4 * isSet)
            }
        }
    }

    /// How far to shift and where the bytes of a group of 16 begin, in two halves of planes of 2 bits in 32 bytes.
    private static func twoBitGroup(_ group: Int) -> (plane: UInt8, bytes: Int) {
        (UInt8(group % 8 / 2 * 2), group / 8 * 32 + group % 2 * 16)
    }

    static func readQ4K(_ block: BlockBytes, _ y: Output) {
        let (d, e) = (block.half(0), block.half(2))
        for group in 0..<8 {
            let (s, t) = scaleAndMinimum(block, group)
            let (scale, minimum) = (d * s, e * t)
            let (plane, bytes) = (UInt8(group % 2 * 4), 16 + group / 2 * 32)
            for i in 0..<32 {
                y[32 * group + i] = scale * Float(block[bytes + i] >> plane & 15) - minimum
            }
        }
    }

    static func readQ5K(_ block: BlockBytes, _ y: Output) {
        let (d, e) = (block.half(0), block.half(2))
        for group in 0..<8 {
            let (s, t) = scaleAndMinimum(block, group)
            let (scale, minimum) = (d * s, e * t)
            let (plane, bytes) = (UInt8(group % 2 * 4), 48 + group / 2 * 32)
            for i in 0..<32 {
                let high = block[16 + i] >> UInt8(group) & 1
                y[32 * group + i] = scale * Float(block[bytes + i] >> plane & 15 | high << 4) - minimum
            }
        }
    }

    /// The scale and the minimum of a group of a `q4K` or `q5K` block: six bits each, of which groups from 4 on have
    /// the upper two where the first four groups leave them free.
    private static func scaleAndMinimum(_ block: BlockBytes, _ group: Int) -> (Float, Float) {
        if group < 4 { return (Float(block[4 + group] & 63), Float(block[8 + group] & 63)) }
        let low = block[8 + group]
        return (
            Float(low & 15 | (block[group] >> 6) << 4), Float(low >> 4 | (block[4 + group] >> 6) << 4)
        )
    }

    static func readQ6K(_ block: BlockBytes, _ y: Output) {
        let d = block.half(208)
        for group in 0..<16 {
            let scale = d * Float(Int8(bitPattern: block[192 + group]))
            let (half, place) = (group / 8, group % 8 * 16)
            let (plane, bytes) = (UInt8(place / 64 * 4), half * 64 + place % 64)
            let (highPlane, highBytes) = (UInt8(place / 32 * 2), 128 + half * 32 + place % 32)
            for i in 0..<16 {
                let q = block[bytes + i] >> plane & 15 | (block[highBytes + i] >> highPlane & 3) << 4
                y[16 * group + i] = scale * Float(Int32(q) - 32)
            }
        }
    }
}
