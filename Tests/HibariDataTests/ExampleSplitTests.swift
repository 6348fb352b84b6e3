import HibariData
import Testing

@Suite struct ExampleSplitTests {
    @Test func everyExampleOnce() {
        let labels = (0..<997).map { Int32($0 * $0 % 7) }
        for parts in [
            ExampleSplit.stratified(labels: labels, fractions: [0.1, 0.2], seed: 3),
            ExampleSplit.random(count: 997, fractions: [0.1, 0.2], seed: 3),
        ] {
            #expect(parts.count == 3 && parts.joined().sorted() == Array(0..<997))
            #expect(abs(parts[1].count - 100) <= 1 && abs(parts[2].count - 199) <= 1)
        }
    }

    @Test func everyClassHasItsShare() {
        // 600, 60 and 6 of three classes.
        let labels = (0..<666).map { Int32($0 < 600 ? 0 : $0 < 660 ? 1 : 2) }
        let parts = ExampleSplit.stratified(labels: labels, fractions: [0.2, 0.1], seed: 9)
        for (label, count) in [(0, 600), (1, 60), (2, 6)] {
            for (part, share) in zip(parts, [0.7, 0.2, 0.1]) {
                let members = part.count { labels[$0] == Int32(label) }
                #expect(abs(Double(members) - share * Double(count)) <= 1.5)
            }
        }
    }

    @Test func theSeedDecides() {
        let labels = (0..<100).map { Int32($0 % 4) }
        let one = ExampleSplit.stratified(labels: labels, fractions: [0.25], seed: 1)
        #expect(one == ExampleSplit.stratified(labels: labels, fractions: [0.25], seed: 1))
        #expect(one != ExampleSplit.stratified(labels: labels, fractions: [0.25], seed: 2))
        let random = ExampleSplit.random(count: 100, fractions: [0.25], seed: 1)
        #expect(random != ExampleSplit.random(count: 100, fractions: [0.25], seed: 2))
        // Not simply every fourth.
        #expect(Set(random[1].map { $0 % 4 }).count > 1)
        #expect(ExampleSplit.random(count: 0, fractions: [0.5], seed: 1) == [[], []])
    }
}
