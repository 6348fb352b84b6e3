import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Files of the `tokenizers` library that mean the same as ours and differ in settings that decide nothing.
@Suite struct IdleSettingsTests {
    private func load(_ change: (inout JSONObject) -> Void) throws -> any Tokenizer {
        var members = try #require(ByteTokenizer().huggingFaceFiles(contextLength: nil).tokenizerJSON.object)
        change(&members)
        let folder = TemporaryDirectory()
        try folder.write("tokenizer.json", JSONValue.object(members).bytes())
        return try loadTokenizer(directory: folder.path)
    }

    @Test func offsetsAndAnEmptyTemplateDoNotMatter() throws {
        let tokenizer = try load { members in
            members["pre_tokenizer"] = [
                "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false,
            ]
            members["decoder"] = [
                "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
            ]
            members["post_processor"] = [
                "type": "TemplateProcessing", "single": [["Sequence": ["id": "A", "type_id": 0]]],
                "pair": [], "special_tokens": [:],
            ]
        }
        #expect(tokenizer.kind == "bytes")
        #expect(try tokenizer.encode("é") == [0xC3, 0xA9])
    }

    @Test func theEndOfTextTokenMayBeAnAddedTokenOnly() throws {
        let tokenizer = try load { members in
            var model = members["model"]?.object ?? JSONObject()
            let words = (model["vocab"]?.object ?? JSONObject()).filter { $0.key != "<|endoftext|>" }
            model["vocab"] = .object(JSONObject(words.map { (key: $0.key, value: $0.value) }))
            members["model"] = .object(model)
        }
        #expect(tokenizer.endOfText == 256)
    }

    @Test func whatChangesIdsIsStillRefused() {
        #expect(throws: TokenizerError.self) {
            try load {
                $0["post_processor"] = [
                    "type": "TemplateProcessing", "single": [["SpecialToken": ["id": "a"]]],
                ]
            }
        }
    }

    /// The setting that puts a space before the text is not an idle one.
    @Test func prefixSpaceIsKept() throws {
        let tokenizer = try load {
            $0["pre_tokenizer"] = [
                "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": false,
            ]
        }
        #expect(try tokenizer.encode("a") == [0x20, 0x61])
    }
}
