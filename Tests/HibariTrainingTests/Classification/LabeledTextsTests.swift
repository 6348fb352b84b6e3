import HibariData
import HibariTestSupport
import HibariTraining
import Testing

/// Texts and classes of tables, and how they are parted.
@Suite struct LabeledTextsTests {
    private let folder = TemporaryDirectory()

    private func read(_ text: String, _ columns: (String, String) = ("text", "kind")) throws -> LabeledTexts {
        try LabeledTexts(
            path: try folder.write("a.csv", text), text: columns.0, label: columns.1)
    }

    private func examples(_ counts: [Int]) -> LabeledTexts {
        let labels = counts.indices.flatMap { [Int32](repeating: Int32($0), count: counts[$0]) }
        return LabeledTexts(
            texts: labels.indices.map { "text \($0)" }, labels: labels, names: counts.indices.map { "\($0)" })
    }

    @Test func columnsAreTextsEvenIfTheyLookLikeNumbers() throws {
        let texts = try read("kind,text,n\n1,\"a, b\",5\n0,12,6\n1,34,7\n0,56,8\n")
        #expect(texts.texts == ["a, b", "12", "34", "56"])
        #expect(texts.names == ["0", "1"] && texts.labels == [1, 0, 1, 0])
        let places = try LabeledTexts(
            path: try folder.write("c.csv", "kind,text\nx,y z\nw,a b\n"), text: "2", label: "1")
        #expect(places.texts == ["y z", "a b"] && places.labels == [1, 0])
        let bare = try LabeledTexts(
            path: try folder.write("b.tsv", "ham\tone\nspam\ttwo\nham\tthree\n"), text: "2", label: "1")
        #expect(bare.texts == ["one", "two", "three"] && bare.labels == [0, 1, 0])
    }

    @Test func whatMeansAMissingNumberIsAText() throws {
        let texts = try read("kind,text\nNone,NA\nspam,?\nspam,null\n")
        #expect(texts.texts == ["NA", "?", "null"])
        #expect(texts.names == ["None", "spam"] && texts.labels == [0, 1, 1])
        // By place, of a column that is numbers for the most part.
        let numbers = try read("kind,text\na,1\nb,two\na,3\nb,4\n", ("2", "1"))
        #expect(numbers.texts == ["1", "two", "3", "4"])
    }

    @Test func wrongTablesAreRefused() throws {
        let names = #expect(throws: DatasetError.self) { try read("a,b\nx,y\nz,w\n") }
        #expect(names?.description.contains("no column kind") == true)
        let one = #expect(throws: DatasetError.self) { try read("kind,text\nham,x\nham,y\n") }
        #expect(one?.description.contains("only the class \"ham\"") == true)
        let empty = #expect(throws: DatasetError.self) { try read("kind,text\nham,x\nspam,\nham,y\n") }
        #expect(empty?.description.contains("row 2 (line 3), column text: is empty") == true)
        let unlabeled = #expect(throws: DatasetError.self) { try read("kind,text\nham,x\n,y\nspam,z\n") }
        #expect(unlabeled?.description.contains("column kind") == true)
        let both = #expect(throws: DatasetError.self) { try read("kind,text\na,x\nb,y\n", ("2", "text")) }
        #expect(both?.description.contains("the text and its class") == true)
        let path = try folder.write("c.csv", "kind,text\nham,x\neggs,y\n")
        let unknown = #expect(throws: DatasetError.self) {
            try LabeledTexts(path: path, text: "text", label: "kind", names: ["ham", "spam"])
        }
        #expect(unknown?.description.contains("\"eggs\" is none of the classes ham, spam") == true)
    }

    @Test func balancedTextsHaveAsManyOfEachClassInTheirOrder() {
        let all = examples([20, 5, 9])
        let balanced = all.balanced(seed: 3)
        #expect(balanced.counts == [5, 5, 5])
        let places = balanced.texts.compactMap { all.texts.firstIndex(of: $0) }
        #expect(places == places.sorted() && Set(places).count == 15)
        #expect(all.balanced(seed: 3) == balanced)
        #expect(all.balanced(seed: 4) != balanced)
    }

    @Test func partsAreTheLastTextsOrSomeOfEachClass() {
        let all = examples([20, 20])
        let (first, last) = all.parted(0.2, .last, seed: 1)
        #expect(first.count == 32 && last.texts == Array(all.texts[32...]))
        let (rest, chosen) = all.parted(0.2, .random, seed: 1)
        #expect(rest.counts == [16, 16] && chosen.counts == [4, 4])
        #expect(Set(rest.texts + chosen.texts).count == 40)
    }
}
