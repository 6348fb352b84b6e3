import CZlib

/// The decompressed contents of a gzip file, which may have several members one after the other.
final class GzipStream: ByteStream {
    private let file: FileStream
    private var input: [UInt8] = []
    /// How much of `input` is used up.
    private var consumed = 0
    private var isInsideMember = false
    private var hasHadMember = false
    /// On the heap, because zlib keeps a pointer to it; owned by this object from `init` to `deinit`.
    private let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    init(_ file: FileStream) {
        self.file = file
        state.initialize(to: z_stream())
        // 15: the largest window. 16: a gzip header and checksum.
        let result = inflateInit2_(state, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "GzipStream: inflateInit2 failed with \(result)")
    }

    deinit {
        inflateEnd(state)
        state.deallocate()
    }

    func next() throws(DataError) -> [UInt8] {
        var output: [UInt8] = []
        while output.count < chunkSize {
            // zlib may hold output then, but never at the end of the file: it reads the checksum after giving
            // out all.
            if consumed == input.count {
                input = try file.next()
                consumed = 0
                if input.isEmpty { break }
            }
            if isInsideMember || beginMember() { output += try inflatePiece() }
        }
        if output.isEmpty, isInsideMember || !hasHadMember {
            throw invalid(hasHadMember ? "the gzip data is cut off" : "the file is empty, not gzip data")
        }
        return output
    }

    /// Prepares for a member; false if the input at hand has none. As gzip(1) does, zeros after the last
    /// member are accepted, since tapes and block devices leave them.
    private func beginMember() -> Bool {
        if hasHadMember {
            while consumed < input.count, input[consumed] == 0 { consumed += 1 }
            if consumed == input.count { return false }
            inflateReset(state)
        }
        hasHadMember = true
        isInsideMember = true
        return true
    }

    private func inflatePiece() throws(DataError) -> [UInt8] {
        var result: Int32 = Z_OK
        let piece = input.withUnsafeMutableBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: chunkSize) { target, count in
                // zlib reads from `source` and writes to `target` only during this call of `inflate`.
                state.pointee.next_in = source.baseAddress.map { $0 + consumed }
                state.pointee.avail_in = UInt32(source.count - consumed)
                state.pointee.next_out = target.baseAddress
                state.pointee.avail_out = UInt32(chunkSize)
                result = inflate(state, Z_NO_FLUSH)
                count = chunkSize - Int(state.pointee.avail_out)
            }
        }
        consumed = input.count - Int(state.pointee.avail_in)
        switch result {
        case Z_STREAM_END: isInsideMember = false
        case Z_OK, Z_BUF_ERROR: break
        default:
            let reason = state.pointee.msg.map { String(cString: $0) } ?? "zlib error \(result)"
            throw invalid("the gzip data is damaged (\(reason))")
        }
        return piece
    }

    private func invalid(_ problem: String) -> DataError {
        .invalidGzip(path: file.path, problem: problem)
    }
}
