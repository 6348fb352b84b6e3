import HibariSupport
import HibariTestSupport
import HibariTraining
import Testing

/// Damaged files of questions and passages: errors, or records.
@Suite struct EvaluationFuzzTests {
    private let folder = TemporaryDirectory()

    @Test func questions() throws {
        let path = folder.path + "/a.jsonl"
        let mutations = Mutations(
            try readFile(EvaluationFixture.path("questions.jsonl")), words: Mutations.jsonWords, seed: 1)
        let refused = try refusals(of: mutations, count: 1000, path: path) { _ = try ChoiceFile(path: $0) }
        #expect(refused > 300)
    }

    @Test func passages() throws {
        let path = folder.path + "/a.jsonl"
        let lines = (0..<4).map { "{\"text\": \"The \($0)th lark sings\", \"n\": \($0)}\n" }.joined()
        let mutations = Mutations(Array(lines.utf8), words: Mutations.jsonWords, seed: 2)
        let refused = try refusals(of: mutations, count: 1000, path: path) { _ = try ClozeFile(path: $0) }
        #expect(refused > 200)
    }
}
