import Foundation
import HibariCheckpoint
import HibariKernels
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

/// A file of gguf-py (Tools/golden/gguf_fixtures.py): what it stores, reads and writes, bit for bit.
@Suite struct GGUFGoldenTests {
    let path: String
    let file: GGUFTensors

    init() throws {
        path = try #require(
            Bundle.module.path(forResource: "formats", ofType: "gguf", inDirectory: "Fixtures"))
        file = try GGUFTensors(path: path)
    }

    @Test(arguments: BlockFormat.allCases.filter { $0 != .float32 })
    func readsTheNumbersOfGGUFPy(format: BlockFormat) throws {
        let (name, expected) = ("blocks/\(format.rawValue)", try file.floats(of: "floats/\(format.rawValue)"))
        let blocks = try file.blocks(of: name)
        #expect(blocks.format == format)
        #expect(blocks.rows == (format.largestMagnitude == nil ? 9 : 13) && blocks.columns == 256)
        expectSameBits(try file.floats(of: name), expected, "fast")
        expectSameBits(try file.tensor(named: name, .float32).array(), expected, "tensor")
        var plain = [Float](repeating: .nan, count: expected.count)
        Float.referenceDequantize(format, plain.count, blocks.start, &plain)
        expectSameBits(plain, expected, "reference")
    }

    @Test(arguments: BlockFormat.allCases.filter { $0.largestMagnitude != nil && $0 != .float32 })
    func writesTheBlocksOfGGUFPy(format: BlockFormat) throws {
        let input = try file.floats(of: "input")
        let expected = Array(try file.bytes(of: "blocks/\(format.rawValue)"))
        var blocks = [UInt8](repeating: 0xAA, count: format.byteCount(of: input.count))
        blocks.withUnsafeMutableBytes { Float.quantize(format, input.count, input, $0.baseAddress!) }
        let first = zip(blocks, expected).enumerated().first { $1.0 != $1.1 }
        #expect(
            blocks.count == expected.count && first == nil,
            "block \((first?.offset ?? 0) / format.bytes), byte \((first?.offset ?? 0) % format.bytes)")
    }

    /// Reading and writing again leaves the file as gguf-py wrote it: metadata of all types, order, padding.
    @Test func writesTheFileOfGGUFPy() throws {
        try withTemporaryFolder { folder in
            let copy = joinPath(folder, "copy.gguf")
            let metadata = file.file.keys.map { (key: $0, value: file.file[$0]!) }
            let tensors = try file.entries.map { entry in
                GGUFOutput(
                    name: entry.name, type: try #require(entry.type), shape: entry.shape,
                    bytes: try file.bytes(of: entry.name))
            }
            try writeGGUF(metadata: metadata, tensors: tensors, to: copy)
            let isSame = try readFile(copy) == readFile(path)
            #expect(isSame)
        }
    }

    @Test func metadataOfAllTypes() throws {
        let file = file.file
        #expect(file["general.architecture"]?.string == "test")
        #expect(file["test.uint64"]?.double == 0x1p64)
        #expect(file["test.string"]?.string == "雲雀 sings")
        #expect(try file["test.doubles"]?.array?.floats() == [0.1])
        #expect(try file["test.uint16s"]?.array?.integers() == [1, 65_535])
        let nested = try #require(file["test.nested"]?.array).values()
        #expect(try nested.map { try $0.array?.integers() } == [[1, 2], [3]])
    }
}

/// Expects the same float32 numbers to the last bit, and names the first that differ.
private func expectSameBits(_ got: [Float], _ expected: [Float], _ name: String) {
    let first = zip(got, expected).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
    #expect(got.count == expected.count && first == nil, "\(name): \(String(describing: first))")
}
