import HibariChat
import HibariTensor
import HibariTraining
import Testing

/// Inputs and targets of one example, worked out by hand.
@Suite struct InstructionSequenceTests {
    /// Question 10 11 12, answer 20 21, end 30, line feed 40.
    private let example = TokenizedConversation(
        ids: [10, 11, 12, 20, 21, 30, 40],
        isTrained: [false, false, false, true, true, true, false])

    @Test func theAnswerIsTheTarget() throws {
        let sequence = try #require(InstructionSequence(example, limit: 100))
        let none = ignoredTarget
        // The end is predicted but never read, and the line feed is neither.
        #expect(sequence.inputs == [10, 11, 12, 20, 21])
        #expect(sequence.targets == [none, none, 20, 21, 30])
        #expect(sequence.trainedCount == 3 && !sequence.isCut)
        #expect(sequence.conversation.ids == [10, 11, 12, 20, 21, 30])
        #expect(sequence.conversation.isTrained == Array(example.isTrained.dropLast()))
    }

    @Test func theContextCutsTheEnd() throws {
        // Of five inputs nothing is cut.
        #expect(InstructionSequence(example, limit: 5)?.isCut == false)
        let cut = try #require(InstructionSequence(example, limit: 4))
        #expect(cut.inputs == [10, 11, 12, 20] && cut.isCut)
        #expect(cut.targets == [ignoredTarget, ignoredTarget, 20, 21])
        #expect(InstructionSequence(example, limit: 3)?.inputs == [10, 11, 12])
        // The answer begins behind the context.
        #expect(InstructionSequence(example, limit: 2) == nil)
    }

    @Test func severalAnswers() throws {
        let turns = TokenizedConversation(
            ids: [1, 2, 3, 4, 5, 6], isTrained: [false, true, false, false, true, false])
        let sequence = try #require(InstructionSequence(turns, limit: 100))
        #expect(sequence.inputs == [1, 2, 3, 4])
        #expect(sequence.targets == [2, ignoredTarget, ignoredTarget, 5])
        // The second answer is cut, and with it what leads to it.
        let cut = try #require(InstructionSequence(turns, limit: 3))
        #expect(cut.inputs == [1] && cut.targets == [2] && cut.isCut)
    }

    @Test func nothingToLearn() {
        #expect(InstructionSequence(.init(ids: [], isTrained: []), limit: 9) == nil)
        // Nothing stands before the first token.
        #expect(InstructionSequence(.init(ids: [1], isTrained: [true]), limit: 9) == nil)
        #expect(InstructionSequence(.init(ids: [1, 2], isTrained: [true, false]), limit: 9) == nil)
        #expect(InstructionSequence(.init(ids: [1, 2], isTrained: [true, true]), limit: 9)?.targets == [2])
    }
}
