import HibariStories
import Testing

@Suite struct StoryCheckerTests {
    private let english = StoryChecker(language: .english)
    private let japanese = StoryChecker(language: .japanese)

    @Test(arguments: StoryLanguage.allCases, [UInt64(1), 2, 1_000_000_007])
    func everythingTheGeneratorWritesPasses(language: StoryLanguage, seed: UInt64) {
        let text = StoryGenerator(language: language, seed: seed).stories(count: 1500)
        let report = StoryChecker(language: language).check(text)
        #expect(report.storyCount == 1500)
        #expect(report.consistentStoryCount == 1500)
        #expect(report.passRate == 1, "\(String(describing: report.failures.first))")
        #expect(report.unfinishedStories.isEmpty)
        #expect(report.incompleteSentence == nil)
    }

    @Test func aReportNamesTheTemplateOfEachSentence() {
        let story = StoryGenerator(language: .english, seed: 4).story(at: 0)
        let names = english.check(story).sentences.map { sentence in
            if case .accepted(let template) = sentence.verdict { template } else { "" }
        }
        #expect(Set(names.map { $0.prefix { $0 != "/" } }).count == 1)
        #expect(names.allSatisfy { $0.contains("/") })
    }

    @Test func dialogueIsPartOfItsSentence() {
        let text = """
            Mia had a red kite. "Oh no, my kite!" cried Mia. Mia asked her uncle, "Why?" "Look!" said Mia.
            """
        #expect(
            english.check(text).sentences.map(\.text) == [
                "Mia had a red kite.", "\"Oh no, my kite!\" cried Mia.", "Mia asked her uncle, \"Why?\"",
                "\"Look!\" said Mia.",
            ])
        let japaneseText = "「ああ、たこが！」とはなちゃんはさけびました。はなちゃんはわらいました。"
        #expect(
            japanese.check(japaneseText).sentences.map(\.text) == [
                "「ああ、たこが！」とはなちゃんはさけびました。", "はなちゃんはわらいました。",
            ])
    }

    @Test func aLostQuotationMarkSpoilsOnlyItsOwnSentence() {
        let sentences = english.check("Oh no, my kite!\" cried Mia. Mia had a red kite.").sentences.map(
            \.text)
        #expect(sentences == ["Oh no, my kite!\" cried Mia.", "Mia had a red kite."])
    }

    @Test(arguments: StoryLanguage.allCases)
    func aCutOffSentenceIsReportedAndNotCounted(language: StoryLanguage) {
        let story = StoryGenerator(language: language, seed: 4).stories(count: 2)
        let cut = String(story.dropLast(8))
        let checker = StoryChecker(language: language)
        let report = checker.check(cut)
        #expect(report.sentenceCount == checker.check(story).sentenceCount - 1)
        #expect(report.incompleteSentence != nil)
        #expect(report.passRate == 1)
        // Followed by another story, the same fragment is a fault.
        #expect(checker.check(cut + "\n\n" + story).passRate < 1)
    }

    @Test func aStoryThatBreaksOffIsUnfinished() {
        let story = StoryGenerator(language: .english, seed: 4).story(at: 0)
        let sentences = english.check(story).sentences.map(\.text)
        let text = sentences.dropLast(2).joined(separator: " ") + "\n\n" + story
        let report = english.check(text)
        #expect(report.passRate == 1)
        #expect(report.unfinishedStories == [1])
        #expect(report.consistentStoryCount == 1)
    }

    @Test func problemsAreNamed() {
        let start = "Mia had a red kite. One windy day, Mia took the red kite to the park."
        let opening = "Once there was a kind girl named Mia. "
        func lastVerdict(_ text: String) -> String { english.check(text).sentences.last!.verdict.description }
        #expect(lastVerdict(opening + start) == "accepted (kite/3.1)")
        #expect(lastVerdict(opening + "Anna had a red kite.") == "the story's hero is Mia, not Anna")
        #expect(
            lastVerdict(opening + "His favorite toy was a red kite.")
                == "the story's hero is Mia, not Ben or 11 others")
        #expect(
            lastVerdict(opening + start + " The blue kite danced high above the park.")
                == "the story's color is red, not blue")
        #expect(
            lastVerdict(opening + start + " The red kite danced high above the hill.")
                == "the story's place is park, not hill")
        #expect(lastVerdict(opening + start + " Mia had a red kite.") == "step 2 cannot follow step 3")
        #expect(
            lastVerdict("Mia took a red apple.").hasPrefix("no sentence of the grammar goes on like this"))
        #expect(
            lastVerdict(opening + start + " Soon it began to rain, and Mia got wet.")
                == "this belongs to a story about \"rain\", not \"kite\"")
        #expect(
            lastVerdict("\"Oh no, my kite!\" cried Mia.") == "Mia (the story's hero) was never introduced")
        let friend = " \"Let us build a snowman!\" said Mia to her friend Anna."
        #expect(
            lastVerdict(opening + "One winter morning, Mia woke up, and the whole world was white." + friend)
                == "Anna (the story's friend) must not be of the same kind as Mia")
    }

    @Test(arguments: ["", "\n\n\n", "\"", "…", "\"Mia said", "。", "}{ {hero}.", "A. B! C? \"D.\""])
    func anyTextCanBeChecked(text: String) {
        for checker in [english, japanese] {
            #expect(checker.check(text).passCount == 0)
            #expect(checker.check(text).passRate == 0)
        }
    }
}
