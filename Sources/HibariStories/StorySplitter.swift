/// Cuts a corpus into stories and stories into sentences, without knowing the grammar.
///
/// Works on UTF-8 bytes: text that a byte-level model wrote may be anything.
struct StorySplitter {
    struct Sentence {
        let text: ArraySlice<UInt8>
        /// Whether it ends with a full stop or another closing mark.
        let isComplete: Bool
    }

    let language: StoryLanguage

    /// The stories of `text`: what stands between blank lines.
    func stories(_ text: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        var stories: [ArraySlice<UInt8>] = []
        var start: Int? = nil
        var end = 0
        for line in bytes.split(separator: newline, omittingEmptySubsequences: false) {
            if line.allSatisfy(isBlank) {
                if let first = start { stories.append(bytes[first..<end]) }
                start = nil
            } else {
                start = start ?? line.startIndex
                end = line.endIndex
            }
        }
        if let first = start { stories.append(bytes[first..<end]) }
        return stories
    }

    /// The sentences of one story. A quotation belongs to the sentence around it: `"Look!" said Mia.` is one.
    func sentences(_ story: ArraySlice<UInt8>) -> [Sentence] {
        var sentences: [Sentence] = []
        var start = story.startIndex
        var position = start
        var scanner = QuoteScanner(language: language)
        while position < story.endIndex {
            let step = scanner.step(story, at: position)
            position += step.length
            if step.endsSentence {
                append(story[start..<position], isComplete: true, to: &sentences)
                start = position
            }
        }
        append(story[start...], isComplete: false, to: &sentences)
        return sentences
    }

    private func append(_ text: ArraySlice<UInt8>, isComplete: Bool, to sentences: inout [Sentence]) {
        var text = text
        while let first = text.first, isBlank(first) { text.removeFirst() }
        while let last = text.last, isBlank(last) { text.removeLast() }
        if !text.isEmpty { sentences.append(Sentence(text: text, isComplete: isComplete)) }
    }
}

/// Follows quotation marks and says where a sentence ends.
private struct QuoteScanner {
    let language: StoryLanguage
    private var isQuoted = false
    private var lastWasEnd = false

    init(language: StoryLanguage) {
        self.language = language
    }

    /// The length of the character at `position`, and whether a sentence ends after it.
    mutating func step(_ text: ArraySlice<UInt8>, at position: Int) -> (length: Int, endsSentence: Bool) {
        switch language {
        case .english: (1, stepEnglish(text, at: position))
        case .japanese: stepJapanese(text, at: position)
        }
    }

    private mutating func stepEnglish(_ text: ArraySlice<UInt8>, at position: Int) -> Bool {
        let byte = text[position]
        if byte == UInt8(ascii: "\"") {
            // A mark after a blank opens and any other closes, so that a lost one does not swallow the story.
            isQuoted = position == text.startIndex || isBlank(text[position - 1])
            // `"Look!" said Mia.` goes on with a small letter; `Mia said, "Look!" She …` does not.
            defer { lastWasEnd = false }
            return !isQuoted && lastWasEnd && isSentenceStart(text[(position + 1)...])
        }
        let isEnd = byte == UInt8(ascii: ".") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
        lastWasEnd = isEnd
        let next = position + 1 < text.endIndex ? text[position + 1] : newline
        return isEnd && !isQuoted && isBlank(next)
    }

    private func isSentenceStart(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first else { return true }
        guard isBlank(first), let letter = rest.first(where: { !isBlank($0) }) else { return false }
        return letter == UInt8(ascii: "\"") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter)
    }

    private mutating func stepJapanese(_ text: ArraySlice<UInt8>, at position: Int) -> (Int, Bool) {
        let rest = text[position...]
        if rest.starts(with: "「".utf8) { isQuoted = true }
        if rest.starts(with: "」".utf8) { isQuoted = false }
        let isEnd = ["。", "！", "？"].contains { rest.starts(with: $0.utf8) }
        guard isEnd else { return (1, false) }
        return (3, !isQuoted)
    }
}

private let newline = UInt8(ascii: "\n")

private func isBlank(_ byte: UInt8) -> Bool {
    byte == newline || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
}
