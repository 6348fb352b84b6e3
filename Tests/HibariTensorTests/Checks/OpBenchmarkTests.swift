import HibariTensor
import Testing

@Suite struct OpBenchmarkTests {
    @Test func everyOpHasABenchmarkOfItsOwn() {
        #expect(Set(OpBenchmark.all.map(\.item.op)) == Set(OpName.allCases))
        let names = OpBenchmark.all.map(\.item.name)
        #expect(Set(names).count == names.count)
    }

    @Test func measuresBothPasses() {
        let softmax = OpBenchmark.all.first { $0.item.op == .softmax }!
        let result = softmax.run(seconds: 0)
        #expect(result.forwardSeconds > 0 && result.backwardSeconds > 0)
        // Read and write 4096 × 384 floats; backward reads the input and a gradient and writes one.
        #expect(result.forwardBytes == 2 * 6_291_456 && result.backwardBytes == 3 * 6_291_456)
        let embedding = OpBenchmark.all.first { $0.item.op == .embedding }!
        #expect(embedding.run(seconds: 0).backwardSeconds > 0)
    }
}
