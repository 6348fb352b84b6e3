import Glibc
import HibariTasks
import HibariTensor
import Testing

@Suite struct ClassifierTests {
    @Test func probabilities() {
        let several = classProbabilities(Tensor([0, 0, 0, 1000, 0, 1000] as [Float], shape: [2, 3]))
        #expect(several[0].allSatisfy { abs($0 - 1.0 / 3) < 1e-12 })
        #expect(several[1] == [0.5, 0, 0.5])
        // One logit is that of the second class.
        let one = classProbabilities(Tensor([0, 2, -1000] as [Float], shape: [3, 1]))
        #expect(one[0] == [0.5, 0.5])
        #expect(abs(one[1][1] - 1 / (1 + exp(-2))) < 1e-12)
        #expect(one[2] == [1, 0])
    }

    /// Scores 4, 3, 3, 1 of +, +, −, −: up, then a step both ways for the tie, then right.
    @Test func curveOfThresholds() {
        let (x, y) = rocCurve(scores: [4, 3, 3, 1], isPositive: [true, true, false, false])
        #expect(x == [0, 0, 0.5, 1])
        #expect(y == [0, 0.5, 1, 1])
    }

    @Test func fieldsOfCSV() {
        #expect(quotedField("plain text") == "plain text")
        #expect(quotedField("a,b") == "\"a,b\"")
        #expect(quotedField("5\" disk") == "\"5\"\" disk\"")
        #expect(quotedField("two\r\nlines") == "\"two\r\nlines\"")
    }
}
