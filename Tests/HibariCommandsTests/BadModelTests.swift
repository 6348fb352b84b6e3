import HibariCheckpoint
import HibariSupport
import Testing

/// Damaged or foreign models: every command that reads one says what is wrong and prints nothing else.
@Suite struct BadModelTests {
    private let space: Workspace

    init() throws {
        space = try Workspace()
        try space.pretrain("run", "--arch", "llama", "--tokenizer", "chars")
        try space.copyModel("run", to: "copy")
    }

    private func expectRefusal(
        _ status: Int32, _ text: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let model = space.path("copy")
        expectError(try hibari("generate", model, "--prompt", "The"), status, text, location)
        expectError(try hibari("eval", model, space.path("corpus.txt")), status, text, location)
        expectError(try hibari("inspect", model), status, text, location)
    }

    /// Replaces the weights by bytes made from the good ones.
    private func damage(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = try space.read("run/model.safetensors")
        change(&bytes)
        try space.write("copy/model.safetensors", bytes)
    }

    /// Weights of the bytes of a header and `count` zeros.
    private func writeRaw(_ header: String, dataCount count: Int) throws {
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        try space.write(
            "copy/model.safetensors", length + Array(header.utf8) + [UInt8](repeating: 0, count: count))
    }

    @Test func theCopyIsGood() throws {
        expectSuccess(try hibari("generate", space.path("copy"), "--prompt", "The", "--max-tokens", "5"))
    }

    @Test(arguments: [0, 4, 8, 100, 5000]) func truncated(_ count: Int) throws {
        try damage { $0 = Array($0.prefix(count)) }
        try expectRefusal(65, "model.safetensors")
    }

    @Test(arguments: [9, 200, 5000, -1]) func bitFlipped(_ position: Int) throws {
        try damage { $0[position < 0 ? $0.count + position : position] ^= 4 }
        try expectRefusal(65, "model.safetensors")
    }

    @Test func oversizedHeader() throws {
        try damage { for index in 0..<8 { $0[index] = 0xFF } }
        try expectRefusal(65, "header")
        try damage { $0[3] = 0x40 }
        try expectRefusal(65, "header")
    }

    @Test func overlappingAndBeyondTheEnd() throws {
        let a = #""a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}"#
        try writeRaw(#"{\#(a),"b":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}}"#, dataCount: 24)
        try expectRefusal(65, "inside the tensor before it")
        try writeRaw(#"{\#(a),"b":{"dtype":"F32","shape":[4],"data_offsets":[16,32]}}"#, dataCount: 24)
        try expectRefusal(65, "the data ends at byte 32")
        try writeRaw(
            #"{"a":{"dtype":"F32","shape":[1152921504606846976,16],"data_offsets":[0,16]}}"#, dataCount: 16)
        try expectRefusal(65, "too many elements")
    }

    /// Writes the weights again with one tensor changed.
    private func rewrite(_ name: String, _ change: (SafetensorsEntry) -> SafetensorsTensor?) throws {
        let file = try SafetensorsFile(path: space.path("run/model.safetensors"))
        let tensors = file.entries.compactMap { entry in
            entry.name == name
                ? change(entry)
                : SafetensorsTensor(
                    name: entry.name, dtype: entry.dtype, shape: entry.shape, bytes: file.bytes(of: entry))
        }
        try writeSafetensors(tensors, to: space.path("copy/model.safetensors"))
    }

    @Test func wrongShapeTypeNameAndMissing() throws {
        let name = "model.layers.0.self_attn.q_proj.weight"
        let zeros = [Float](repeating: 0, count: 256)
        try rewrite(name) { SafetensorsTensor(name: $0.name, shape: [8, 32], floats: zeros) }
        try expectRefusal(65, "\(name) has shape [8, 32], the configuration asks for [16, 16]")
        try rewrite(name) { entry in
            SafetensorsTensor(name: entry.name, dtype: .int32, shape: [16, 16]) { emit in
                try [UInt8](repeating: 0, count: 1024).withUnsafeBytes { try emit($0) }
            }
        }
        try expectRefusal(65, "dtype I32")
        try rewrite(name) { SafetensorsTensor(name: $0.name + "s", shape: [16, 16], floats: zeros) }
        try expectRefusal(65, "\(name) [16, 16] is missing; \(name)s is unknown")
    }

    @Test func weightsThatAreNotNumbers() throws {
        try rewrite("model.norm.weight") {
            SafetensorsTensor(name: $0.name, shape: [16], floats: [Float](repeating: .nan, count: 16))
        }
        let outcome = try hibari("generate", space.path("copy"), "--prompt", "The")
        #expect(
            outcome.status == 65 && outcome.errors.contains("damaged or its training diverged"),
            "\(outcome.errors)")
    }

    private func setKey(_ key: String, _ value: JSONValue?) throws {
        var object = try JSONValue(contentsOf: space.path("run/config.json")).object ?? JSONObject()
        object[key] = value
        try space.write("copy/config.json", JSONValue.object(object).bytes())
    }

    @Test(arguments: [
        ("rope_scaling", #"{"rope_type": "su", "factor": 2}"#), ("mlp_bias", "true"),
        ("hidden_act", #""gelu""#), ("model_type", #""mamba""#), ("hidden_size", "null"),
        ("num_attention_heads", "-3"),
        ("hidden_size", #""16""#), ("num_hidden_layers", "0"), ("intermediate_size", "1099511627776"),
    ])
    func unsupportedConfiguration(_ key: String, _ value: String) throws {
        try setKey(key, try JSONValue(parsing: value))
        try expectRefusal(65, "config.json")
    }

    @Test func configurationOfAnotherSize() throws {
        try setKey("hidden_size", 1_000_000)
        try expectRefusal(65, "the tensors do not fit the configuration")
    }

    @Test func damagedConfigurationAndTokenizer() throws {
        try space.write("copy/config.json", "{\"model_type\": ")
        try expectRefusal(65, "config.json")
        try space.copyModel("run", to: "copy")
        try space.write("copy/tokenizer.json", "{}")
        try expectRefusal(65, "tokenizer.json")
    }

    @Test func tokenizerOfAnotherModel() throws {
        try space.pretrain("bytes")
        try space.write("copy/tokenizer.json", try space.read("bytes/tokenizer.json"))
        try expectRefusal(65, "the tokenizer has 257 entries")
    }

    @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors"]) func missingFile(_ name: String)
        throws
    {
        try removeTree(space.path("copy/" + name))
        try expectRefusal(66, name)
    }

    @Test func missingFolder() throws {
        try removeTree(space.path("copy"))
        try expectRefusal(66, "copy")
    }
}
