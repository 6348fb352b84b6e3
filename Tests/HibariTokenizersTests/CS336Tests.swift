import Glibc
import HibariSupport
import HibariTokenizers
import Testing

/// The fixture of Stanford's course CS336, assignment 1: a text, and the vocabulary that comes of it.
@Suite struct CS336Tests {
    private static let folder: String? = {
        let data = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
        return fileExists(data + "/tokenizers/cs336/corpus.en") ? data + "/tokenizers/cs336/" : nil
    }()

    @Test(.enabled(if: folder != nil, "tokenizers/cs336 is not in $HIBARI_DATA or ../shared/data"))
    func expectedMergesAndVocabulary() throws {
        let folder = try #require(Self.folder)
        var options = BytePairTrainerOptions()
        options.ties = .greatestBytes
        options.minimumFrequency = 1
        var trainer = BytePairTrainer(options)
        trainer.add(try readFile(folder + "corpus.en"))
        let merges = trainer.merges(limit: 500 - 257)

        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        let lines = String(decoding: try readFile(folder + "train-bpe-reference-merges.txt"), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 243 && merges.count == 243)
        for (pair, line) in zip(merges, lines) {
            let expected = line.split(separator: " ").map { bytes(of: $0) }
            #expect([tokens[Int(pair.left)], tokens[Int(pair.right)]] == expected)
            tokens.append(tokens[Int(pair.left)] + tokens[Int(pair.right)])
        }
        let vocabulary = try JSONValue(contentsOf: folder + "train-bpe-reference-vocab.json")
        let words = try #require(vocabulary.object).keys.filter { $0 != "<|endoftext|>" }
        #expect(Set(words.map { bytes(of: $0[...]) }) == Set(tokens))
    }

    /// What GPT-2's byte characters stand for: printable Latin-1 for itself, U+0100 upward for the others.
    private func bytes(of word: Substring) -> [UInt8] {
        let printable = Set<UInt32>([0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF].flatMap { Array($0) })
        let others = (UInt32(0)...255).filter { !printable.contains($0) }
        return word.unicodeScalars.map { UInt8($0.value < 0x100 ? $0.value : others[Int($0.value) - 0x100]) }
    }
}
