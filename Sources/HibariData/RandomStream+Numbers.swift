import Glibc
import HibariSupport

extension RandomStream {
    /// A number in 0..<1 with 24 random bits, all that a `Float` there can hold evenly.
    package mutating func unit() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

    /// A number in −1..<1.
    package mutating func signedUnit() -> Float { 2 * unit() - 1 }

    /// Two independent normal numbers with mean 0 and deviation 1.
    ///
    /// Source: Box & Muller 1958, "A Note on the Generation of Random Normal Deviates".
    package mutating func normalPair() -> SIMD2<Float> {
        // In (0, 1], so that the logarithm is finite.
        let radius = sqrtf(-2 * logf(1 - unit()))
        let angle = 2 * Float.pi * unit()
        return SIMD2(cosf(angle), sinf(angle)) * radius
    }
}
