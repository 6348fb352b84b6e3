import HibariSupport

/// tiktoken's rank files: on each line the bytes of a token in base64, a space, and its rank, which is its id.
package enum TiktokenFormat {
    /// - Parameters:
    ///   - pattern: how text is cut; nil for what tiktoken does with a vocabulary of this size, or else as GPT-2.
    ///   - specialTokens: the file has none; nil for those that tiktoken gives a vocabulary of this size, or else
    ///     `<|endoftext|>` with the next id.
    package static func load(
        path: String, pattern: PreTokenization?, specialTokens: [SpecialToken]? = nil
    ) throws -> BPETokenizer {
        let tokens = try readRanks(path: path)
        let special = specialTokens ?? knownSpecialTokens(count: tokens.count)
        for token in special {
            let spelled = tokens.id(of: Array(token.content.utf8).span).map { Int($0) }
            let taken = token.id < tokens.count && !tokens[token.id].isEmpty ? token.id : spelled
            if let taken {
                throw TokenizerError.invalidFile(
                    path: path, problem: "rank \(taken) is that of the special token \(quoted(token.content))"
                )
            }
        }
        let marker = special.first { $0.content.utf8.elementsEqual(endOfTextMarker.utf8) }
        return try BPETokenizer(
            BPEVocabulary(
                ranks: tokens, specialTokens: special, endOfText: marker?.content,
                preTokenization: pattern ?? .pattern(knownPattern(count: tokens.count))))
    }

    /// Source: tiktoken_ext/openai_public.py.
    private static func knownPattern(count: Int) -> PreTokenizerPattern {
        switch count {
        case 100_256: .cl100k
        case 199_998: .o200k
        default: .gpt2
        }
    }

    /// Source: tiktoken_ext/openai_public.py.
    private static func knownSpecialTokens(count: Int) -> [SpecialToken] {
        switch count {
        case 100_256:
            [
                SpecialToken(endOfTextMarker, id: 100_257), SpecialToken("<|fim_prefix|>", id: 100_258),
                SpecialToken("<|fim_middle|>", id: 100_259), SpecialToken("<|fim_suffix|>", id: 100_260),
                SpecialToken("<|endofprompt|>", id: 100_276),
            ]
        case 199_998:
            [SpecialToken(endOfTextMarker, id: 199_999), SpecialToken("<|endofprompt|>", id: 200_018)]
        default: [SpecialToken(endOfTextMarker, id: count)]
        }
    }

    /// The file of a tokenizer, for `tiktoken.load.load_tiktoken_bpe`.
    ///
    /// - Throws: `TokenizerError.noRanks` if tiktoken would give other ids.
    package static func bytes(of tokenizer: BPETokenizer) throws(TokenizerError) -> [UInt8] {
        let tokens = tokenizer.vocabulary.tokens
        if let byte = tokenizer.vocabulary.byteIDs.firstIndex(of: -1) {
            throw .noRanks(token: ByteAlphabet.characters[byte], id: -1)
        }
        if let id = tokenizer.vocabulary.firstTokenWithoutRank {
            throw .noRanks(token: ByteAlphabet.word(tokens[id]), id: id)
        }
        var file: [UInt8] = []
        for id in 0..<tokens.count where !tokens[id].isEmpty {
            file += Base64.encode(tokens[id])
            file += Array(" \(id)\n".utf8)
        }
        return file
    }

    /// All the ways to put a token together are looked up, so a longer one would take seconds.
    private static let longestToken = 4096

    private static func readRanks(path: String) throws -> TokenTable {
        let file = try readFile(path)
        let lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Some vocabularies leave ranks out, but one far beyond the number of lines is an error.
        let limit = 2 * lines.count + 1024
        var words: [[UInt8]] = []
        for (index, line) in lines.enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty { continue }
            let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, let word = Base64.decode(parts[0]), !word.isEmpty,
                let rank = Int(String(decoding: parts[1], as: UTF8.self)), (0..<limit).contains(rank)
            else {
                throw TokenizerError.invalidFile(
                    path: path,
                    problem:
                        "line \(index + 1) is \(quoted(String(decoding: line.prefix(100), as: UTF8.self))), not "
                        + "base64 and a rank from 0 to \(limit - 1)")
            }
            guard word.count <= longestToken else {
                throw TokenizerError.invalidFile(
                    path: path,
                    problem:
                        "line \(index + 1) has a token of \(word.count) bytes; expected at most \(longestToken)"
                )
            }
            if rank >= words.count { words += repeatElement([], count: rank + 1 - words.count) }
            guard words[rank].isEmpty else {
                throw TokenizerError.invalidFile(
                    path: path, problem: "line \(index + 1) has the rank \(rank) of an earlier line")
            }
            words[rank] = word
        }
        var tokens = TokenTable()
        for (rank, word) in words.enumerated() where !tokens.append(word.span) && !word.isEmpty {
            throw TokenizerError.invalidFile(
                path: path,
                problem: "rank \(rank) has the bytes \(quoted(ByteAlphabet.word(word))) of another rank")
        }
        if let byte = (UInt8.min...UInt8.max).first(where: { tokens.id(of: [$0].span) == nil }) {
            throw TokenizerError.invalidFile(path: path, problem: "no rank for the byte \(byte)")
        }
        return tokens
    }
}
