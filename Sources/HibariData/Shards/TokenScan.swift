import Glibc
import HibariSupport
import HibariTokenizers

/// What a look at every token of some files tells. Their pages are given back, so it takes no memory.
struct TokenScan {
    /// The bytes that the tokens stand for.
    private(set) var byteCount = 0
    /// The tokens that end a document.
    private(set) var endCount = 0
    /// The CRC-32 of each block of `TokenShardHeader.blockSize` bytes.
    private(set) var checksums: [UInt32] = []

    /// - Throws: `DataError.invalidShard` at the first id that the tokenizer does not have.
    init(_ stretch: MappedTokens.Stretch, tokenizer: some Tokenizer) throws(DataError) {
        let byteLengths = tokenizer.byteLengths
        let end = tokenizer.endOfText.map { UInt32($0) }
        let tokensPerBlock = TokenShardHeader.blockSize / stretch.bytesPerToken
        let blocks = mapInParallel((stretch.count + tokensPerBlock - 1) / tokensPerBlock) { number in
            let first = number * tokensPerBlock
            return Block(
                stretch, tokens: first..<min(stretch.count, first + tokensPerBlock), byteLengths: byteLengths,
                end: end)
        }
        for block in blocks {
            if let index = block.invalidToken {
                throw .invalidShard(
                    path: stretch.file.path, offset: stretch.offset + index * stretch.bytesPerToken,
                    problem:
                        "token \(stretch[index]) is not in the tokenizer's vocabulary of \(byteLengths.count)"
                )
            }
            byteCount += block.byteCount
            endCount += block.endCount
            checksums.append(block.checksum)
        }
    }

    private struct Block {
        var byteCount = 0
        var endCount = 0
        let checksum: UInt32
        var invalidToken: Int?

        init(_ stretch: MappedTokens.Stretch, tokens: Range<Int>, byteLengths: [Int32], end: UInt32?) {
            let start = stretch.offset + tokens.lowerBound * stretch.bytesPerToken
            let range = start..<start + tokens.count * stretch.bytesPerToken
            checksum = crc32(of: UnsafeRawBufferPointer(rebasing: stretch.file.bytes[range]))
            for index in tokens {
                let id = stretch[index]
                guard id < UInt32(byteLengths.count) else {
                    invalidToken = index
                    break
                }
                byteCount += Int(byteLengths[Int(id)])
                if id == end { endCount += 1 }
            }
            stretch.file.releasePages(range)
        }
    }
}
