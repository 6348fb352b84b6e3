import HibariTensor
import Testing

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

    @Test func worstErrors() {
        let worst = checkGradients(of: OpCase.all).sorted { $0.largestRelativeError > $1.largestRelativeError }
        for result in worst.prefix(5) { print(result.name, result.largestRelativeError, result.worst) }
    }
}
