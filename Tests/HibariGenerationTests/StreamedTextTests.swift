import HibariGeneration
import HibariModels
import HibariTokenizers
import Testing

/// A byte-level model writes any bytes; what is streamed must be whole characters all the same.
@Suite struct StreamedTextTests {
    @Test(arguments: ModelFamily.allCases, [UInt64(1), 2, 3, 4])
    func piecesAreWholeAndMakeTheText(_ family: ModelFamily, _ seed: UInt64) throws {
        var pieces: [String] = []
        let options = TinyModels.options(120, seed: seed)
        let result = try TinyModels.generator(family).generate(prompt: [0xE3], options) { piece in
            pieces.append(piece)
            return true
        }
        #expect(pieces.joined() == result.text)
        #expect(pieces.allSatisfy { !$0.isEmpty })
        let bytes = ByteTokenizer().decode(result.tokens)
        #expect(result.text == String(decoding: bytes, as: UTF8.self))
        #expect(bytes.contains { $0 >= 0x80 }, "the random model wrote no byte of a longer character")
    }
}
