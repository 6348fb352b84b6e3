import HibariSupport

/// One sentence of the grammar, compiled: literal text and slots.
///
/// The same value writes sentences (`render`) and reads them (`matches`), so the two cannot drift apart.
struct StoryTemplate: Sendable {
    struct Slot: Sendable {
        /// Index of the plot's role; nil for a free choice that the story does not remember.
        let role: Int?
        let isIntroduction: Bool
        /// The text of each entry, for writing.
        let texts: [[UInt8]]
        /// The distinct texts with the entries that have them, for reading.
        let readings: [(text: [UInt8], entries: UInt64)]
    }

    enum Piece: Sendable {
        case literal([UInt8])
        case slot(Slot)
    }

    /// What a sentence says about one role: which entries it can mean.
    struct Mention: Sendable, Equatable {
        let role: Int
        var entries: UInt64
        var isIntroduction: Bool
    }

    /// `plot/beat.variant`, both counted from 1.
    let name: String
    let pieces: [Piece]

    /// - Parameter resolve: for a slot's name and form, its role, if any, and the text of each entry.
    init(_ text: String, name: String, resolve: (String, String) -> (role: Int?, texts: [String])) {
        self.name = name
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else {
                preconditionFailure("StoryTemplate \(name): a brace is not closed in \(text)")
            }
            if open > rest.startIndex { pieces.append(.literal(Array(rest[..<open].utf8))) }
            var slot = rest[rest.index(after: open)..<close]
            let isIntroduction = slot.first == "+"
            if isIntroduction { slot = slot.dropFirst() }
            let parts = slot.split(separator: ".", maxSplits: 1).map(String.init)
            let (role, texts) = resolve(parts[0], parts.count > 1 ? parts[1] : "")
            precondition(role != nil || !isIntroduction, "StoryTemplate \(name): \(slot) is not a role")
            pieces.append(.slot(Slot(role: role, isIntroduction: isIntroduction, texts: texts)))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.literal(Array(rest.utf8))) }
        self.pieces = pieces
    }

    /// Appends the sentence in which role `r` is played by entry `cast[r]`; free slots are drawn from
    /// `random`.
    func render(cast: [Int], random: inout RandomStream, into output: inout [UInt8]) {
        for piece in pieces {
            switch piece {
            case .literal(let text): output += text
            case .slot(let slot):
                let entry = slot.role.map { cast[$0] } ?? random.index(below: slot.texts.count)
                output += slot.texts[entry]
            }
        }
    }

    /// Every way to read `sentence` as this template; empty when it is not one.
    func matches(_ sentence: ArraySlice<UInt8>) -> [[Mention]] {
        if case .literal(let ending)? = pieces.last, !endsWith(sentence, ending) { return [] }
        var found: [[Mention]] = []
        var reach = sentence.startIndex
        match(sentence, from: sentence.startIndex, piece: 0, mentions: [], found: &found, reach: &reach)
        return found
    }

    /// How many bytes of `sentence` this template can begin with.
    func reach(in sentence: ArraySlice<UInt8>) -> Int {
        var found: [[Mention]] = []
        var reach = sentence.startIndex
        match(sentence, from: sentence.startIndex, piece: 0, mentions: [], found: &found, reach: &reach)
        return reach - sentence.startIndex
    }

    /// Backtracking over the slots' readings; an entry set that becomes empty ends the branch.
    private func match(
        _ sentence: ArraySlice<UInt8>, from position: Int, piece index: Int, mentions: [Mention],
        found: inout [[Mention]], reach: inout Int
    ) {
        reach = max(reach, position)
        guard index < pieces.count else {
            if position == sentence.endIndex { found.append(mentions) }
            return
        }
        switch pieces[index] {
        case .literal(let text):
            guard startsWith(sentence[position...], text) else {
                let common = zip(sentence[position...], text).prefix { $0 == $1 }.count
                reach = max(reach, position + common)
                return
            }
            match(
                sentence, from: position + text.count, piece: index + 1, mentions: mentions, found: &found,
                reach: &reach)
        case .slot(let slot):
            for (text, entries) in slot.readings where startsWith(sentence[position...], text) {
                var next = mentions
                if let role = slot.role {
                    if let known = next.firstIndex(where: { $0.role == role }) {
                        next[known].entries &= entries
                        next[known].isIntroduction = next[known].isIntroduction || slot.isIntroduction
                        if next[known].entries == 0 { continue }
                    } else {
                        next.append(
                            Mention(role: role, entries: entries, isIntroduction: slot.isIntroduction))
                    }
                }
                match(
                    sentence, from: position + text.count, piece: index + 1, mentions: next, found: &found,
                    reach: &reach)
            }
        }
    }
}

extension StoryTemplate.Slot {
    init(role: Int?, isIntroduction: Bool, texts: [String]) {
        self.role = role
        self.isIntroduction = isIntroduction
        self.texts = texts.map { Array($0.utf8) }
        var readings: [(text: [UInt8], entries: UInt64)] = []
        for (index, text) in self.texts.enumerated() {
            if let known = readings.firstIndex(where: { $0.text == text }) {
                readings[known].entries |= 1 << UInt64(index)
            } else {
                readings.append((text, 1 << UInt64(index)))
            }
        }
        self.readings = readings
    }
}

/// Whether `text` begins with `prefix`, without the iterator overhead of `starts(with:)`.
private func startsWith(_ text: ArraySlice<UInt8>, _ prefix: [UInt8]) -> Bool {
    guard text.count >= prefix.count else { return false }
    for index in prefix.indices where text[text.startIndex + index] != prefix[index] { return false }
    return true
}

private func endsWith(_ text: ArraySlice<UInt8>, _ suffix: [UInt8]) -> Bool {
    text.count >= suffix.count && startsWith(text[(text.endIndex - suffix.count)...], suffix)
}
