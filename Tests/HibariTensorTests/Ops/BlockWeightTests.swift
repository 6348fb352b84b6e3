import HibariKernels
import HibariTensor
import Testing

/// Weights that stay in their blocks against the same weights as numbers.
@Suite struct BlockWeightTests {
    private static let formats: [BlockFormat] = [.float16, .bfloat16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1]

    @Test(arguments: formats) func linearIsThatOfTheNumbers(_ format: BlockFormat) {
        let weights = [blocks(format, rows: 24, columns: 64, 1), blocks(format, rows: 7, columns: 64, 2)]
        let numbers = weights.map { $0.dequantized() }
        let bias = Tensor(normal: [31], deviation: 1, stream: stream(3))
        for rows in [1, 4, 70] {
            let x = Tensor(normal: [rows, 64], deviation: 1, stream: stream(4))
            for order in [SummationOrder.fixed, .fastest] {
                let got = linear(x, weights: weights, bias: bias, activation: .silu, order: order)
                let expected = linear(x, weights: numbers, bias: bias, activation: .silu, order: order)
                #expect(largestError(got, expected).value < 1e-6, "\(rows) rows, \(order)")
            }
            let cotangent = Tensor(normal: [rows, 31], deviation: 1, stream: stream(5))
            let got = gradients([x, bias], weights: cotangent) {
                linear($0[0], weights: weights, bias: $0[1])
            }
            let expected = gradients([x, bias], weights: cotangent) {
                linear($0[0], weights: numbers, bias: $0[1])
            }
            for (got, expected) in zip(got, expected) {
                #expect(largestError(got, expected).value < 1e-6, "\(rows) rows")
            }
        }
    }

    /// The layers of a quantised file may be of different types.
    @Test func blocksStandBesideNumbers() {
        let (first, second) = (
            blocks(.q8_0, rows: 8, columns: 32, 1), Tensor(normal: [5, 32], deviation: 1, stream: stream(2))
        )
        let x = Tensor(normal: [9, 32], deviation: 1, stream: stream(3))
        let got = linear(x, weights: [first, second])
        let expected = concatenate(
            [linear(x, weights: [first.dequantized()]), linear(x, weights: [second])], axis: -1)
        #expect(largestError(got, expected).value < 1e-6)
    }

    @Test(arguments: formats) func lookingUpAndLossAreThoseOfTheNumbers(_ format: BlockFormat) {
        let weight = blocks(format, rows: 40, columns: 32, 1)
        let numbers = weight.dequantized()
        let ids = Tensor([0, 39, 7, 7] as [Int32], shape: [2, 2])
        let isSame =
            embedding(ids, weight).array(of: Float.self) == embedding(ids, numbers).array(of: Float.self)
        #expect(isSame)

        let x = Tensor(normal: [4, 32], deviation: 1, stream: stream(2))
        let targets = Tensor([3, 39, ignoredTarget, 0] as [Int32], shape: [4])
        let perRow = linearCrossEntropyPerRow(x, weight: weight, targets)
        #expect(largestError(perRow, linearCrossEntropyPerRow(x, weight: numbers, targets)).value < 1e-6)
        let got = gradients([x]) { linearCrossEntropy($0[0], weight: weight, targets) }
        let expected = gradients([x]) { linearCrossEntropy($0[0], weight: numbers, targets) }
        #expect(largestError(got[0], expected[0]).value < 1e-6)
    }

    @Test func blocksAreNeverTrained() async {
        let parameter = Parameter(blocks(.q8_0, rows: 2, columns: 32, 1), name: "w")
        #expect(!parameter.isTrainable && !parameter.canBeTrained)
        await #expect(processExitsWith: .failure) {
            Parameter(blocks(.q8_0, rows: 2, columns: 32, 1), name: "w").isTrainable = true
        }
    }
}

private final class Bytes {
    let start: UnsafeMutableRawPointer
    init(_ count: Int) { start = .allocate(byteCount: count, alignment: 1) }
    deinit { start.deallocate() }
}

/// Random numbers in blocks.
private func blocks(_ format: BlockFormat, rows: Int, columns: Int, _ seed: UInt64) -> Tensor {
    let numbers = Tensor(normal: [rows, columns], deviation: 1, stream: stream(seed))
    let bytes = Bytes(format.byteCount(of: numbers.count))
    Float.quantize(format, numbers.count, numbers.input(Float.self), bytes.start)
    return Tensor(blocks: BlockMatrix(format, rows: rows, columns: columns, bytes.start), owner: bytes)
}
