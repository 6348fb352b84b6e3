/// Says which sentences of a text the grammar could have written, and whether each story agrees with itself.
///
/// A sentence passes when a template of the grammar fits it and it contradicts nothing its story said before:
/// names, pronouns, places and objects stay the same, everybody is introduced, and the steps come in their
/// order. Each story is read as the kind of story under which most of its sentences pass.
public struct StoryChecker: Sendable {
    public let language: StoryLanguage

    public init(language: StoryLanguage) {
        self.language = language
    }

    /// Checks a text of stories that are separated by blank lines.
    public func check(_ text: String) -> StoryReport {
        let splitter = StorySplitter(language: language)
        let stories = splitter.stories(text)
        var checked: [StoryReport.Sentence] = []
        var unfinished: [Int] = []
        var consistentCount = 0
        var incomplete: String?
        for (index, story) in stories.enumerated() {
            var sentences = splitter.sentences(story)
            let isLast = index == stories.count - 1
            if isLast, let last = sentences.last, !last.isComplete {
                incomplete = String(decoding: last.text, as: UTF8.self)
                sentences.removeLast()
            }
            let (verdicts, isFinished) = verdicts(on: sentences.map(\.text))
            let results = zip(sentences, verdicts).enumerated().map { number, result in
                StoryReport.Sentence(
                    story: index + 1, number: number + 1,
                    text: String(decoding: result.0.text, as: UTF8.self),
                    verdict: result.1)
            }
            checked += results
            if !isFinished && !isLast { unfinished.append(index + 1) }
            if (isFinished || isLast) && results.allSatisfy(\.passes) { consistentCount += 1 }
        }
        return StoryReport(
            sentences: checked, incompleteSentence: incomplete, storyCount: stories.count,
            unfinishedStories: unfinished, consistentStoryCount: consistentCount)
    }

    /// Reads one story as every plot and keeps the reading with the most passing sentences.
    private func verdicts(on sentences: [ArraySlice<UInt8>]) -> ([StoryReport.Verdict], isFinished: Bool) {
        let plots = language.grammar.plots
        var best: (plot: Int, passes: Int, verdicts: [StoryReport.Verdict?], isFinished: Bool)?
        for (index, plot) in plots.enumerated() {
            var reading = StoryReading(plot: plot)
            let verdicts = sentences.map { reading.read($0) }
            let passes = verdicts.count { if case .accepted? = $0 { true } else { false } }
            if passes > best?.passes ?? -1 {
                best = (index, passes, verdicts, reading.isFinished)
            }
        }
        guard let best else { return ([], true) }
        let final = zip(sentences, best.verdicts).map { sentence, verdict in
            verdict ?? verdictOutside(plots[best.plot], sentence)
        }
        return (final, best.isFinished)
    }

    /// The verdict on a sentence that no template of its story's plot fits.
    private func verdictOutside(_ plot: CompiledPlot, _ sentence: ArraySlice<UInt8>) -> StoryReport.Verdict {
        var reach = 0
        for other in language.grammar.plots {
            for template in other.beats.lazy.flatMap(\.variants) {
                if other.name != plot.name, !template.matches(sentence).isEmpty {
                    return .inconsistent(
                        template: template.name, .otherPlot(expected: plot.name, found: other.name))
                }
                reach = max(reach, template.reach(in: sentence))
            }
        }
        // Back to the start of a character, so that the excerpt is text.
        var end = sentence.startIndex + reach
        while end > sentence.startIndex, end < sentence.endIndex, sentence[end] & 0xC0 == 0x80 { end -= 1 }
        return .rejected(understood: String(decoding: sentence[..<end], as: UTF8.self))
    }
}
