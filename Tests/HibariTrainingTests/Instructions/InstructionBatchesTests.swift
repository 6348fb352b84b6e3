import HibariChat
import HibariSupport
import HibariTensor
import HibariTraining
import Testing

/// Which examples come when.
@Suite struct InstructionBatchesTests {
    private let examples: InstructionExamples

    private let folder = InstructionFolder()

    init() throws { examples = try folder.data(60, heldOut: .none).training }

    private func batches(_ packing: InstructionPacking, seed: UInt64 = 1) throws -> InstructionBatches {
        try InstructionBatches(examples, packing: packing, seed: seed)
    }

    /// The sequences of a batch, cut apart again.
    private func parts(_ batch: InstructionBatch) -> [[Int32]] {
        var start = 0
        return batch.segments.map { length in
            defer { start += length }
            let range = start..<start + length
            return Array(batch.inputs[range]) + [-1] + Array(batch.targets[range])
        }
    }

    private var all: [[Int32]] {
        examples.sequences.map { $0.inputs + [-1] + $0.targets }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test func firstFitByHand() {
        let lengths = [6, 5, 4, 5, 3, 7]
        // 6; 5; 4 with 6; 5 with 5; 3 and 7 have no room, so they begin a pack of their own.
        #expect(
            InstructionPacking.tokens(10).packs(order: [0, 1, 2, 3, 4, 5], lengths: lengths)
                == [[0, 2], [1, 3], [4, 5]])
        #expect(
            InstructionPacking.tokens(10).packs(order: [5, 3, 4, 1, 0, 2], lengths: lengths)
                == [[5, 4], [3, 1], [0, 2]])
        #expect(
            InstructionPacking.examples(4).packs(order: [5, 3, 4, 1, 0, 2], lengths: lengths)
                == [[5, 3, 4, 1], [0, 2]])
    }

    @Test(arguments: [InstructionPacking.tokens(400), .tokens(10_000), .examples(7), .examples(1)])
    func everyExampleOnceAnEpoch(_ packing: InstructionPacking) throws {
        let batches = try batches(packing)
        var orders: [[[Int32]]] = []
        var (step, tokens) = (0, 0)
        for epoch in 1...3 {
            var seen: [[Int32]] = []
            let end = batches.batchCount(epochs: Double(epoch))
            while step < end {
                let batch = batches.batch(step: step)
                #expect(batch.inputs.count == batch.segments.reduce(0, +))
                switch packing {
                case .tokens(let budget): #expect(batch.inputs.count <= budget)
                case .examples(let count): #expect((1...count).contains(batch.segments.count))
                }
                #expect(batches.trainedCount(step: step) == batch.targets.count { $0 != ignoredTarget })
                seen += parts(batch)
                tokens += batch.inputs.count
                step += 1
                #expect(batches.tokens(inBatches: step) == tokens)
            }
            orders.append(seen)
            let isEachOnce = seen.sorted { $0.lexicographicallyPrecedes($1) } == all
            #expect(isEachOnce, "epoch \(epoch)")
            #expect(batches.epochs(afterBatches: step) == Double(epoch))
            #expect(tokens == epoch * examples.tokenCount)
        }
        let areShuffled = orders[0] != orders[1] && orders[1] != orders[2]
        #expect(areShuffled)
    }

    /// No order of questions changes the answers: a resumed run asks for the middle first.
    @Test func aFunctionOfTheStep() throws {
        let forward = try batches(.tokens(400))
        let last = forward.batchCount(epochs: 4)
        let expected = (0..<last).map { forward.batch(step: $0) }
        let backward = try batches(.tokens(400))
        for step in (0..<last).reversed() {
            let isSame = backward.batch(step: step) == expected[step]
            #expect(isSame, "step \(step)")
        }
        let isOther = try batches(.tokens(400), seed: 2).batch(step: 0) != expected[0]
        #expect(isOther)
    }

    @Test func partsOfEpochs() throws {
        let batches = try batches(.examples(7))
        // 60 examples are nine batches.
        #expect(batches.batchCount(epochs: 0) == 0 && batches.batchCount(epochs: 2) == 18)
        #expect(batches.batchCount(epochs: 1.5) == 14)
        #expect(batches.epochs(afterBatches: 12) == 1 + 3.0 / 9)
    }

    /// A pack is begun only by an example for which no pack before it has room.
    @Test func packsAreFull() throws {
        let batches = try batches(.tokens(400))
        let packs = (0..<batches.batchCount(epochs: 1)).map { batches.batch(step: $0) }
        #expect(packs.count > 5)
        for (index, pack) in packs.enumerated() {
            for before in packs[..<index] { #expect(before.inputs.count + pack.segments[0] > 400) }
        }
    }

    @Test func aBudgetBelowTheLongestExample() throws {
        let longest = examples.longest
        #expect(throws: InstructionError.batchTooSmall(tokens: longest - 1, longest: longest)) {
            try batches(.tokens(longest - 1))
        }
        _ = try batches(.tokens(longest))
    }
}
