import HibariSupport
import HibariTokenizers
import Testing

/// What the Hugging Face library and SentencePiece say of awkward texts; written by
/// `Tools/golden/make_tokenizer_fixtures.py`.
enum TokenizerFixtures {
    static let folder = joinPath(splitPath(#filePath).directory, "../Fixtures")

    static func path(_ name: String) -> String { joinPath(folder, name) }

    static func json(_ name: String) throws -> JSONValue { try JSONValue(contentsOf: path(name)) }

    /// The texts that everything was tried on.
    static func texts() throws -> [[UInt8]] {
        try #require(try json("texts.json").array).map { Array(try #require($0.string).utf8) }
    }
}

extension JSONValue {
    /// A list of whole numbers.
    var ids: [Int32] { (array ?? []).compactMap { $0.int.map { Int32($0) } } }
}

/// Records the first of `texts` for which `found` differs from `expected`, rather than all of both.
func expectEqual<Value: Equatable>(
    _ found: [Value], _ expected: [Value], for texts: [[UInt8]], _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let counts = found.count == expected.count && found.count == texts.count
    #expect(counts, "\(what): the numbers of texts differ", sourceLocation: sourceLocation)
    var differences = 0
    for (index, text) in texts.enumerated() where counts && found[index] != expected[index] {
        differences += 1
        if differences > 2 { continue }
        let text = quoted(String(decoding: text, as: UTF8.self))
        Issue.record(
            "\(what), text \(index) \(text): found \(found[index]), expected \(expected[index])",
            sourceLocation: sourceLocation)
    }
    if differences > 2 {
        Issue.record("\(what): \(differences) texts differ", sourceLocation: sourceLocation)
    }
}
