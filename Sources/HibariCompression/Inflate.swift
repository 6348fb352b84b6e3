import CZlib

/// What stands around deflated data.
package enum CompressionWrapper: Sendable {
    /// A two-byte header and an Adler-32 checksum, as in PNG (RFC 1950).
    case zlib
    /// Nothing, as in ZIP (RFC 1951).
    case none

    /// The largest window; negative means no wrapper.
    fileprivate var windowBits: Int32 { self == .zlib ? 15 : -15 }
}

/// Why data cannot be decompressed. Who knows the file adds its name.
package enum InflateError: Error, Equatable {
    case damaged(String)
    /// The data ends before the compressed stream does.
    case truncated
    /// More than `limit` bytes come out.
    case tooLong(limit: Int)
}

/// Decompresses `bytes`, which hold one deflated stream; what follows the stream is not looked at.
///
/// The memory taken grows with what comes out, so that a false size in a file costs nothing.
///
/// - Parameter limit: the most bytes that may come out.
package func inflate(
    _ bytes: UnsafeRawBufferPointer, _ wrapper: CompressionWrapper, limit: Int
) throws(InflateError) -> [UInt8] {
    precondition(bytes.count <= UInt32.max, "inflate: \(bytes.count) bytes, expected at most 2³²−1")
    var state = z_stream()
    let started = inflateInit2_(
        &state, wrapper.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "inflate: inflateInit2 failed with \(started)")
    defer { inflateEnd(&state) }
    // zlib only reads from here, and only during this call, for which the caller keeps the memory.
    state.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
        .assumingMemoryBound(to: UInt8.self)
    state.avail_in = UInt32(bytes.count)

    var output: [UInt8] = []
    while true {
        var result = Z_OK
        // One byte beyond the limit, so that data that is too long is seen to be.
        let piece = min(max(64 << 10, output.count), limit + 1 - output.count)
        output += [UInt8](unsafeUninitializedCapacity: piece) { target, count in
            state.next_out = target.baseAddress
            state.avail_out = UInt32(piece)
            result = CZlib.inflate(&state, Z_NO_FLUSH)
            count = piece - Int(state.avail_out)
        }
        if output.count > limit { throw .tooLong(limit: limit) }
        switch result {
        case Z_STREAM_END: return output
        case Z_OK where state.avail_out == 0: continue
        case Z_OK, Z_BUF_ERROR: throw .truncated
        default: throw .damaged(state.msg.map { String(cString: $0) } ?? "zlib error \(result)")
        }
    }
}
