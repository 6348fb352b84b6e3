import HibariSupport
import HibariTestSupport
import Testing

@Suite struct InspectGGUFTests {
    let space: Workspace
    private let model: String

    init() throws {
        space = try Workspace()
        var builder = GGUFBuilder()
        builder.add("general.architecture", .string("llama"))
        builder.add("general.name", .string("red\u{1B}[31m\n"))
        builder.add("rope.theta", .floats([1e4]))
        builder.add("tokens", .strings(["a", "b", "c", "d", "e", "f"]))
        builder.add("big", .raw(type: 10, little(UInt64.max)))
        builder.addTensor("w", dimensions: [32, 2], type: 2, offset: 0)
        builder.addTensor("n", dimensions: [32], type: 0, offset: 64)
        builder.addTensor("odd", dimensions: [4], type: 99, offset: 192)
        builder.data = [UInt8](repeating: 0, count: 208)
        // Its name does not say what it is.
        model = try space.write("model.bin", builder.bytes)
    }

    @Test func text() throws {
        let lines = expectSuccess(try hibari("inspect", model)).outputLines
        let expected = [
            "format        GGUF 3", "architecture  llama", "parameters    100",
            "tensors       1 F32, 1 Q4_0, 1 type 99", "size          164 B, 13.67 bits per weight",
            "general.architecture  \"llama\"", "general.name          \"red\\u001b[31m\\n\"",
            "rope.theta            [10000.0]",
            "tokens                [\"a\", \"b\", \"c\", \"d\", … 6 in all]",
            "big                   18446744073709551615", "w    Q4_0     [2, 32]         36 B",
            "n    F32      [32]            128 B", "odd  type 99  [4]             ?",
        ]
        #expect(lines.map { String($0) } == expected)
    }

    @Test func json() throws {
        let json = try expectSuccess(try hibari("inspect", model, "--json")).json
        #expect(json["format"] == "gguf" && json["version"] == 3)
        #expect(json["parameters"] == 100 && json["bytes"] == 164)
        #expect(json["metadata"]?["general.name"] == "red\u{1B}[31m\n")
        let tokens: JSONValue = ["type": "string", "count": 6, "first": ["a", "b", "c", "d"]]
        #expect(json["metadata"]?["tokens"] == tokens)
        let first: JSONValue = ["name": "w", "type": "Q4_0", "shape": [2, 32], "bytes": 36]
        #expect(json["tensors"]?.array?.first == first)
        #expect(json["tensors"]?.array?.last?["bytes"] == .null)
    }

    @Test func damage() throws {
        let bytes = try space.read("model.bin")
        let cut = try space.write("cut.gguf", Array(bytes.dropLast(100)))
        expectError(try hibari("inspect", cut), 65, "tensor \"odd\"")
        expectError(try hibari("inspect", try space.write("magic.gguf", "GGUF")), 65, "magic.gguf")
    }
}
