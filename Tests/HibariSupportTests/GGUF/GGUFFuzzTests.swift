import HibariSupport
import HibariTestSupport
import Testing

/// Damaged headers of llama.cpp models: errors, or values that can all be read.
@Suite struct GGUFFuzzTests {
    private static func valid() -> [UInt8] {
        var builder = GGUFBuilder()
        builder.add("general.alignment", .uint32(32))
        builder.add("general.name", .string("é雲"))
        builder.add("tokenizer.ggml.tokens", .strings(["a", "bc", "", "雲雀"]))
        builder.add("tokenizer.ggml.scores", .floats([0, -1, 2.5, .infinity]))
        builder.add("tokenizer.ggml.token_type", .int32s([1, 2, 3, 4]))
        // An array of two arrays, of bytes and of booleans.
        builder.add(
            "nested",
            .raw(
                type: 9,
                little(UInt32(9)) + little(UInt64(2)) + little(UInt32(0)) + little(UInt64(2)) + [1, 2]
                    + little(UInt32(7)) + little(UInt64(3)) + [0, 1, 1]))
        builder.addTensor("token_embd.weight", dimensions: [32, 4], type: 8, offset: 0)
        builder.addTensor("output_norm.weight", dimensions: [32], type: 0, offset: 160)
        builder.data = [UInt8](repeating: 7, count: 288)
        return builder.bytes
    }

    private func readAll(_ path: String) throws {
        let file = try GGUFFile(path: path)
        for key in file.keys {
            guard let array = file[key]?.array else { continue }
            _ = try array.prefix(3)
            switch array.elementType {
            case .string: _ = try array.strings()
            case .float32: _ = try array.floats()
            case .int32, .uint64: _ = try array.integers()
            default: _ = try array.values()
            }
        }
        for tensor in file.tensors where tensor.count < 0 { Issue.record("a negative size") }
    }

    @Test func damagedHeaders() throws {
        let folder = TemporaryDirectory()
        let path = folder.path + "/a.gguf"
        let valid = Self.valid()
        try writeQuickly(path, valid)
        try readAll(path)
        for seed in 0..<3 as Range<UInt64> {
            let refused = try refusals(of: Mutations(valid, seed: seed), count: 1000, path: path, readAll)
            #expect(refused > 250 && refused < 1000, "\(refused)")
        }
    }

    /// Numbers that ask for more memory than there is are compared with the length of the file first.
    @Test(arguments: [1 << 40, 1 << 60, 1 << 61, UInt64.max])
    func hugeCounts(count: UInt64) throws {
        let folder = TemporaryDirectory()
        func message(_ bytes: [UInt8]) throws -> String {
            try writeQuickly(folder.path + "/a.gguf", bytes)
            return errorMessage { try readAll(folder.path + "/a.gguf") }
        }
        let start = Array("GGUF".utf8) + little(UInt32(3))
        #expect(try message(start + little(count) + little(UInt64(0))).contains("ends inside"))
        #expect(try message(start + little(UInt64(0)) + little(count)).contains("ends inside"))
        for type in [0, 7, 8, 9, 10] as [UInt32] {
            var builder = GGUFBuilder()
            builder.add("a", .raw(type: 9, little(type) + little(count)))
            #expect(try message(builder.bytes).contains("an array of \(count) elements"))
        }
        var builder = GGUFBuilder()
        builder.add("a", .raw(type: 8, little(count)))
        #expect(try message(builder.bytes).contains("ends inside a string"))
    }

    /// Arrays in arrays, as deep as a file can hold them.
    @Test func deepArrays() throws {
        var nested: [UInt8] = []
        for _ in 0..<100_000 { nested += little(UInt32(9)) + little(UInt64(1)) }
        var builder = GGUFBuilder()
        builder.add("a", .raw(type: 9, nested + little(UInt32(0)) + little(UInt64(0))))
        try withTemporaryFolder { folder in
            try writeQuickly(folder + "/a.gguf", builder.bytes)
            #expect(errorMessage { try readAll(folder + "/a.gguf") }.contains("nested deeper than 8 levels"))
        }
    }
}
