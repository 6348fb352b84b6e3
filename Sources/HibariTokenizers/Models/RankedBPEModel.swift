import HeapModule
import HibariSupport

/// Byte-pair encoding over characters by a list of merges, as tokenizer.json has it: with unknown tokens or
/// byte tokens for characters outside the vocabulary, and marks for the beginning or end of a word.
///
/// Byte-level vocabularies are a case of it, whose characters stand for bytes.
/// Source: `BPE::merge_word` and `Word::merge_all` in tokenizers, models/bpe.
struct RankedBPEModel: TokenModel {
    private struct Merge: Sendable {
        var rank: Int32
        var id: Int32
    }

    let vocabulary: Vocabulary
    private var merges: [UInt64: Merge] = [:]
    private let unknown: Int32?
    private let fusesUnknown: Bool
    private let byteIDs: [Int32]?
    private let ignoresMerges: Bool
    /// In front of every character but the first of a word.
    private let prefix: [UInt8]
    /// Behind the last character of a word.
    private let suffix: [UInt8]

    init(_ component: Component, _ vocabulary: Vocabulary) throws(TokenizerError) {
        try component.expectKeys(
            "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges", "vocab", "merges")
        if let dropout = component.optional("dropout"), dropout.value.double != 0 {
            throw dropout.unsupported()
        }
        self.vocabulary = vocabulary
        if let name = try component.optionalString("unk_token") {
            guard let id = vocabulary.id(of: Array(name.utf8)) else {
                throw component.member("unk_token").invalid(
                    "is \(describe(.string(name))), which is not in vocab")
            }
            unknown = id
        } else {
            unknown = nil
        }
        fusesUnknown = try component.bool("fuse_unk", missing: false)
        byteIDs = try component.bool("byte_fallback", missing: false) ? vocabulary.byteIDs : nil
        ignoresMerges = try component.bool("ignore_merges", missing: false)
        prefix = Array((try component.optionalString("continuing_subword_prefix") ?? "").utf8)
        suffix = Array((try component.optionalString("end_of_word_suffix") ?? "").utf8)
        try readMerges(component)
    }

    private mutating func readMerges(_ component: Component) throws(TokenizerError) {
        let entries = try component.elements("merges")
        merges.reserveCapacity(entries.count)
        for (rank, entry) in entries.enumerated() {
            guard let (left, right) = pair(entry.value) else {
                throw entry.invalid("is \(describe(entry.value)), not two tokens")
            }
            let rest =
                prefix.isEmpty || !right.starts(with: prefix) ? right[...] : right.dropFirst(prefix.count)
            guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
                let id = vocabulary.id(of: left + rest)
            else {
                throw entry.invalid(
                    "is \(describe(entry.value)), of which a part or the whole is not in vocab")
            }
            merges[key(leftID, rightID)] = Merge(rank: Int32(rank), id: id)
        }
    }

    func tokenize(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
        if ignoresMerges, let id = vocabulary.id(of: piece) {
            ids.append(id)
            return
        }
        var tokens = try characterTokens(of: piece)
        merge(&tokens)
        ids += tokens
    }

    // MARK: Characters

    /// - Throws: `TokenizerError.noToken` where the Hugging Face library drops a character without a word.
    private func characterTokens(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [Int32] {
        var tokens: [Int32] = []
        tokens.reserveCapacity(piece.count)
        var isUnknownOpen = false
        for (_, range) in UTF8Scalars(piece) {
            let (isFirst, isLast) = (range.lowerBound == piece.startIndex, range.upperBound == piece.endIndex)
            let isPlain = (isFirst || prefix.isEmpty) && (!isLast || suffix.isEmpty)
            let character =
                isPlain
                ? piece[range] : ((isFirst ? [] : prefix) + piece[range] + (isLast ? suffix : []))[...]
            if let id = vocabulary.id(of: character) {
                if isUnknownOpen, let unknown { tokens.append(unknown) }
                isUnknownOpen = false
                tokens.append(id)
            } else if let byteIDs, character.allSatisfy({ byteIDs[Int($0)] >= 0 }) {
                for byte in character { tokens.append(byteIDs[Int(byte)]) }
            } else if let unknown {
                // One stays open until the next known character: with some byte tokens missing, those between
                // come before it, as in the original.
                if isUnknownOpen, !fusesUnknown { tokens.append(unknown) }
                isUnknownOpen = true
            } else {
                throw .noToken(character: firstScalar(of: piece[range]))
            }
        }
        if isUnknownOpen, let unknown { tokens.append(unknown) }
        return tokens
    }

    // MARK: Merges

    /// Merges neighbors by rank, the leftmost of equal ones first.
    private func merge(_ tokens: inout [Int32]) {
        let count = tokens.count
        if count < 2 { return }
        // A linked list by index; a token merged into the one before it is −1.
        var previous = Array(-1..<count - 1)
        var next = Array(1...count)
        var queue = Heap<Candidate>()
        func enqueue(_ left: Int) {
            guard left >= 0, next[left] < count, let merge = merges[key(tokens[left], tokens[next[left]])]
            else {
                return
            }
            queue.insert(Candidate(rank: merge.rank, position: left, id: merge.id))
        }
        for left in 0..<count - 1 { enqueue(left) }
        while let candidate = queue.popMin() {
            let left = candidate.position
            let right = next[left]
            guard tokens[left] >= 0, right < count,
                merges[key(tokens[left], tokens[right])]?.id == candidate.id
            else { continue }
            tokens[left] = candidate.id
            tokens[right] = -1
            next[left] = next[right]
            if next[left] < count { previous[next[left]] = left }
            enqueue(previous[left])
            enqueue(left)
        }
        tokens.removeAll { $0 < 0 }
    }
}

/// A pair that may be merged.
private struct Candidate: Comparable {
    var rank: Int32
    var position: Int
    var id: Int32

    static func < (a: Candidate, b: Candidate) -> Bool {
        a.rank != b.rank ? a.rank < b.rank : a.position < b.position
    }
}

private func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
}

/// A merge in either form: `["a", "b"]`, or `"a b"` of older files.
private func pair(_ value: JSONValue) -> (left: [UInt8], right: [UInt8])? {
    let parts: [[UInt8]]
    if let text = value.string {
        parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
            Array($0)
        }
    } else {
        parts = (value.array ?? []).compactMap { $0.string.map { Array($0.utf8) } }
        guard value.array?.count == parts.count else { return nil }
    }
    return parts.count == 2 ? (parts[0], parts[1]) : nil
}
