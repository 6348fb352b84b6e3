import CZlib

/// The CRC-32 of gzip and PNG.
func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    // zlib reads `bytes` only during the call.
    UInt32(crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
}

/// The CRC-32 of gzip and PNG.
func crc32(of bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { crc32(of: $0) } }
