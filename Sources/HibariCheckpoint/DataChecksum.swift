import HibariSupport

/// The 64-bit checksum Hibari stores in the metadata of a safetensors file as `hibari_checksum`; it finds
/// damage, not forgery. The bytes may be fed in pieces of any size.
///
/// Definition, all arithmetic modulo 2⁶⁴, P = 0x9E3779B97F4A7C15: lane i of 8 starts as (i + 1)·P. The data
/// is padded with zeros to a multiple of 64 bytes and read as little-endian 64-bit words; word w with index j
/// does lane[j mod 8] = rotateLeft((lane[j mod 8] xor w)·P, 29). The result starts as the unpadded byte count
/// and takes the lanes in order in the same way: result = rotateLeft((result xor lane)·P, 29). Last, result =
/// result xor (result >> 32). In the file it is written as 16 lower-case hexadecimal digits.
///
/// Each step is invertible in the word and in the lane, so damage confined to a single word always shows; the
/// rotation carries the upper bits, which a product never moves down, to where they meet the others.
/// Eight independent lanes because a multiplication takes three cycles and one can start in every cycle.
public struct DataChecksum: Sendable {
    private var lanes = Lanes()
    private var byteCount: UInt64 = 0
    /// The start of an unfinished block of 64 bytes.
    private var pending: [UInt8] = []

    /// A checksum of no bytes yet.
    public init() {}

    /// Feeds the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount &+= UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let taken = rest.prefix(64 - pending.count)
            pending.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            if pending.count < 64 { return }
            pending.withUnsafeBytes { lanes.mix($0) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count / 64 * 64
        if whole > 0 { lanes.mix(UnsafeRawBufferPointer(rebasing: rest.prefix(whole))) }
        pending.append(contentsOf: rest.dropFirst(whole))
    }

    /// The checksum of all bytes fed so far; more may follow.
    public func value() -> UInt64 {
        var last = lanes
        if !pending.isEmpty {
            let padded = pending + [UInt8](repeating: 0, count: 64 - pending.count)
            padded.withUnsafeBytes { last.mix($0) }
        }
        var result = byteCount
        for lane in [last.a, last.b, last.c, last.d, last.e, last.f, last.g, last.h] {
            result = step(result, lane)
        }
        return result ^ result >> 32
    }
}

private let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

@inline(__always)
private func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    let product = (lane ^ word) &* multiplier
    return product &<< 29 | product &>> 35
}

/// Eight variables rather than an array, so that they stay in registers.
private struct Lanes {
    var a = 1 &* multiplier
    var b = 2 &* multiplier
    var c = 3 &* multiplier
    var d = 4 &* multiplier
    var e = 5 &* multiplier
    var f = 6 &* multiplier
    var g = 7 &* multiplier
    var h = 8 &* multiplier

    /// `bytes` are whole blocks of 64.
    mutating func mix(_ bytes: UnsafeRawBufferPointer) {
        var lanes = self
        for offset in stride(from: 0, to: bytes.count, by: 64) {
            lanes.a = step(lanes.a, load(bytes, offset))
            lanes.b = step(lanes.b, load(bytes, offset + 8))
            lanes.c = step(lanes.c, load(bytes, offset + 16))
            lanes.d = step(lanes.d, load(bytes, offset + 24))
            lanes.e = step(lanes.e, load(bytes, offset + 32))
            lanes.f = step(lanes.f, load(bytes, offset + 40))
            lanes.g = step(lanes.g, load(bytes, offset + 48))
            lanes.h = step(lanes.h, load(bytes, offset + 56))
        }
        self = lanes
    }

    @inline(__always)
    private func load(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
