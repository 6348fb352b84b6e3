import CZlib
import HibariData
import HibariSupport
import HibariTestSupport
import Testing

/// `bytes` as one gzip member.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var state = z_stream()
    try #require(
        deflateInit2_(
            &state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
            == Z_OK)
    defer { deflateEnd(&state) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&state, UInt(bytes.count))))
    let count = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            state.next_in = source.baseAddress
            state.avail_in = UInt32(source.count)
            state.next_out = target.baseAddress
            state.avail_out = UInt32(target.count)
            let result = deflate(&state, Z_FINISH)
            precondition(result == Z_STREAM_END)
            return target.count - Int(state.avail_out)
        }
    }
    return Array(output.prefix(count))
}

@Suite struct GzipTests {
    let directory = TemporaryDirectory()

    private func read(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = try directory.write("a.txt.gz", bytes)
        return try CorpusReader(paths: [path]).documents().flatMap(\.bytes)
    }

    /// Around the size of a read, and far more out than in.
    @Test(arguments: [1, 1000, 1 << 18 - 1, 1 << 18, 1 << 18 + 1, 3_000_000])
    func contentsComeBack(count: Int) throws {
        var random = RandomStream(seed: 3, purpose: .testing)
        let noise = (0..<count).map { _ in UInt8(random.nextWord() & 0xFF) }
        #expect(try read(gzip(noise)) == noise)
        let zeros = [UInt8](repeating: 0x61, count: count)
        #expect(try read(gzip(zeros)) == zeros)
    }

    @Test func membersFollowEachOther() throws {
        let empty = try gzip([])
        let members = try gzip(Array("one ".utf8)) + empty + gzip(Array("two".utf8))
        #expect(try read(members) == Array("one two".utf8))
        #expect(try read(members + [UInt8](repeating: 0, count: 600_000)) == Array("one two".utf8))
    }

    @Test func everyTruncationIsAnError() throws {
        let good = try gzip(Array("some text that is compressed, some text".utf8))
        for length in 0..<good.count {
            let error = #expect(throws: DataError.self) { try read(Array(good.prefix(length))) }
            guard case .invalidGzip = error else {
                Issue.record("length \(length): \(String(describing: error))")
                return
            }
            #expect(error?.exitStatus == .badData)
        }
    }

    @Test func damageIsAnError() throws {
        var good = try gzip(Array("some text that is compressed".utf8))
        #expect(throws: DataError.self) { try read(good + Array("garbage".utf8)) }
        #expect(throws: DataError.self) { try read(Array("not gzip at all".utf8)) }
        good[good.count - 6] ^= 1  // In the checksum.
        #expect(throws: DataError.self) { try read(good) }
    }
}
