import HibariSupport
import Testing

@Suite struct RandomStreamTests {
    /// Known answers from Random123, `tests/kat_vectors`, philox4x32 with ten rounds.
    @Test func philoxKnownAnswers() {
        #expect(
            philox4x32(counter: .zero, key: .zero)
                == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            philox4x32(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        #expect(
            philox4x32(
                counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
                key: SIMD2(0xa409_3822, 0x299f_31d0))
                == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func sequenceIsTheBlocksInOrder() {
        var stream = RandomStream(seed: 7, purpose: .testing, stream: 3)
        let fresh = stream
        for block in 0..<5 {
            let words = fresh.words(atBlock: UInt64(block))
            for lane in 0..<4 { #expect(stream.nextWord() == words[lane]) }
        }
    }

    @Test func everyPartOfThePositionMatters() {
        let base = RandomStream(seed: 7, purpose: .testing, stream: 3).words(atBlock: 5)
        #expect(RandomStream(seed: 8, purpose: .testing, stream: 3).words(atBlock: 5) != base)
        #expect(RandomStream(seed: 7 + 1 << 40, purpose: .testing, stream: 3).words(atBlock: 5) != base)
        #expect(RandomStream(seed: 7, purpose: .dropout, stream: 3).words(atBlock: 5) != base)
        #expect(RandomStream(seed: 7, purpose: .testing, stream: 4).words(atBlock: 5) != base)
        #expect(RandomStream(seed: 7, purpose: .testing, stream: 3).words(atBlock: 6) != base)
        #expect(RandomStream(seed: 7, purpose: .testing, stream: 3).words(atBlock: 5) == base)
    }

    @Test func uniformAndIndexStayInRange() {
        var stream = RandomStream(seed: 1, purpose: .testing)
        var sum = 0.0
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 {
            let value = stream.uniform()
            #expect(value >= 0 && value < 1)
            sum += value
            counts[stream.index(below: 7)] += 1
        }
        #expect(abs(sum / 70_000 - 0.5) < 0.01)
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
        #expect(stream.index(below: 1) == 0)
    }
}
