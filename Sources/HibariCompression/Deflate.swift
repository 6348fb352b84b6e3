import CZlib

/// Compresses `bytes` into a zlib stream (RFC 1950).
///
/// - Parameter level: from 1, fast, to 9, small.
package func deflate(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
    var result = Z_OK
    let capacity = compressBound(UInt(bytes.count))
    let output = [UInt8](unsafeUninitializedCapacity: Int(capacity)) { target, count in
        var length = capacity
        result = compress2(target.baseAddress, &length, bytes, UInt(bytes.count), level)
        count = Int(length)
    }
    precondition(result == Z_OK, "deflate: compress2 failed with \(result)")
    return output
}

/// The CRC-32 of PNG, gzip and ZIP.
package func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let address = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    // A null pointer asks zlib for the starting value, which is that of no bytes as well.
    return UInt32(truncatingIfNeeded: crc32_z(0, address, bytes.count))
}
