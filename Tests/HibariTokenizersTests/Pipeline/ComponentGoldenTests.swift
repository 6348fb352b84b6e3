import HibariSupport
import HibariTokenizers
import Testing

/// Every normalizer, pre-tokenizer and decoder against the Hugging Face library.
@Suite struct ComponentGoldenTests {
    let fixture: JSONValue
    let texts: [[UInt8]]

    init() throws {
        fixture = try TokenizerFixtures.json("components.json")
        let start = try #require(fixture["start"]?.int)
        texts = Array(try TokenizerFixtures.texts()[start...])
    }

    private func cases(_ key: String) throws -> [(name: String, component: Component, outputs: [JSONValue])] {
        let cases = try #require(fixture[key]?.array)
        return try cases.map {
            let component = try #require($0["component"])
            return (
                component.text(), Component(file: "components.json", path: key, value: component),
                try #require($0["outputs"]?.array)
            )
        }
    }

    @Test func normalizers() throws {
        for (name, component, outputs) in try cases("normalizers") {
            let normalizer = try readNormalizer(component)
            let texts = Array(self.texts.prefix(outputs.count))
            let found = try texts.map { String(decoding: try normalizer.normalize($0), as: UTF8.self) }
            expectEqual(
                found.map { Array($0.utf8) }, outputs.map { Array(($0.string ?? "").utf8) }, for: texts, name)
        }
    }

    @Test func preTokenizers() throws {
        for (name, component, outputs) in try cases("pre_tokenizers") {
            let splitter = try readSplitter(component)
            let texts = Array(self.texts.prefix(outputs.count))
            let found = try texts.map { text in
                text.isEmpty
                    ? []
                    : try splitter.split(Piece(text: text[...], startsText: true))
                        .map { String(decoding: $0.text, as: UTF8.self) }
            }
            expectEqual(
                found.map { $0.map { Array($0.utf8) } },
                outputs.map { ($0.array ?? []).map { Array(($0.string ?? "").utf8) } }, for: texts, name)
        }
    }

    @Test func decoders() throws {
        let lists = try #require(fixture["tokens"]?.array).map { list in
            (list.array ?? []).map { Array(($0.string ?? "").utf8) }
        }
        for (name, component, outputs) in try cases("decoders") {
            let decoder = try readDecoder(component)
            let found = lists.map { list in
                var text = DecodedTokens(tokens: list, startsText: true)
                decoder.decode(&text)
                // The Hugging Face library puts U+FFFD for bytes that are no character.
                return String(decoding: Array(text.tokens.joined()), as: UTF8.self)
            }
            expectEqual(
                found, outputs.map { $0.string ?? "" }, for: lists.map { Array($0.joined()) }, name)
        }
    }

    /// As in the library: what comes after ByteLevel sees one text, so only its first space goes.
    @Test func byteLevelJoinsTokens() throws {
        let value: JSONValue = [
            "type": "Sequence",
            "decoders": [["type": "ByteLevel"], ["type": "Strip", "content": " ", "start": 1, "stop": 0]],
        ]
        let decoder = try readDecoder(Component(file: "t", path: "", value: value))
        var text = DecodedTokens(tokens: ["Ġa", "Ġb", "Ġc"].map { Array($0.utf8) }, startsText: true)
        decoder.decode(&text)
        #expect(String(decoding: Array(text.tokens.joined()), as: UTF8.self) == "a b c")
    }
}
