/// The bytes of all ids, for decoding many of them at once.
struct TokenDecoder: Sendable {
    /// The bytes of all ids one after another, and `width` more, which are read and not used.
    private var bytes: [UInt8]
    /// Where the bytes of each id begin and how many they are.
    private var starts: [Int32] = []
    private var lengths: [Int32] = []

    /// The number of bytes that are copied at once.
    private static let width = 16

    /// - Parameters:
    ///   - words: tokens that are not in the table.
    ///   - count: the number of ids; those that nothing is known of stand for no bytes.
    init(_ tokens: TokenTable, words: [SpecialToken], count: Int) {
        bytes = tokens.bytes
        for id in 0..<count {
            let range = id < tokens.count ? tokens.range(of: id) : 0..<0
            starts.append(Int32(range.lowerBound))
            lengths.append(Int32(range.count))
        }
        for word in words {
            starts[word.id] = Int32(bytes.count)
            bytes += Array(word.content.utf8)
            lengths[word.id] = Int32(bytes.count) - starts[word.id]
        }
        bytes += [UInt8](repeating: 0, count: Self.width)
    }

    subscript(id: Int) -> ArraySlice<UInt8> { bytes[Int(starts[id])..<Int(starts[id] + lengths[id])] }

    /// Appends the bytes of `ids` to `text`.
    func append(_ ids: Span<Int32>, to text: inout [UInt8]) {
        var count = 0
        for index in ids.indices { count += Int(lengths[Int(ids[index])]) }
        let start = text.count
        text += repeatElement(0, count: count + Self.width)
        // Most tokens are shorter than one chunk: it is copied whole, and the next token overwrites the rest.
        text.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                var end = start
                for index in ids.indices {
                    let id = Int(ids[index])
                    let (from, length) = (Int(starts[id]), Int(lengths[id]))
                    var copied = 0
                    repeat {
                        let chunk = source.loadUnaligned(
                            fromByteOffset: from + copied, as: SIMD16<UInt8>.self)
                        target.storeBytes(of: chunk, toByteOffset: end + copied, as: SIMD16<UInt8>.self)
                        copied += Self.width
                    } while copied < length
                    end += length
                }
            }
        }
        text.removeLast(Self.width)
    }
}
