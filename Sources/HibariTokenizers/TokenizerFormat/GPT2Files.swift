import HibariSupport

/// The files of GPT-2: `vocab.json` (or `encoder.json`), which gives words their ids, and `merges.txt` (or
/// `vocab.bpe`), one merge on each line.
enum GPT2Files {
    /// The tokenizer in a folder, nil if the files are not there.
    ///
    /// Words that are no bytes and that no merge makes are control tokens, as `<|endoftext|>` is.
    static func load(directory: String) throws -> BPETokenizer? {
        func path(_ names: [String]) -> String? {
            names.map { joinPath(directory, $0) }.first { fileExists($0) }
        }
        guard let words = path(["vocab.json", "encoder.json"]),
            let merges = path(["merges.txt", "vocab.bpe"])
        else { return nil }
        guard let entries = try JSONValue(contentsOf: words).object else {
            throw TokenizerError.invalidFile(path: words, problem: "expected an object of words and ids")
        }
        let lines = try readMerges(merges)
        var made = Set(lines.lazy.map { Array(($0.left + $0.right).utf8) })
        for character in ByteAlphabet.characters { made.insert(Array(character.utf8)) }
        let special = entries.filter { !made.contains(Array($0.key.utf8)) }
            .map { SpecialToken($0.key, id: $0.value.int ?? -1) }
        var list = try BytePairList(
            path: words, component: "the vocabulary", words: entries, specialTokens: special)
        for merge in lines {
            try list.append(merge.left, merge.right, place: "line \(merge.line) of \(merges)")
        }
        let marker = special.first { $0.content.utf8.elementsEqual(endOfTextMarker.utf8) }
        return try BPETokenizer(
            BPEVocabulary(
                tokens: list.tokens, merges: list.merges, specialTokens: special, endOfText: marker?.content))
    }

    /// The merges of a file, with the numbers of their lines. A first line `#version…` is none.
    private static func readMerges(_ path: String) throws -> [(left: String, right: String, line: Int)] {
        let bytes = try readFile(path)
        if let offset = firstInvalidUTF8(in: bytes) {
            throw TokenizerError.invalidFile(path: path, problem: "not UTF-8 at byte \(offset)")
        }
        var merges: [(left: String, right: String, line: Int)] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = String(
                decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
            if index == 0, line.hasPrefix("#version") { continue }
            if line.isEmpty, index == lines.count - 1 { continue }
            guard let pair = splitMerge(line) else {
                throw TokenizerError.invalidFile(
                    path: path,
                    problem: "line \(index + 1) is \(quoted(line)), not two words with a space between")
            }
            merges.append((pair.left, pair.right, index + 1))
        }
        return merges
    }
}
