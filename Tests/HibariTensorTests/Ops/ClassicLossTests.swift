import HibariTensor
import Testing

/// The losses beside cross-entropy, worked by hand.
@Suite struct ClassicLossTests {
    private let prediction = vector(1, 2, 3, 4), target = vector(1, 0, 3.5, 7)

    /// Differences 0, 2, −0.5, −3.
    @Test func regression() {
        expect(halfSquaredError(prediction, target), [], [0.5 * (4 + 0.25 + 9)])
        expect(absoluteError(prediction, target), [], [5.5 / 4])
        expect(huber(prediction, target), [], [(1.5 + 0.125 + 2.5) / 4])
        expect(huber(prediction, target, delta: 2), [], [(2 + 0.125 + 4) / 4])
        expect(smoothL1(prediction, target, beta: 2), [], [(2 + 0.125 + 4) / 8])
        let slopes = gradients([prediction]) { halfSquaredError($0[0], target) }[0]
        expect(slopes, [4], [0, 2, -0.5, -3])
        expect(gradients([prediction]) { absoluteError($0[0], target) }[0], [4], [0, 0.25, -0.25, -0.25])
        expect(gradients([prediction]) { huber($0[0], target) }[0], [4], [0, 0.25, -0.125, -0.25])
    }

    @Test func meanSquaredErrorIsTwiceTheHalfSumOverTheCount() {
        let (mean, half) = (
            meanSquaredError(prediction, target).item, halfSquaredError(prediction, target).item
        )
        #expect(mean == 2 * half / 4)
    }

    /// {0, 1} and {−1, +1}: two spellings of one loss and of its gradient.
    @Test func logisticFormsAgree() {
        let logits = vector(-30, -2, -0.1, 0, 0.3, 5, 40, 200)
        let answers = vector(0, 1, 0, 1, 1, 0, 1, 0)
        let labels = 2 * answers - Tensor(repeating: 1, shape: [8])
        let (a, b) = (binaryCrossEntropy(logits, answers).item, logisticLoss(logits, labels).item)
        #expect(abs(a - b) <= 1e-6 * a)
        let (da, db) = (
            gradients([logits]) { binaryCrossEntropy($0[0], answers) }[0],
            gradients([logits]) { logisticLoss($0[0], labels) }[0]
        )
        expect(da, [8], db.cast(to: .float64).array())
        // ln 2 for a logit of 0; the logit itself for a sure mistake.
        expect(binaryCrossEntropy(vector(0), vector(1)), [], [0.69314718])
        expect(binaryCrossEntropy(vector(200), vector(0)), [], [200])
        expect(binaryCrossEntropy(vector(0), vector(1), positiveWeight: 3), [], [3 * 0.69314718])
    }

    /// Two classes by softmax of (0, x) are one logit x.
    @Test func twoClassesAreOneLogit() {
        let logits = vector(-1.5, 0.2, 3)
        let pairs = matrix([0, -1.5], [0, 0.2], [0, 3])
        let many = crossEntropy(pairs, Tensor([1, 0, 1] as [Int32], shape: [3])).item
        #expect(abs(many - binaryCrossEntropy(logits, vector(1, 0, 1)).item) < 1e-6)
    }

    @Test func hinge() {
        // Margins 1 − y·x of 0.5, −1, 3.
        expect(hingeLoss(vector(0.5, -2, 2), vector(1, -1, -1)), [], [3.5 / 3])
        // Row 1: max(0, 1 − 3 + 1) + max(0, 1 − 3 + 2.5) = 0.5; row 2: (1 − 0 + 1) + (1 − 0 + 2) = 5.
        let scores = matrix([1, 3, 2.5], [1, 2, 0])
        let loss = multiclassHingeLoss(scores, Tensor([1, 2] as [Int32], shape: [2]))
        expect(loss, [], [5.5 / 6])
        // A row whose target is ignored counts for nothing.
        let ignoring = Tensor([1, ignoredTarget] as [Int32], shape: [2])
        expect(multiclassHingeLoss(scores, ignoring), [], [0.5 / 3])
        let slopes = gradients([scores]) { multiclassHingeLoss($0[0], ignoring) }[0]
        expect(slopes, [2, 3], [0, -1.0 / 3, 1.0 / 3, 0, 0, 0])
        let none = Tensor([ignoredTarget, ignoredTarget] as [Int32], shape: [2])
        expect(multiclassHingeLoss(scores, none), [], [0])
    }

    @Test func divergence() {
        let p = matrix([0.5, 0.5, 0], [0.25, 0.25, 0.5])
        // Of a distribution from itself 0; from the uniform one, ln 3 less its entropy.
        expect(klDivergence(log(matrix([0.5, 0.5, 0.1], [0.25, 0.25, 0.5])), p), [], [0])
        let even = Tensor(repeating: -1.0986123, shape: [2, 3])
        expect(klDivergence(even, p), [], [1.0986123 - (0.69314718 + 1.0397208) / 2])
    }

    @Test func classWeights() {
        let logits = matrix([0, 1, 2], [3, 0, 0])
        let targets = Tensor([2, 1] as [Int32], shape: [2])
        // Losses 0.40760596 and 3.09492303 with weights 4 and 2.
        let loss = crossEntropy(logits, targets, classWeights: vector(1, 2, 4))
        expect(loss, [], [(4 * 0.40760596 + 2 * 3.09492303) / 6])
        let same = crossEntropy(logits, targets, classWeights: vector(1, 1, 1)).item
        #expect(abs(same - crossEntropy(logits, targets).item) < 1e-7)
    }

    @Test func oneHotRows() {
        let ids = Tensor([2, 0] as [Int32], shape: [2])
        expect(oneHot(ids, classes: 3), [2, 3], [0, 0, 1, 1, 0, 0])
    }

    @Test func shapedFunctions() {
        let x = vector(-2, -0.5, 0, 0.5, 2)
        expect(leakyReLU(x, slope: 0.1), [5], [-0.2, -0.05, 0, 0.5, 2])
        expect(elu(x, alpha: 2), [5], [2 * (0.13533528 - 1), 2 * (0.60653066 - 1), 0, 0.5, 2])
        expect(hardTanh(x), [5], [-1, -0.5, 0, 0.5, 1])
        expect(clamp(x, to: 0...1), [5], [0, 0, 0, 0.5, 1])
        expect(softplus(x), [5], [0.126928, 0.47407698, 0.69314718, 0.97407698, 2.126928])
        expect(abs(x), [5], [2, 0.5, 0, 0.5, 2])
        expect(step(x), [5], [0, 0, 0, 1, 1])
        expect(selu(vector(1, -100)), [2], [1.0507010, -1.7580993])
        for function in [{ leakyReLU($0) }, { elu($0) }, hardTanh, softplus, { abs($0) }]
            as [(Tensor) -> Tensor]
        {
            #expect(function(vector(.nan)).item.isNaN)
        }
    }

    @Test func badArgumentsTrap() async {
        await #expect(processExitsWith: .failure) { _ = huber(vector(1), vector(1), delta: 0) }
        await #expect(processExitsWith: .failure) { _ = absoluteError(vector(1, 2), matrix([1], [2])) }
        await #expect(processExitsWith: .failure) { _ = binaryCrossEntropy(vector(1, 2), vector(1)) }
        await #expect(processExitsWith: .failure) {
            _ = multiclassHingeLoss(matrix([1, 2]), Tensor([2] as [Int32], shape: [1]))
        }
        await #expect(processExitsWith: .failure) {
            _ = crossEntropy(
                matrix([1, 2]), Tensor([1] as [Int32], shape: [1]), classWeights: vector(1, 2, 3))
        }
        await #expect(processExitsWith: .failure) {
            let x = Parameter(vector(1))
            _ = valueWithGradient { step(x.tensor).sum() }
        }
    }
}
