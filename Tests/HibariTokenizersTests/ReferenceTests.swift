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
            if reference["components"] != nil { continue }
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

    /// What `Tools/interop/reference_scalars.py` wrote.
    @Test func sameCharacters() throws {
        let path = joinPath(String(cString: getenv("HIBARI_REFERENCE")), "scalars.json")
        if !fileExists(path) { return }
        let reference = try JSONValue(contentsOf: path)
        let texts = try #require(reference["texts"]?.array).map { Array(($0.string ?? "").utf8) }
        for stage in try #require(reference["components"]?.array) {
            let value = try #require(stage["normalizer"] ?? stage["pre_tokenizer"])
            let component = Component(file: path, path: "", value: value)
            let outputs = try #require(stage["outputs"]?.array).map { Array(($0.string ?? "").utf8) }
            let found = try texts.map { text in
                if stage["normalizer"] != nil { return try readNormalizer(component).normalize(text) }
                return Array(
                    try readSplitter(component).split(Piece(text: text[...], startsText: true))
                        .map { Array($0.text) }.joined(separator: [0x0A]))
            }
            var scalars: [String] = []
            for (found, expected) in zip(found, outputs) where found != expected {
                // The parts between two a, where nothing was cut off.
                let parts = [found, expected].map {
                    $0.split(separator: UInt8(ascii: "a"), omittingEmptySubsequences: false)
                }
                for (a, b) in zip(parts[0], parts[1]) where a != b {
                    scalars.append(
                        "\(quoted(String(decoding: a, as: UTF8.self)))≠\(quoted(String(decoding: b, as: UTF8.self)))"
                    )
                }
            }
            let name = value.text()
            let areEqual = scalars.isEmpty
            #expect(
                areEqual,
                "\(name): \(scalars.count) characters, \(scalars.prefix(12).joined(separator: " "))")
        }
    }

    private func load(_ path: String) throws -> any Tokenizer {
        if path.hasSuffix(".model") { return try loadSentencePieceTokenizer(path: path) }
        if path.hasSuffix(".gguf") { return try loadGGUFTokenizer(path: path) }
        return try loadTokenizer(directory: splitPath(path).directory)
    }
}
