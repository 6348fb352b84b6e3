import HibariSupport
import HibariTensor
import Testing

@Suite struct LossTests {
    private let logits = matrix([0, 1, 2], [3, 0, 0])

    private func targets(_ ids: Int32...) -> Tensor { Tensor(ids, shape: [ids.count]) }

    @Test func crossEntropyByHand() {
        let first = 0.40760596, second = 3.09492303
        #expect(abs(crossEntropy(logits, targets(2, 1)).item - (first + second) / 2) < 1e-6)
        #expect(abs(crossEntropy(logits, targets(2, ignoredTarget)).item - first) < 1e-6)
        #expect(crossEntropy(logits, targets(ignoredTarget, ignoredTarget)).item == 0)
        expect(crossEntropyPerRow(logits, targets(2, 1)), [2], [first, second])
        expect(crossEntropyPerRow(logits, targets(2, ignoredTarget)), [2], [first, 0])
        // Smoothing ε: (1 − ε)·loss + ε·mean over classes.
        let mean = (2.40760596 + 1.40760596 + 0.40760596) / 3
        #expect(
            abs(
                crossEntropy(logits.slice(0..<1), targets(2), labelSmoothing: 0.3).item
                    - (0.7 * first + 0.3 * mean)) < 1e-6)
    }

    @Test func gradientIsProbabilityMinusTarget() {
        let dx = gradients([logits]) { crossEntropy($0[0], targets(2, ignoredTarget)) }[0]
        expect(dx, [2, 3], [0.09003057, 0.24472847, 0.66524096 - 1, 0, 0, 0])
    }

    @Test func largeLogitsStayFinite() {
        let large = matrix([1e4, 0, -1e4])
        #expect(crossEntropy(large, targets(0)).item == 0)
        #expect(crossEntropy(large, targets(2)).item == 2e4)
        #expect(crossEntropy(matrix([1, .nan, 0]), targets(0)).item.isNaN)
    }

    /// 9,000 classes and 600 rows come in three chunks, the last one shorter.
    @Test(arguments: [1, 0.5])
    func theFusedLossIsThatOfTheLogits(weight: Double) {
        let (rows, classes, width) = (600, 9000, 5)
        let inputs = [[rows, width], [classes, width]].enumerated().map {
            Tensor(
                normal: Shape($0.element), deviation: 0.7,
                stream: RandomStream(seed: 5, purpose: .testing, stream: UInt64($0.offset)))
        }
        let ids = (0..<rows).map { $0 % 11 == 3 ? ignoredTarget : Int32($0 * 7919 % classes) }
        let targets = Tensor(ids, shape: [rows])
        func run(_ loss: (Tensor, Tensor) -> Tensor) -> [Tensor] {
            let parameters = inputs.map { Parameter($0.copied()) }
            let value = valueWithGradient(weight: weight) {
                loss(parameters[0].tensor, parameters[1].tensor)
            }
            return [value] + parameters.map(\.gradient)
        }
        let fused = run { linearCrossEntropy($0, weight: $1, targets) }
        let plain = run { crossEntropy(linear($0, weights: [$1]), targets) }
        // Scaled in the body, the gradients are made in two parts.
        let scaled = run { linearCrossEntropy($0, weight: $1, targets) * Tensor(scalar: Float(0.25)) }
        for (index, name) in ["loss", "input", "weight"].enumerated() {
            #expect(largestError(fused[index], plain[index]).value < 2e-6, "\(name)")
            let quarter = plain[index] * Tensor(scalar: Float(0.25))
            #expect(largestError(scaled[index], quarter).value < 1e-5, "\(name), scaled")
        }
        let perRow = linearCrossEntropyPerRow(inputs[0], weight: inputs[1], targets)
        let expected = crossEntropyPerRow(linear(inputs[0], weights: [inputs[1]]), targets)
        #expect(largestError(perRow, expected).value < 1e-6)
    }

    @Test func meanSquaredErrorByHand() {
        let (a, b) = (matrix([1, 2], [3, 4]), matrix([1, 0], [0, 4]))
        #expect(meanSquaredError(a, b).item == 3.25)
        let result = gradients([a, b]) { meanSquaredError($0[0], $0[1]) }
        expect(result[0], [2, 2], [0, 1, 1.5, 0])
        expect(result[1], [2, 2], [0, -1, -1.5, 0])
    }

    @Test func badArgumentsTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = crossEntropy(matrix([1, 2]), Tensor([2] as [Int32], shape: [1]))
        }
        await #expect(processExitsWith: .failure) {
            _ = crossEntropy(matrix([1, 2]), Tensor([-1] as [Int32], shape: [1]))
        }
        await #expect(processExitsWith: .failure) {
            _ = crossEntropy(matrix([1, 2]), Tensor([0, 0] as [Int32], shape: [2]))
        }
        await #expect(processExitsWith: .failure) { _ = crossEntropy(matrix([1, 2]), vector(1)) }
        await #expect(processExitsWith: .failure) {
            _ = crossEntropy(matrix([1, 2]), Tensor([0] as [Int32], shape: [1]), labelSmoothing: 1)
        }
        await #expect(processExitsWith: .failure) { _ = meanSquaredError(matrix([1, 2]), vector(1, 2)) }
        await #expect(processExitsWith: .failure) {
            let logits = Parameter(matrix([1, 2]))
            _ = valueWithGradient {
                crossEntropyPerRow(logits.tensor, Tensor([0] as [Int32], shape: [1])).sum()
            }
        }
    }
}
