import HibariSupport

/// Makes a vocabulary of the words and the merges that the files of byte-level tokenizers spell out.
struct BytePairList {
    /// The file that errors name.
    let path: String
    /// The name of the list of words in it, e.g. `model.vocab`.
    let component: String
    private(set) var tokens = TokenTable()
    private(set) var merges: [BytePairMerge] = []
    /// The same, to find a pair that comes twice.
    private var known = MergeTable(capacity: 0)

    /// - Parameters:
    ///   - words: the words with their ids.
    ///   - specialTokens: those that are not made of bytes, in `words` or not.
    /// - Throws: `TokenizerError.invalidFile` unless each id is given once, and each word that is not special is
    ///   spelled in `ByteAlphabet` and the bytes of ASCII are among them.
    init(
        path: String, component: String, words: JSONObject, specialTokens: [SpecialToken]
    ) throws(TokenizerError) {
        self.path = path
        self.component = component
        let byID = try Self.arrange(words, specialTokens, path: path, component: component)
        var bytes: [UInt8] = []
        for (id, word) in byID.enumerated() {
            bytes.removeAll(keepingCapacity: true)
            if let word, !ByteAlphabet.append(bytesOf: word, to: &bytes) {
                throw .invalidFile(
                    path: path,
                    problem:
                        "\(component) has the word \(quoted(word)) with the id \(id), which is neither spelled "
                        + "in byte-level characters nor among the special tokens")
            }
            tokens.append(bytes.span)
        }
        // Control characters and bytes of no UTF-8 may be left out.
        if let byte = (UInt8(ascii: "!")...UInt8(ascii: "~")).first(where: { tokens.id(of: [$0].span) == nil }
        ) {
            throw .invalidFile(
                path: path,
                problem:
                    "\(component) has no word for the byte \(byte), \(quoted(ByteAlphabet.characters[Int(byte)]))"
            )
        }
    }

    /// The words by id without the special tokens.
    private static func arrange(
        _ words: JSONObject, _ specialTokens: [SpecialToken], path: String, component: String
    ) throws(TokenizerError) -> [String?] {
        // Some vocabularies leave ids out, but an id far beyond the number of words is an error.
        let limit = 2 * (words.count + specialTokens.count) + 1024
        var byID: [String?] = []
        for (word, value) in words {
            guard let id = value.int, (0..<limit).contains(id), id >= byID.count || byID[id] == nil else {
                throw .invalidFile(
                    path: path,
                    problem: "\(component) gives \(quoted(word)) the id \(describe(value)); "
                        + "expected one from 0 to \(limit - 1) that no other word has")
            }
            if id >= byID.count { byID += repeatElement(nil, count: id + 1 - byID.count) }
            byID[id] = word
        }
        var taken: Set<Int> = []
        var spelled: Set<[UInt8]> = []
        for token in specialTokens {
            let id = words[token.content].map { $0.int ?? -1 } ?? token.id
            let owner = byID.indices.contains(token.id) ? byID[token.id] : nil
            guard id == token.id, (0..<limit).contains(id), taken.insert(id).inserted,
                spelled.insert(Array(token.content.utf8)).inserted,
                owner.map({ $0.utf8.elementsEqual(token.content.utf8) }) ?? true
            else {
                throw .invalidFile(
                    path: path,
                    problem: "the special token \(quoted(token.content)) has the id \(token.id), "
                        + "which contradicts \(component) or another special token")
            }
            if byID.indices.contains(id) { byID[id] = nil }
        }
        return byID
    }

    /// Adds the next merge.
    ///
    /// - Parameter place: where it stands, for errors.
    mutating func append(_ left: String, _ right: String, place: @autoclosure () -> String)
        throws(TokenizerError)
    {
        var bytes: [UInt8] = []
        let isLeftSpelled = ByteAlphabet.append(bytesOf: left, to: &bytes)
        let middle = bytes.count
        guard isLeftSpelled, ByteAlphabet.append(bytesOf: right, to: &bytes),
            let leftID = tokens.id(of: bytes.span.extracting(..<middle)),
            let rightID = tokens.id(of: bytes.span.extracting(middle...)),
            let result = tokens.id(of: bytes.span)
        else {
            throw .invalidFile(
                path: path,
                problem:
                    "\(place()) joins \(quoted(left)) and \(quoted(right)); \(component) does not have both words "
                    + "and what they make")
        }
        guard tokens.count <= MergeTable.idLimit, merges.count < MergeTable.pairLimit else {
            throw .vocabularyTooLarge(tokens: tokens.count, merges: merges.count + 1)
        }
        let merge = BytePairMerge(left: leftID, right: rightID, result: result, rank: Int32(merges.count))
        guard known.insert(merge) else {
            throw .invalidFile(
                path: path,
                problem: "\(place()) joins \(quoted(left)) and \(quoted(right)), as an earlier one does")
        }
        merges.append(merge)
    }
}
