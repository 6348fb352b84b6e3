import HibariTensor
import Testing

/// The cases of all ops: derivatives, the float32 path, and whether every option matters.
@Suite struct GradientCheckTests {
    @Test func everyOpHasACase() {
        let covered = Set(OpCase.all.map(\.op))
        for op in OpName.allCases { #expect(covered.contains(op), "\(op.rawValue) has no OpCase") }
    }

    @Test func namesAreUnique() {
        let names = OpCase.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: OpName.allCases)
    func derivativesMatchDifferences(op: OpName) {
        for result in checkGradients(of: OpCase.all.filter { $0.op == op }) {
            #expect(result.passed, "\(result.name): \(result.largestRelativeError) at \(result.worst)")
        }
    }

    @Test(arguments: OpName.allCases)
    func gradientsAddUp(op: OpName) {
        for result in checkGradientAccumulation(of: OpCase.all.filter { $0.op == op }) {
            #expect(result.passed, "\(result.name): \(result.largestRelativeError) at \(result.worst)")
        }
    }

    /// Values and gradients of the fast path against the true one.
    @Test(arguments: OpName.allCases)
    func float32MatchesFloat64(op: OpName) {
        for item in OpCase.all where item.op == op {
            let (fast, truth) = (item.parameters(.float32), item.parameters(.float64))
            let error = largestError(item.apply(fast.map(\.value)), item.apply(truth.map(\.value)))
            #expect(error.value < 2e-6, "\(item.name): element \(error.index)")
            _ = valueWithGradient { item.loss(fast)() }
            _ = valueWithGradient { item.loss(truth)() }
            for (a, b) in zip(fast, truth) where b.hasGradient {
                #expect(a.hasGradient)
                // Gradients that are zero in truth are rounding errors of numbers near 1.
                let error = largestError(a.gradient, b.gradient, floor: 0.1)
                #expect(error.value < 1e-5, "\(a.name): gradient element \(error.index)")
            }
        }
    }

    /// Two cases that take the same inputs differ in an option, so they must differ in their results.
    @Test func everyOptionMatters() {
        let cases = OpCase.all
        for (index, first) in cases.enumerated() {
            for second in cases[(index + 1)...] where second.op == first.op && second.inputs == first.inputs {
                let (a, b) = (
                    first.apply(first.parameters(.float64).map(\.value)),
                    second.apply(second.parameters(.float64).map(\.value))
                )
                #expect(
                    a.shape != b.shape || largestError(a, b).value > 1e-6,
                    "\(first.name) and \(second.name) give the same")
            }
        }
    }

    // The check itself must fail when a derivative is wrong.

    @Test func findsAWrongDerivative() {
        let wrong = OpCase(.exp, "times a detached factor", [OpInput([5])]) { $0[0] * exp($0[0].detached) }
        #expect(!checkGradients(of: [wrong])[0].passed)
        let slightlyWrong = OpCase(.scale, "by a factor that moves", [OpInput([5])]) {
            $0[0] + 1e-5 * $0[0].detached
        }
        #expect(!checkGradients(of: [slightlyWrong])[0].passed)
        let nothing = OpCase(.exp, "of a constant", [OpInput([5], isDifferentiable: false)]) { exp($0[0]) }
        #expect(!checkGradients(of: [nothing])[0].passed)
        let notANumber = OpCase(.log, "of negative numbers", [OpInput([5], magnitude: 1...2)]) {
            log(-1 * exp($0[0]))
        }
        #expect(!checkGradients(of: [notANumber])[0].passed)
    }

    @Test func checksAWholeLoss() {
        let weight = Parameter(Tensor([0.3, -0.2, 0.5, 0.1], shape: [2, 2]), name: "weight")
        let frozen = Parameter(Tensor([1.0, 2], shape: [2]), name: "frozen")
        frozen.isTrainable = false
        let x = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        let result = checkGradients(parameters: [weight, frozen]) {
            tanh(linear(x, weights: [weight.tensor]) * frozen.tensor).sum()
        }
        #expect(result.passed && result.elementsChecked == 4, "\(result)")
        #expect(weight.value.array(of: Double.self) == [0.3, -0.2, 0.5, 0.1])
    }
}
