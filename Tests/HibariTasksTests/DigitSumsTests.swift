import HibariTasks
import HibariTensor
import HibariTraining
import Testing

@Suite struct DigitSumsTests {
    /// 85 + 50 = 135, the example of minGPT: "8550" and "531".
    @Test func digitsAndTargets() {
        let sums = DigitSums(digits: 2, pairs: [8550, 9])
        #expect(sums.sequence(0) == [8, 5, 5, 0, 5, 3, 1] && sums.sequence(1) == [0, 0, 0, 9, 9, 0, 0])
        let (input, target) = sums.batch(indices: [0], random: nil)
        let none = ignoredTarget
        #expect(input.array(of: Int32.self) == [8, 5, 5, 0, 5, 3])
        #expect(target.array(of: Int32.self) == [none, none, none, 5, 3, 1])
        #expect(sums.length == 6)
    }

    @Test(arguments: [1, 2, 3]) func noSumIsInTwoParts(_ digits: Int) {
        let parts = DigitSums.split(digits: digits, limit: 100_000, seed: 1)
        let all = parts.train.pairs + parts.validation.pairs + parts.test.pairs
        #expect(Set(all).count == all.count)
        #expect(parts.test.count == (digits == 1 ? 5 : 500) && parts.validation.count == parts.test.count)
        #expect(all.count == [100, 10_000, 101_000][digits - 1])
        #expect(parts.test.identity == DigitSums.split(digits: digits, limit: 1, seed: 1).test.identity)
        #expect(parts.test.identity != DigitSums.split(digits: digits, limit: 1, seed: 2).test.identity)
    }
}
