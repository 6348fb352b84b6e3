import HibariModels
import HibariSupport
import HibariTokenizers
import HibariTraining

/// The tiny model of Tools/golden/evaluation_fixtures.py, and what Python programs make of it.
struct EvaluationFixture {
    let scored: ScoringModel
    let golden: JSONValue
    /// The tokens of text.txt.
    let tokens: [Int32]

    init() throws {
        let folder = try ModelFolder(path: Self.folder)
        scored = ScoringModel(
            model: folder.model, tokenizer: folder.tokenizer,
            beginningToken: folder.tokenizer.endOfText.map(Int32.init), addsBeginning: false)
        golden = try JSONValue(contentsOf: Self.path("golden.json"))
        tokens = try scored.tokenizer.encode(readFile(Self.path("text.txt")))
    }

    private static var folder: String {
        joinPath(splitPath(splitPath(#filePath).directory).directory, "Fixtures/evaluation")
    }

    static func path(_ name: String) -> String { joinPath(folder, name) }

    /// Reads windows of the text.
    func perplexity(_ windows: PerplexityWindows) -> Perplexity {
        let lengths = scored.tokenizer.byteLengths
        return Perplexity(
            scored.model, windows, token: { tokens[$0] },
            bytes: { range in tokens[range].reduce(0) { $0 + Int(lengths[Int($1)]) } })
    }

    func rows(_ keys: String...) -> [JSONValue] {
        keys.reduce(golden) { $0[$1] ?? .null }.array ?? []
    }
}

extension JSONValue {
    var doubles: [Double] { (array ?? []).compactMap(\.double) }
    var ints: [Int] { (array ?? []).compactMap(\.int) }
}
