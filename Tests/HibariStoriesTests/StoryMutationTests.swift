import Foundation
import HibariStories
import Testing

/// Breaks good stories in the ways a half-trained model does and expects every break to be found.
@Suite struct StoryMutationTests {
    private static let girls = [
        "Anna", "Clara", "Ella", "Grace", "Iris", "Kate", "Mia", "Olive", "Rosa", "Uma",
    ]
    private static let boys = [
        "Ben", "David", "Felix", "Henry", "Jack", "Leo", "Noah", "Peter", "Sam", "Theo",
    ]

    /// Applies `mutate` to the sentences of 600 stories; each result that differs must lose a sentence.
    private func expectFound(
        _ language: StoryLanguage = .english, atLeast minimum: Int = 200,
        _ mutate: (inout [String]) -> Void
    ) {
        let generator = StoryGenerator(language: language, seed: 77)
        let checker = StoryChecker(language: language)
        let separator = language == .english ? " " : ""
        var tried = 0
        for index in 0..<600 {
            let sentences = checker.check(generator.story(at: index)).sentences.map(\.text)
            var changed = sentences
            mutate(&changed)
            guard changed != sentences else { continue }
            tried += 1
            let text = changed.joined(separator: separator)
            #expect(checker.check(text + "\n\n" + text).passRate < 1, "not found: \(text)")
        }
        #expect(tried >= minimum, "only \(tried) stories could be changed")
    }

    @Test(arguments: [girls, boys])
    func aSwappedName(names: [String]) {
        for position in 2..<6 {
            expectFound(atLeast: 100) { sentences in
                guard let old = names.first(where: sentences[position].contains) else { return }
                let new = names[(names.firstIndex(of: old)! + 3) % names.count]
                sentences[position] = sentences[position].replacingOccurrences(of: old, with: new)
            }
        }
    }

    @Test func aSwappedJapaneseName() {
        expectFound(.japanese, atLeast: 80) { sentences in
            for name in ["はな", "みお", "ゆい", "りん", "めい", "えま", "ななみ", "ことね", "つむぎ"] {
                sentences[3] = sentences[3].replacingOccurrences(of: name + "ちゃん", with: "ひまりちゃん")
            }
        }
    }

    @Test(arguments: [(" he ", " she "), (" she ", " he "), (" her ", " his "), (" his ", " her ")])
    func aWrongPronoun(pronoun: (old: String, new: String)) {
        expectFound(atLeast: 100) { sentences in
            guard let index = sentences.firstIndex(where: { $0.contains(pronoun.old) }) else { return }
            sentences[index] = sentences[index].replacingOccurrences(of: pronoun.old, with: pronoun.new)
        }
    }

    @Test(arguments: 0..<8)
    func wordSalad(position: Int) {
        expectFound { sentences in
            let words = sentences[position].dropLast().split(separator: " ")
            sentences[position] = words.reversed().joined(separator: " ") + "."
        }
        expectFound { sentences in
            var words = sentences[position].split(separator: " ")
            words[words.count / 2] = "banana"
            sentences[position] = words.joined(separator: " ")
        }
    }

    @Test(arguments: StoryLanguage.allCases)
    func aMisspelling(language: StoryLanguage) {
        expectFound(language) { sentences in
            var characters = Array(sentences[4])
            let middle = characters.count / 2
            characters.swapAt(middle, middle + 1)
            sentences[4] = String(characters)
        }
    }

    @Test(arguments: StoryLanguage.allCases, 0..<7)
    func sentencesInTheWrongOrder(language: StoryLanguage, position: Int) {
        expectFound(language) { $0.swapAt(position, position + 1) }
        expectFound(language) { $0.insert($0[position], at: position + 1) }
    }

    @Test func anotherThing() {
        let swaps = [
            ("red", "blue"), ("apples", "eggs"), ("kitten", "puppy"), ("duckling", "lamb"), ("Mew", "Woof"),
            ("fox", "bear"), ("turtle", "swan"), ("lantern", "torch"), ("lake", "pond"), ("meadow", "park"),
            ("robot", "drum"), ("carrot", "radish"), ("bakery", "market"), ("robin", "wren"),
        ]
        for position in 4..<8 {
            expectFound(atLeast: 30) { sentences in
                for (old, new) in swaps where sentences[position].contains(old) {
                    // The introduction itself may name anything; only a later mention can contradict.
                    guard sentences[..<position].contains(where: { $0.contains(old) }) else { continue }
                    sentences[position] = sentences[position].replacingOccurrences(of: old, with: new)
                    return
                }
            }
        }
    }
}
