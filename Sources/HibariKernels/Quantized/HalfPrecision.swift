/// The value of a float16, from its bits.
///
/// Exponent and fraction moved to their float32 places read as the value times 2⁻¹¹²; the product puts that
/// right, subnormals included. Infinity and NaN need the exponent of all ones. There are no branches, so that
/// the compiler vectorizes loops with it.
@inline(__always)
package func floatFromHalf(_ bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special: UInt32 = magnitude >= 0x7C00 << 13 ? 0x7F80_0000 : 0
    return Float(bitPattern: UInt32(bits & 0x8000) << 16 | scaled | special)
}

/// The value of a bfloat16, from its bits.
@inline(__always)
package func floatFromBFloat16(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

/// The bits of the bfloat16 nearest to `value`, ties to even; NaN stays NaN.
@inline(__always)
package func bfloat16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
    return UInt16(truncatingIfNeeded: value.isNaN ? bits >> 16 | 0x40 : rounded)
}
