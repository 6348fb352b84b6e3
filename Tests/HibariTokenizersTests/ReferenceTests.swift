import Glibc
import HibariSupport
import HibariTokenizers
import Testing

/// Compares ids with those that `Tools/interop/reference_ids.py` wrote into the folder `$HIBARI_REFERENCE`, for as
/// many texts as it was asked for.
@Suite(.enabled(if: getenv("HIBARI_REFERENCE") != nil, "HIBARI_REFERENCE is not set"))
struct ReferenceTests {
    @Test func sameIDs() throws {
        let folder = String(cString: getenv("HIBARI_REFERENCE"))
        for name in try listDirectory(folder) where name.hasSuffix(".json") {
            let reference = try JSONValue(contentsOf: joinPath(folder, name))
            let tokenizer = try load(try #require(reference["tokenizer"]?.string))
            let texts = try #require(reference["texts"]?.array).map { Array(($0.string ?? "").utf8) }
            let expected = try #require(reference["ids"]?.array)
            var differences = 0
            for (text, expected) in zip(texts, expected) where try tokenizer.encode(text) != expected.ids {
                differences += 1
                if differences > 3 { continue }
                let text = quoted(String(decoding: text, as: UTF8.self))
                Issue.record("\(name): ids of \(text) differ")
            }
            #expect(differences == 0, "\(name): \(differences) of \(texts.count) texts")
        }
    }

    private func load(_ path: String) throws -> any Tokenizer {
        if path.hasSuffix(".model") { return try loadSentencePieceTokenizer(path: path) }
        if path.hasSuffix(".gguf") { return try loadGGUFTokenizer(path: path) }
        return try loadTokenizer(directory: splitPath(path).directory)
    }
}
