import HibariSupport
import HibariTokenizers
import Testing

@Suite struct ByteTrieTests {
    @Test(arguments: [1, 10, 300, 3000]) func findsTheLongest(count: Int) {
        var random = RandomStream(seed: UInt64(count), purpose: .testing)
        let strings = (0..<count).map { index in
            let letters = index % 3 == 0 ? 256 : 3
            return (0..<random.index(below: 6)).map { _ in UInt8(random.index(below: letters)) }
        }
        let trie = ByteTrie(strings.enumerated().map { ($1[...], Int32($0)) })
        for trial in 0..<500 {
            let text = (0..<8).map { _ in UInt8(random.index(below: trial % 2 == 0 ? 3 : 256)) }
            let begins = strings.indices.filter { !strings[$0].isEmpty && text.starts(with: strings[$0]) }
            let length = begins.map { strings[$0].count }.max()
            let expected = begins.last { strings[$0].count == length }
            let found = trie.longestMatch(in: text[...])
            #expect(
                found.map { Int($0.value) } == expected && found?.length == length,
                "\(text) in \(count) strings")
        }
    }

    /// In no more than the time that their bytes take.
    @Test func longAndManyStrings() {
        let long = [UInt8](repeating: 7, count: 300_000)
        let many = (0..<60_000).map { index in (0..<4).map { UInt8(truncatingIfNeeded: index >> (6 * $0)) } }
        let trie = ByteTrie(([long] + many).enumerated().map { ($1[...], Int32($0)) })
        #expect(trie.longestMatch(in: long[...])?.length == 300_000)
        #expect(trie.longestMatch(in: many[59_999][...])?.value == 60_000)
        #expect(trie.longestMatch(in: []) == nil)
    }
}
