import HibariCheckpoint
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

/// Damaged files of weights: errors, or tensors that can all be read.
@Suite struct CheckpointFuzzTests {
    private let folder = TemporaryDirectory()

    private func readAll(_ source: some TensorSource) throws {
        for name in source.tensorNames {
            do {
                #expect(source.shape(of: name) != nil)
                _ = try source.tensor(named: name, .float32)
                _ = try source.storedTensor(named: name)
            } catch is CheckpointError {
                // A type or a shape that is not read; the other tensors may be.
            }
        }
    }

    @Test func safetensors() throws {
        let path = folder.path + "/a.safetensors"
        let numbers = [Float](repeating: 0.5, count: 24)
        try writeSafetensors(
            [
                SafetensorsTensor(name: "a", shape: [4, 6], floats: numbers),
                SafetensorsTensor(name: "b", dtype: .float16, shape: [24], floats: numbers),
                SafetensorsTensor(name: "é雲", dtype: .bfloat16, shape: [2, 3, 4], floats: numbers),
                SafetensorsTensor(name: "empty", shape: [0, 5], floats: []),
            ], to: path)
        let valid = try readFile(path)
        try readAll(try SafetensorsFile(path: path))
        let words = [
            "-1", "0", "1.5", "9223372036854775807", "99999999999999999999", "1e400", "null", "[]", "{}",
            "\"", "[",
            "]", "{", "}", ",", ":", "\\u0000", "\"F64\"", "\"I8\"", "4294967296",
        ]
        for (seed, words) in [(1, []), (2, words)] as [(UInt64, [String])] {
            let refused = try refusals(
                of: Mutations(valid, words: words, seed: seed), count: 3000, path: path
            ) { try readAll(try SafetensorsFile(path: $0)) }
            #expect(refused > 1000)
        }
    }

    @Test func indexOfShards() throws {
        let shards = ["1.safetensors", "2.safetensors"]
        for (name, shard) in zip(["a", "b"], shards) {
            try writeSafetensors(
                [SafetensorsTensor(name: name, shape: [2], floats: [1, 2])], to: joinPath(folder.path, shard))
        }
        let path = folder.path + "/model.safetensors.index.json"
        let index: JSONValue = [
            "metadata": ["total_size": 16], "weight_map": ["a": .string(shards[0]), "b": .string(shards[1])],
        ]
        try writeQuickly(path, index.bytes())
        try readAll(try ShardedSafetensors(path: path))
        let mutations = Mutations(index.bytes(), words: Mutations.jsonWords, seed: 1)
        let refused = try refusals(of: mutations, count: 1000, path: path) {
            try readAll(try ShardedSafetensors(path: $0))
        }
        #expect(refused > 300)
    }

    @Test func gguf() throws {
        let path = folder.path + "/a.gguf"
        let numbers = (0..<256).map { Float($0) / 64 }
        let types = try ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"].map {
            try #require(GGUFType(named: $0))
        }
        try numbers.withUnsafeBufferPointer { floats in
            let outputs = types.map {
                GGUFOutput(name: "w.\($0.name)", type: $0, shape: [4, 64], floats: floats)
            }
            try writeGGUF(metadata: [("general.alignment", .uint32(32))], tensors: outputs, to: path)
        }
        let valid = try readFile(path)
        try readAll(try GGUFTensors(path: path))
        for seed in 1...2 as ClosedRange<UInt64> {
            let refused = try refusals(of: Mutations(valid, seed: seed), count: 3000, path: path) {
                try readAll(try GGUFTensors(path: $0))
            }
            #expect(refused > 500)
        }
    }

    /// Shapes that the formats allow and no tensor of Hibari has.
    @Test func impossibleShapes() throws {
        let path = folder.path + "/a.safetensors"
        for shape in ["[1,1,1,1,1,1,1,1]", "[0,4294967296]"] {
            let size = shape.hasPrefix("[0") ? 0 : 4
            let header = Array(#"{"w":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,\#(size)]}}"#.utf8)
            try writeQuickly(path, little(UInt64(header.count)) + header + [UInt8](repeating: 0, count: size))
            let file = try SafetensorsFile(path: path)
            #expect(
                errorMessage { _ = try file.tensor(named: "w", .float32) }.contains(
                    "it is no part of a model"))
            #expect(
                errorMessage { _ = try file.storedTensor(named: "w") }.contains("it is no part of a model"))
        }
        var builder = GGUFBuilder()
        builder.addTensor("w", dimensions: [1 << 33, 0], type: 0, offset: 0)
        builder.data = [0]
        try writeQuickly(path, builder.bytes)
        let file = try GGUFTensors(path: path)
        #expect(
            errorMessage { _ = try file.tensor(named: "w", .float32) }.contains("it is no part of a model"))
        #expect(errorMessage { _ = try file.storedTensor(named: "w") }.contains("it is no part of a model"))
    }
}
