/// Converts `bytes`, elements of a floating-point `dtype` at any alignment, to float32.
///
/// F64 is rounded to nearest; the others are exact. The loops have no branches, so that the compiler
/// vectorizes them.
func convertToFloats(
    _ bytes: UnsafeRawBufferPointer, _ dtype: SafetensorsDType, into output: UnsafeMutableBufferPointer<Float>
) {
    precondition(
        dtype.isFloat && bytes.count == output.count * dtype.byteCount,
        "convertToFloats: \(bytes.count) bytes of \(dtype.rawValue) for \(output.count) elements")
    switch dtype {
    case .float32:
        UnsafeMutableRawBufferPointer(output).copyMemory(from: bytes)
    case .bfloat16:
        for i in 0..<output.count {
            let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self))
            output[i] = Float(bitPattern: UInt32(bits) << 16)
        }
    case .float16:
        for i in 0..<output.count {
            let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self))
            output[i] = floatFromHalf(bits)
        }
    default:
        for i in 0..<output.count {
            let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self))
            output[i] = Float(Double(bitPattern: bits))
        }
    }
}

/// The value of a float16, from its bits.
///
/// Exponent and fraction moved to their float32 places read as the value times 2⁻¹¹²; the product puts that
/// right, subnormals included. Infinity and NaN need the exponent of all ones.
@inline(__always)
func floatFromHalf(_ bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special: UInt32 = magnitude >= 0x7C00 << 13 ? 0x7F80_0000 : 0
    return Float(bitPattern: UInt32(bits & 0x8000) << 16 | scaled | special)
}

/// The bits of the bfloat16 nearest to `value`, ties to even; NaN stays NaN.
@inline(__always)
func bfloat16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
    return UInt16(truncatingIfNeeded: value.isNaN ? bits >> 16 | 0x40 : rounded)
}

/// Appends `values` as elements of a floating-point `dtype` to `output`, rounding to nearest, ties to even.
func appendFloats(
    _ values: UnsafeBufferPointer<Float>, as dtype: SafetensorsDType, to output: inout [UInt8]
) {
    func append(_ bits: some FixedWidthInteger) {
        withUnsafeBytes(of: bits.littleEndian) { output.append(contentsOf: $0) }
    }
    switch dtype {
    case .float32: for value in values { append(value.bitPattern) }
    case .bfloat16: for value in values { append(bfloat16Bits(value)) }
    case .float16: for value in values { append(Float16(value).bitPattern) }
    case .float64: for value in values { append(Double(value).bitPattern) }
    default: preconditionFailure("appendFloats: dtype \(dtype.rawValue), expected a floating-point type")
    }
}
