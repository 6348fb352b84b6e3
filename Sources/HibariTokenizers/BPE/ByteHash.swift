/// A fast hash of byte strings: eight bytes go into each multiplication of 64 by 64 bits.
///
/// Each value has its own random seed, so that no text can be made to collide.
/// Source: the mixing step of Wang Yi's wyhash.
struct ByteHash: Sendable {
    private let seed = UInt64.random(in: .min ... .max)

    func callAsFunction(_ bytes: Span<UInt8>) -> UInt64 {
        let raw = bytes.bytes
        var hash = seed
        var offset = 0
        while offset + 8 <= raw.byteCount {
            hash = mix(hash ^ raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var tail = UInt64(raw.byteCount - offset) << 56
        while offset < raw.byteCount {
            tail = (tail & 0xFF << 56) | (tail & ~(0xFF << 56)) << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return mix(hash ^ tail)
    }

    /// The hash of two words that stand for a string.
    @inline(__always) func callAsFunction(_ low: UInt64, _ high: UInt64) -> UInt64 {
        mix(mix(seed ^ low) ^ high)
    }

    /// Both halves of the product with a number whose bits are mixed.
    @inline(__always) private func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
