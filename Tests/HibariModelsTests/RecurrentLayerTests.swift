import HibariNN
import HibariTensor
import Testing

@Suite struct RecurrentLayerTests {
    private func layer(_ scope: ParameterScope, _ kind: RecurrentKind) throws -> RecurrentLayer {
        try RecurrentLayer(
            scope["rnn"], kind, inputs: 3, hidden: 4, layers: 2, isBidirectional: true, dropout: 0.5,
            firstDropout: 7)
    }

    @Test func namesAndShapesArePyTorchs() throws {
        let scope = ParameterScope(.initialize(seed: 1))
        _ = try layer(scope, .gru)
        let found = Dictionary(uniqueKeysWithValues: scope.parameters.map { ($0.name, $0.shape.array) })
        var expected: [String: [Int]] = [:]
        for (index, width) in [(0, 3), (1, 8)] {
            for suffix in ["_l\(index)", "_l\(index)_reverse"] {
                expected["rnn.weight_ih" + suffix] = [12, width]
                expected["rnn.weight_hh" + suffix] = [12, 4]
                expected["rnn.bias_ih" + suffix] = [12]
                expected["rnn.bias_hh" + suffix] = [12]
            }
        }
        #expect(found == expected)
        // Uniform in ±1/√4.
        let numbers = scope.parameters.flatMap(\.value.numbers)
        #expect(numbers.allSatisfy { abs($0) <= 0.5 } && numbers.contains { abs($0) > 0.45 })
        #expect(abs(numbers.reduce(0, +) / Double(numbers.count)) < 0.05)
    }

    @Test(arguments: RecurrentKind.allCases) func everyParameterIsReached(_ kind: RecurrentKind) throws {
        let scope = ParameterScope(.initialize(seed: 1))
        let layer = try layer(scope, kind)
        let x = Tensor(uniform: [2, 5, 3], limit: 1, stream: .init(seed: 1, purpose: .testing))
        _ = valueWithGradient {
            let (output, state) = layer(x, lengths: [5, 3], .training(seed: 1, step: 0))
            #expect(output.shape == [2, 5, 8] && layer.outputSize == 8)
            #expect(state.hidden.shape == [4, 2, 4] && (state.cell != nil) == (kind == .lstm))
            return (output * output).sum()
        }
        for parameter in scope.parameters {
            #expect(
                parameter.hasGradient && parameter.gradient.numbers.contains { $0 != 0 }, "\(parameter.name)")
        }
    }

    /// Only between layers, only in training, a new mask in every step.
    @Test func dropoutIsBetweenLayers() throws {
        let layer = try layer(ParameterScope(.initialize(seed: 1)), .lstm)
        let x = Tensor(uniform: [2, 5, 3], limit: 1, stream: .init(seed: 1, purpose: .testing))
        func run(_ context: ForwardContext) -> [Double] { layer(x, context).output.numbers }
        #expect(run(ForwardContext()) == run(ForwardContext()))
        #expect(run(.training(seed: 1, step: 0)) == run(.training(seed: 1, step: 0)))
        #expect(run(.training(seed: 1, step: 0)) != run(.training(seed: 1, step: 1)))
        #expect(run(.training(seed: 1, step: 0)) != run(ForwardContext()))
        let single = try RecurrentLayer(
            ParameterScope(.initialize(seed: 1)), .lstm, inputs: 3, hidden: 4, dropout: 0.5)
        let isSame =
            single(x, .training(seed: 1, step: 0)).output.numbers
            == single(x, ForwardContext()).output.numbers
        #expect(isSame)
    }

    /// A last state alone is enough of a loss: sequence classifiers read nothing else.
    @Test func gradientsComeThroughTheLastState() throws {
        let scope = ParameterScope(.initialize(seed: 1))
        let layer = try RecurrentLayer(scope, .lstm, inputs: 3, hidden: 4)
        let x = Tensor(uniform: [2, 5, 3], limit: 1, stream: .init(seed: 1, purpose: .testing))
        func gradients(_ value: ((output: Tensor, state: RecurrentState)) -> Tensor) -> [[Double]] {
            scope.parameters.forEach { $0.clearGradient() }
            _ = valueWithGradient { value(layer(x, ForwardContext())).sum() }
            return scope.parameters.map(\.gradient.numbers)
        }
        let fromState = gradients { $0.state.hidden }
        let fromOutput = gradients { $0.output.slice(axis: 1, 4..<5) }
        for (a, b) in zip(fromState, fromOutput) { #expect(relativeError(a, b) < 1e-6) }
    }
}
