import Foundation
import HibariStories
import Testing

@Suite struct StoryGeneratorTests {
    @Test(arguments: [
        (StoryLanguage.english, UInt64(0xc6b2_87bd_30ba_70aa)), (.japanese, 0x80cb_1d0f_87b9_f4c8),
    ])
    func writesTheSameBytesEveryTime(language: StoryLanguage, hash: UInt64) {
        let text = StoryGenerator(language: language, seed: 1).stories(byteCount: 200_000)
        #expect(fnv1a(text) == hash, "the stories of seed 1 changed: \(fnv1a(text))")
        #expect(text == StoryGenerator(language: language, seed: 1).stories(byteCount: 200_000))
        #expect(text != StoryGenerator(language: language, seed: 2).stories(byteCount: 200_000))
    }

    @Test(arguments: StoryLanguage.allCases)
    func aStoryIsAFunctionOfItsIndex(language: StoryLanguage) {
        let generator = StoryGenerator(language: language, seed: 5)
        let all = generator.stories(count: 20)
        let single = (0..<20).map { generator.story(at: $0) }
        #expect(all == single.joined(separator: "\n\n") + "\n")
        #expect(generator.stories(count: 0).isEmpty)
    }

    @Test(arguments: StoryLanguage.allCases)
    func endsOnAStoryBoundaryPastTheRequestedSize(language: StoryLanguage) {
        let generator = StoryGenerator(language: language, seed: 3)
        for size in [1, 1000, 10_000] {
            let text = generator.stories(byteCount: size)
            let count = text.split(separator: "\n", omittingEmptySubsequences: true).count
            #expect(text.utf8.count >= size)
            #expect(text == generator.stories(count: count))
            #expect(count == 1 || generator.stories(count: count - 1).utf8.count < size)
        }
        #expect(generator.stories(byteCount: 0).isEmpty)
    }

    @Test(arguments: StoryLanguage.allCases)
    func storiesAreShortAndDistinct(language: StoryLanguage) {
        let generator = StoryGenerator(language: language, seed: 11)
        let stories = (0..<5000).map { generator.story(at: $0) }
        #expect(Set(stories).count > 4950)
        let lengths = stories.map(\.count)
        #expect(lengths.allSatisfy { $0 > 120 && $0 < 750 })
        #expect(
            !stories.contains {
                $0.contains("{") || $0.contains("|") || $0.contains("\n") || $0.contains("  ")
            })
    }

    @Test func englishHasAVocabularyWorthLearning() {
        let text = StoryGenerator(language: .english, seed: 1).stories(byteCount: 400_000)
        let words = Set(text.lowercased().split { !$0.isLetter })
        #expect(words.count >= 600, "\(words.count) words")
    }

    @Test func japaneseHasAVocabularyWorthLearning() {
        let text = StoryGenerator(language: .japanese, seed: 1).stories(byteCount: 800_000)
        #expect(Set(text).count >= 350, "\(Set(text).count) characters")
    }

    @Test(arguments: StoryLanguage.allCases)
    func committedSampleIsWhatTheGeneratorWrites(language: StoryLanguage) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "corpora/stories-\(language.rawValue).txt")
        let committed = try String(contentsOf: file, encoding: .utf8)
        #expect(committed == StoryGenerator(language: language, seed: 1).stories(byteCount: 60_000))
    }
}

/// FNV-1a, 64 bits: small enough to write here, and changes with any byte.
private func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
