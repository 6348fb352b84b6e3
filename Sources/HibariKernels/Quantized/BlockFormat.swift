/// How the numbers of a weight lie in memory: one by one, or in blocks that share a scale.
///
/// In the formulas d, m and e are float16 numbers of the block, q whole numbers of few bits, and i counts the elements
/// of a block from 0. All numbers are little-endian. Source of the layouts:
/// https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h
package enum BlockFormat: String, CaseIterable, Sendable {
    /// One float32 number, 4 bytes.
    case float32 = "F32"
    /// One IEEE half, 2 bytes.
    case float16 = "F16"
    /// The upper half of a float32 number, 2 bytes.
    case bfloat16 = "BF16"

    /// 32 elements in 34 bytes: d, 32 signed bytes q. w = d·q.
    case q8_0 = "Q8_0"
    /// 32 elements in 18 bytes: d, 16 bytes with q of element i in the low and of i + 16 in the high four bits.
    /// w = d·(q − 8).
    case q4_0 = "Q4_0"
    /// 32 elements in 20 bytes: d, m, q as in `q4_0`. w = d·q + m.
    case q4_1 = "Q4_1"
    /// 32 elements in 22 bytes: d, 32 bits that are bit 4 of each q, the lower bits as in `q4_0`. w = d·(q − 16).
    case q5_0 = "Q5_0"
    /// 32 elements in 24 bytes: d, m, then as `q5_0`. w = d·q + m.
    case q5_1 = "Q5_1"

    // 256 elements in groups, each with a scale s and some with a minimum t, which are whole numbers too. "Planes of
    // b bits in n bytes" hold elements i, i + n, i + 2n, … in byte i, the first in the lowest b bits.

    /// 256 elements in 84 bytes, groups of 16: 16 bytes with s in the low and t in the high four bits, two halves of
    /// 128 elements as planes of 2 bits in 32 bytes, d, e. w = d·s·q − e·t.
    case q2K = "Q2_K"
    /// 256 elements in 110 bytes, groups of 16: planes of 1 bit in 32 bytes (h), q as in `q2K`, the scales of 6 bits
    /// in 12 bytes, d. w = d·(s − 32)·(q − (h ? 0 : 4)).
    case q3K = "Q3_K"
    /// 256 elements in 144 bytes, groups of 32: d, e, scales and minima of 6 bits in 12 bytes, four quarters of 64
    /// elements as planes of 4 bits in 32 bytes. w = d·s·q − e·t.
    case q4K = "Q4_K"
    /// 256 elements in 176 bytes, groups of 32: d, e, scales and minima as in `q4K`, planes of 1 bit in 32 bytes that
    /// are bit 4 of each q, the lower bits as in `q4K`. w = d·s·q − e·t.
    case q5K = "Q5_K"
    /// 256 elements in 210 bytes, groups of 16: the low four bits of q as planes in 64 bytes for each half, the upper
    /// two as planes in 32 bytes for each half, 16 signed bytes s, d. w = d·s·(q − 32).
    case q6K = "Q6_K"

    /// Elements of a block; the rows of a matrix are whole blocks.
    package var elements: Int {
        switch self {
        case .float32, .float16, .bfloat16: 1
        case .q8_0, .q4_0, .q4_1, .q5_0, .q5_1: 32
        case .q2K, .q3K, .q4K, .q5K, .q6K: 256
        }
    }

    /// Bytes of a block.
    package var bytes: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .q8_0: 34
        case .q4_0: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q2K: 84
        case .q3K: 110
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        }
    }

    /// Bytes of `count` elements.
    ///
    /// - Precondition: `count` is a multiple of `elements`.
    package func byteCount(of count: Int) -> Int {
        precondition(
            count >= 0 && count % elements == 0,
            "\(rawValue): \(count) elements are no whole number of blocks of \(elements)")
        return count / elements * bytes
    }

    /// The largest magnitude that `Float.quantize` can store; nil for formats that are only read. Beyond, a scale would
    /// round to infinity.
    package var largestMagnitude: Float? {
        switch self {
        case .float32: .greatestFiniteMagnitude
        case .bfloat16: 0x1.FEp127
        case .float16, .q4_1, .q5_1: 65_504
        case .q8_0: 65_504 * 127
        case .q4_0: 65_504 * 8
        case .q5_0: 65_504 * 16
        case .q2K, .q3K, .q4K, .q5K, .q6K: nil
        }
    }
}
