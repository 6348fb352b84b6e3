import HibariCheckpoint
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

@Suite struct ShardedSafetensorsTests {
    /// Two shards with the tensors a and b, and c, and an index.
    private func withShards(
        _ weightMap: JSONValue = ["a": "1.safetensors", "b": "1.safetensors", "c": "2.safetensors"],
        _ body: (_ folder: String, _ index: String) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let first = [
                SafetensorsTensor(name: "a", dtype: .float16, shape: [2, 1], floats: [1, 2]),
                SafetensorsTensor(name: "b", dtype: .bfloat16, shape: [1], floats: [-3]),
            ]
            try writeSafetensors(first, to: joinPath(folder, "1.safetensors"))
            try writeSafetensors(
                [SafetensorsTensor(name: "c", shape: [2], floats: [4, 5])],
                to: joinPath(folder, "2.safetensors"))
            let index = joinPath(folder, "model.safetensors.index.json")
            let json: JSONValue = ["metadata": ["total_size": 14], "weight_map": weightMap]
            try writeFileAtomically(index, json.bytes())
            try body(folder, index)
        }
    }

    @Test func readsEveryShard() throws {
        try withShards { _, index in
            let source = try ShardedSafetensors(path: index)
            #expect(source.location == index && source.shards.count == 2)
            #expect(source.tensorNames.sorted() == ["a", "b", "c"])
            #expect(source.shape(of: "a") == [2, 1] && source.shape(of: "d") == nil)
            #expect(try source.tensor(named: "a", .float32).array(of: Float.self) == [1, 2])
            #expect(try source.tensor(named: "b", .float64).array(of: Double.self) == [-3])
            #expect(try source.tensor(named: "c", .float32).array(of: Float.self) == [4, 5])
            #expect(try source.storedTensor(named: "a").dtype == .blocks)
            #expect(throws: CheckpointError.missingTensor(path: index, tensor: "d")) {
                try source.tensor(named: "d", .float32)
            }
        }
    }

    private func expectRefusal(
        _ weightMap: JSONValue, _ error: (_ folder: String, _ index: String) -> CheckpointError
    ) throws {
        try withShards(weightMap) { folder, index in
            let expected = error(folder, index)
            #expect(throws: expected) { try ShardedSafetensors(path: index) }
            #expect(!expected.description.contains("\n"))
        }
    }

    @Test func missingShard() throws {
        try expectRefusal(["a": "1.safetensors", "c": "3.safetensors"]) { _, index in
            .missingShard(path: index, shard: "3.safetensors")
        }
        #expect(CheckpointError.missingShard(path: "i", shard: "s").exitStatus == .inputMissing)
    }

    @Test func shardsAndIndexMustAgree() throws {
        try expectRefusal(["a": "1.safetensors", "b": "2.safetensors", "c": "2.safetensors"]) { _, index in
            .notInShard(path: index, tensor: "b", shard: "2.safetensors")
        }
        try expectRefusal(["a": "1.safetensors", "c": "2.safetensors"]) { folder, index in
            .notInIndex(path: joinPath(folder, "1.safetensors"), tensor: "b", index: index)
        }
    }

    /// A second tensor of a name is found by the shard that the index does not name for it.
    @Test func tensorInTwoShards() throws {
        try withShards { folder, index in
            try writeSafetensors(
                [
                    SafetensorsTensor(name: "c", shape: [2], floats: [4, 5]),
                    SafetensorsTensor(name: "a", shape: [2], floats: [6, 7]),
                ], to: joinPath(folder, "2.safetensors"))
            #expect(
                throws: CheckpointError.notInIndex(
                    path: joinPath(folder, "2.safetensors"), tensor: "a", index: index)
            ) { try ShardedSafetensors(path: index) }
        }
    }

    @Test(arguments: [
        "../1.safetensors", "/etc/1.safetensors", "sub/1.safetensors", "1.bin", "", "..", "1.safetensors\0",
    ])
    func shardElsewhere(_ shard: String) throws {
        try expectRefusal(["a": .string(shard)]) { _, index in
            .badShardName(path: index, tensor: "a", shard: shard)
        }
    }

    @Test func damagedIndex() throws {
        for map in [.null, [:], [], "1.safetensors"] as [JSONValue] {
            try expectRefusal(map) { _, index in .badIndex(path: index) }
        }
        try expectRefusal(["a": 1]) { _, index in
            .badField(path: index, tensor: "a", field: "weight_map", expected: "the name of a file")
        }
        try withShards { _, index in
            for text in [
                "", "{", "[]", "\"weight_map\"", #"{"weight_map": {"a": "1.safetensors", "a": "2"}}"#,
            ] {
                try writeFileAtomically(index, Array(text.utf8))
                let isUserError = failsForTheUser { _ = try ShardedSafetensors(path: index) }
                #expect(isUserError, "\(text)")
            }
        }
    }
}
