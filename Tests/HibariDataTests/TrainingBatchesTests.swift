import HibariData
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// A slice of the bytes 0, 1, 2, … modulo 251, with `offset` other tokens before it.
func countingTokens(_ count: Int, offset: Int = 0) throws -> TokenSlice {
    let directory = TemporaryDirectory()
    let bytes = [UInt8](repeating: 255, count: offset) + (0..<count).map { UInt8($0 % 251) }
    let path = try directory.write("a.txt", bytes)
    let corpus = try TokenizedCorpus(reading: CorpusReader(paths: [path]), tokenizer: ByteTokenizer())
    return TokenSlice(corpus.tokens, range: offset..<offset + count)
}

@Suite struct RandomPermutationTests {
    @Test(arguments: [1, 2, 3, 4, 5, 15, 16, 17, 64, 65, 1000, 4097]) func isBijection(count: Int) {
        for epoch: UInt64 in 0..<3 {
            let stream = RandomStream(seed: 5, purpose: .testing, stream: epoch)
            let permutation = RandomPermutation(count: count, random: stream)
            #expect((0..<count).map { permutation[$0] }.sorted() == Array(0..<count))
        }
    }

    @Test func dependsOnTheStream() {
        func order(_ seed: UInt64, _ stream: UInt64) -> [Int] {
            let permutation = RandomPermutation(
                count: 100, random: RandomStream(seed: seed, purpose: .testing, stream: stream))
            return (0..<100).map { permutation[$0] }
        }
        #expect(order(1, 0) == order(1, 0))
        #expect(order(1, 0) != order(1, 1))
        #expect(order(1, 0) != order(2, 0))
        #expect(order(1, 0) != Array(0..<100))
    }

    /// Each place gets each number about equally often: χ² with 81 degrees of freedom is above 160 less
    /// than once in 10⁶.
    @Test func placesAreEvenlySpread() {
        let (count, trials) = (10, 5000)
        var hits = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        for trial in 0..<trials {
            let random = RandomStream(seed: 11, purpose: .testing, stream: UInt64(trial))
            let permutation = RandomPermutation(count: count, random: random)
            for index in 0..<count { hits[index][permutation[index]] += 1 }
        }
        let expected = Double(trials) / Double(count)
        let statistic = hits.joined().reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        #expect(statistic < 160)
    }
}

@Suite struct TrainingBatchesTests {
    private func batch(_ batches: TrainingBatches, _ step: Int) -> (inputs: [Int32], targets: [Int32]) {
        var inputs = [Int32](repeating: -1, count: batches.tokensPerBatch)
        var targets = inputs
        inputs.withUnsafeMutableBufferPointer { inputs in
            targets.withUnsafeMutableBufferPointer { batches.batch(step: step, into: inputs, targets: $0) }
        }
        return (inputs, targets)
    }

    @Test func rowsAreWindowsAndTargetsTheNextTokens() throws {
        let batches = try TrainingBatches(
            tokens: try countingTokens(100, offset: 7), batchSize: 3, contextLength: 8, seed: 1)
        for step in 0..<20 {
            let (inputs, targets) = batch(batches, step)
            for row in 0..<3 {
                let start = batches.windowStart(ofSequence: step * 3 + row)
                #expect(Array(inputs[row * 8..<row * 8 + 8]) == (start..<start + 8).map(Int32.init))
                #expect(Array(targets[row * 8..<row * 8 + 8]) == (start + 1...start + 8).map(Int32.init))
            }
        }
    }

    @Test(arguments: [(9, 8), (15, 8), (16, 8), (17, 8), (100, 8), (101, 1), (1000, 7), (2, 1)])
    func epochVisitsEachWindowOnce(count: Int, contextLength: Int) throws {
        let batches = try TrainingBatches(
            tokens: try countingTokens(count), batchSize: 1, contextLength: contextLength, seed: 2)
        let perEpoch = batches.windowsPerEpoch
        #expect(count - 1 - perEpoch * contextLength < 2 * contextLength)
        var everSeen = Set<Int>()
        for epoch in 0..<200 {
            let starts = (0..<perEpoch).map { batches.windowStart(ofSequence: epoch * perEpoch + $0) }
                .sorted()
            #expect(starts[0] >= 0)
            #expect(starts[perEpoch - 1] + contextLength < count)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == contextLength })
            for start in starts { everSeen.formUnion(start + 1...start + contextLength) }
        }
        #expect(everSeen.count == count - 1, "some tokens are never a target")
    }

    @Test func cutsAndOrderChangeFromEpochToEpoch() throws {
        let batches = try TrainingBatches(
            tokens: try countingTokens(200), batchSize: 1, contextLength: 10, seed: 3)
        let perEpoch = batches.windowsPerEpoch
        let epochs = (0..<20).map { epoch in
            (0..<perEpoch).map { batches.windowStart(ofSequence: epoch * perEpoch + $0) }
        }
        #expect(Set(epochs).count == 20)
        #expect(Set(epochs.map { $0[0] % 10 }).count > 5)
    }

    @Test func stepAloneDecides() throws {
        let tokens = try countingTokens(300)
        let first = try TrainingBatches(tokens: tokens, batchSize: 5, contextLength: 4, seed: 9)
        let again = try TrainingBatches(tokens: tokens, batchSize: 5, contextLength: 4, seed: 9)
        let other = try TrainingBatches(tokens: tokens, batchSize: 5, contextLength: 4, seed: 10)
        for step in 0..<5 { _ = batch(first, step) }
        #expect(batch(first, 40) == batch(again, 40))
        #expect(batch(first, 40) != batch(other, 40))
        #expect(first.epochs(afterSteps: first.windowsPerEpoch) == 5)
    }

    @Test func corpusTooShort() throws {
        let error = #expect(throws: DataError.self) {
            try TrainingBatches(tokens: try countingTokens(8), batchSize: 1, contextLength: 8, seed: 0)
        }
        #expect(error == .corpusTooShort(tokens: 8, contextLength: 8))
        #expect(error?.exitStatus == .badData)
        for part in ["8 tokens", "9", "shorter context"] {
            #expect(error?.description.contains(part) == true)
        }
    }
}

@Suite struct EvaluationWindowsTests {
    @Test(arguments: [2, 3, 8, 9, 10, 24, 25, 26, 33, 100], [1, 3])
    func everyTokenButTheFirstIsATargetOnce(count: Int, batchSize: Int) throws {
        let windows = try EvaluationWindows(
            tokens: try countingTokens(count, offset: 5), batchSize: batchSize, contextLength: 8)
        #expect(windows.targetCount == count - 1)
        var next = 1
        for batch in 0..<windows.batchCount {
            let (rows, columns) = windows.shape(ofBatch: batch)
            #expect(rows <= batchSize && columns <= 8)
            #expect(windows.targetRange(ofBatch: batch) == 5 + next..<5 + next + rows * columns)
            var inputs = [Int32](repeating: -1, count: batchSize * 8)
            var targets = inputs
            inputs.withUnsafeMutableBufferPointer { inputs in
                targets.withUnsafeMutableBufferPointer {
                    windows.fill(batch: batch, into: inputs, targets: $0)
                }
            }
            #expect(
                inputs.prefix(rows * columns).elementsEqual(
                    (next - 1..<next - 1 + rows * columns).map(Int32.init)))
            #expect(
                targets.prefix(rows * columns).elementsEqual((next..<next + rows * columns).map(Int32.init)))
            next += rows * columns
        }
        #expect(next == count)
    }

    @Test func aSingleTokenCannotBeEvaluated() throws {
        #expect(throws: DataError.corpusTooShort(tokens: 1, contextLength: 1)) {
            try EvaluationWindows(tokens: try countingTokens(1), batchSize: 1, contextLength: 8)
        }
    }

    @Test func prefixIsAShorterSlice() throws {
        let slice = try countingTokens(20, offset: 2)
        #expect(slice.prefix(5).range == 2..<7)
        #expect(slice.prefix(100).range == slice.range)
    }
}
