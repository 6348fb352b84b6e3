import HibariKernels

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
            output[i] = floatFromBFloat16(bits)
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
