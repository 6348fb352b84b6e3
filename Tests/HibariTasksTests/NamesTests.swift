import HibariSupport
import HibariTasks
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

@Suite struct NamesTests {
    @Test func sequences() {
        let list = NameList(["bo", "abba"])
        #expect(list.characters == ["a", "b", "o"] && list.length == 5 && list.vocabularySize == 4)
        let (input, target) = list.examples(["bo", "abba"]).batch(indices: [0, 1], random: nil)
        #expect(input.array(of: Int32.self) == [0, 2, 3, 0, 0, 0, 1, 2, 2, 1])
        let none = ignoredTarget
        #expect(target.array(of: Int32.self) == [2, 3, 0, none, none, 1, 2, 2, 1, 0])
    }

    @Test func splitIsMakemores() {
        let names = (0..<30_000).map { "n\($0)" }
        let parts = NameList(names).split(seed: 1)
        #expect(parts.train.count == 28_000 && parts.validation.count == 1000 && parts.test.count == 1000)
        #expect(Set(parts.train + parts.validation + parts.test).count == names.count)
        #expect(NameList(Array(names.prefix(50))).split(seed: 1).test.count == 5)
        #expect(NameList(names).split(seed: 1).test == parts.test)
    }

    @Test func linesOfFiles() throws {
        let folder = TemporaryDirectory()
        func list(_ text: String) throws -> NameList {
            let path = folder.path + "/names.txt"
            try writeFileAtomically(path, Array(text.utf8))
            return try NameList(contentsOf: path)
        }
        let ten = (0..<10).map { "name\($0)" }
        #expect(try list(ten.joined(separator: "\r\n") + "\n\n").names == ten)
        #expect(try list("  a b \t\n" + ten.joined(separator: "\n")).names.first == "a b")
        #expect(throws: (any Error).self) { try list("a\nb\n") }
        let long = ten.joined(separator: "\n") + "\n" + String(repeating: "x", count: 65)
        do {
            _ = try list(long)
            Issue.record("a name of 65 characters was taken")
        } catch {
            #expect("\(error)".contains("line 11"), "\(error)")
        }
    }

    /// Every kind maps ids to logits for each place, and looks only back.
    @Test(arguments: NameModel.allCases) func modelsLookBack(_ kind: NameModel) throws {
        let model = try kind.build(vocabulary: 5, length: 6, seed: 1)
        for parameter in model.parameters where kind == .bigram {
            parameter.assign(Tensor((0..<25).map { Float($0) }, shape: [5, 5]))
        }
        let first = model(Tensor([0, 1, 2, 3, 4, 1] as [Int32], shape: [1, 6]))
        let second = model(Tensor([0, 1, 2, 4, 3, 2] as [Int32], shape: [1, 6]))
        #expect(first.shape == [1, 6, 5])
        let (a, b) = (first.array(of: Float.self), second.array(of: Float.self))
        let isSame = zip(a, b).map { abs($0 - $1) < 1e-5 }
        #expect(isSame[..<15].allSatisfy { $0 } && isSame[15..<20].contains(false))
    }

    /// A bigram table that knows only one name gives only that.
    @Test func samplesFollowTheModel() throws {
        let list = NameList(["abc"])
        let model = try NameModel.bigram.build(vocabulary: 4, length: 4, seed: 1)
        let table: [Float] = (0..<16).map { $0 % 4 == ($0 / 4 + 1) % 4 ? 50 : 0 }
        model.parameters[0].assign(Tensor(table, shape: [4, 4]))
        #expect(try NameSampler(model, list).names(20, seed: 3) == [String](repeating: "abc", count: 20))
    }
}
