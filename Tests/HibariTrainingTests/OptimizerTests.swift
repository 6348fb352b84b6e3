import Glibc
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import Testing

/// Optimizer steps worked by hand, on a matrix (decayed) and a vector (not decayed).
@Suite struct OptimizerTests {
    private let matrix = Parameter(
        Tensor([1.0, -2.0], shape: [2, 1]), name: "matrix", role: .hiddenMatrix(.outputMajor))
    private let vector = Parameter(Tensor([0.5], shape: [1]), name: "vector")
    private var parameters: [Parameter] { [matrix, vector] }

    /// Sets the gradients to (3, 4) and 12, whose global norm is 13.
    private func setGradients(_ sign: Double = 1) {
        for parameter in parameters { parameter.clearGradient() }
        let (a, b) = (Tensor([3 * sign, 4 * sign], shape: [2, 1]), Tensor([12 * sign], shape: [1]))
        _ = valueWithGradient { (matrix.tensor * a).sum() + (vector.tensor * b).sum() }
    }

    private func values(_ parameter: Parameter) -> [Double] { parameter.value.array(of: Double.self) }

    private func expect(
        _ found: [Double], _ expected: [Double], _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found), \(expected)",
            sourceLocation: location)
    }

    @Test func globalNorm() {
        setGradients()
        #expect(GradientNorm(parameters)() == 13)
        for parameter in parameters { parameter.clearGradient() }
        #expect(GradientNorm(parameters)() == 0)
    }

    @Test func firstStepOfAdamWIsTheLearningRate() {
        let optimizer = AdamW(parameters, beta1: 0.9, beta2: 0.95, epsilon: 0, weightDecay: 0.1)
        setGradients()
        optimizer.step(learningRate: 0.01)
        // m̂ / √v̂ is the sign of the gradient; the matrix is first scaled by 1 − 0.01·0.1.
        expect(values(matrix), [0.999 - 0.01, -1.998 - 0.01])
        expect(values(vector), [0.49])
        #expect(optimizer.stepCount == 1)
    }

    @Test func secondStepOfAdamW() {
        let optimizer = AdamW(parameters, beta1: 0.9, beta2: 0.95, epsilon: 1e-3, weightDecay: 0)
        setGradients()
        optimizer.step(learningRate: 0.01)
        setGradients(-1)
        optimizer.step(learningRate: 0.02, gradientScale: 0.5)
        let g: [Double] = [12, -6]
        let m = 0.9 * (0.1 * g[0]) + 0.1 * g[1]
        let v = 0.95 * (0.05 * g[0] * g[0]) + 0.05 * g[1] * g[1]
        let first = 0.5 - 0.01 * 12 / (12 + 1e-3)
        expect(values(vector), [first - 0.02 * (m / (1 - 0.81)) / ((v / (1 - 0.9025)).squareRoot() + 1e-3)])
    }

    @Test func plainGradientDescent() {
        let optimizer = SGD(parameters, weightDecay: 0.1)
        setGradients()
        optimizer.step(learningRate: 0.01, gradientScale: 2)
        expect(values(matrix), [1 - 0.01 * (6 + 0.1), -2 - 0.01 * (8 - 0.2)])
        expect(values(vector), [0.5 - 0.01 * 24])
    }

    @Test(arguments: [false, true]) func momentum(_ usesNesterov: Bool) {
        let optimizer = SGD(parameters, momentum: 0.9, usesNesterov: usesNesterov)
        setGradients()
        optimizer.step(learningRate: 0.01)
        optimizer.step(learningRate: 0.01)
        // Velocities 12 and 0.9·12 + 12 = 22.8; Nesterov adds 0.9 of the velocity to the gradient.
        let moves = usesNesterov ? [12 + 0.9 * 12, 12 + 0.9 * 22.8] : [12, 22.8]
        expect(values(vector), [0.5 - 0.01 * (moves[0] + moves[1])])
    }

    @Test func frozenParametersStay() {
        vector.isTrainable = false
        let optimizer = AdamW(parameters)
        setGradients()
        optimizer.step(learningRate: 0.1)
        #expect(values(vector) == [0.5])
        #expect(optimizer.state.map(\.name) == ["first.matrix", "second.matrix"])
    }

    /// Without a gradient nothing moves and nothing decays, as in PyTorch.
    @Test(arguments: kinds) func aParameterThatNoLossReachedStays(_ kind: String) {
        let optimizer = makeOptimizer(kind)
        for parameter in parameters { parameter.clearGradient() }
        _ = valueWithGradient { (vector.tensor * vector.tensor).sum() }
        optimizer.step(learningRate: 0.1, gradientScale: 1)
        #expect(values(matrix) == [1, -2])
        #expect(values(vector) != [0.5])
    }

    /// Chunks and threads must not show: 5 tensors of up to three chunks, by one thread and by three.
    @Test(arguments: kinds.filter { $0 != "muon" }) func everyThreadCountGivesTheSame(_ kind: String) {
        func run(_ threads: Int) -> (weights: [[Float]], norm: Double) {
            let before = ThreadPool.shared.threadCount
            ThreadPool.shared.setThreadCount(threads)
            defer { ThreadPool.shared.setThreadCount(before) }
            let parameters = [[1], [200, 200], [16_385], [16_384], [3, 5]].enumerated().map { index, shape in
                let stream = RandomStream(seed: UInt64(index), purpose: .testing)
                return Parameter(
                    Tensor(normal: Shape(shape), deviation: 1, stream: stream), name: "\(index)")
            }
            let (optimizer, norm) = (Self.make(kind, parameters), GradientNorm(parameters))
            for _ in 0..<3 {
                for parameter in parameters {
                    parameter.clearGradient()
                    _ = valueWithGradient { (parameter.tensor * parameter.tensor).sum() }
                }
                optimizer.step(learningRate: 0.01, gradientScale: 0.9)
            }
            return (parameters.map { $0.value.array(of: Float.self) }, norm())
        }
        let (one, three) = (run(1), run(3))
        let isSame = one.weights == three.weights
        #expect(isSame && one.norm == three.norm)
        #expect(one.norm > 100)
    }

    /// A step asks for no memory, not even for a parameter without a gradient.
    @Test(arguments: kinds.filter { $0 != "muon" }) func aStepAllocatesNothing(_ kind: String) async {
        await #expect(processExitsWith: .success) { [kind] in
            let reached = Parameter(Tensor(repeating: 1, shape: [300, 200]), name: "reached")
            let other = Parameter(Tensor(repeating: 1, shape: [300, 200]), name: "other")
            let optimizer = Self.make(kind, [reached, other])
            _ = valueWithGradient { (reached.tensor * reached.tensor).sum() }
            // Whatever is taken now shows as a new peak.
            let statistics = BufferPool.shared.statistics
            let filler = Tensor(
                zeros: [max(1, (statistics.peakUsedBytes - statistics.usedBytes) / 4)], .float32)
            let before = BufferPool.shared.statistics
            #expect(before.peakUsedBytes - before.usedBytes < 100_000)
            optimizer.step(learningRate: 0.01, gradientScale: 1)
            #expect(BufferPool.shared.statistics.peakUsedBytes == before.peakUsedBytes)
            #expect(filler.count > 0)
        }
    }

    private static let kinds = [
        "adamw", "adam", "muon", "lion", "sgd", "rmsprop", "adagrad", "adadelta", "adamax", "nadam",
    ]

    private static func make(_ kind: String, _ parameters: [Parameter]) -> any Optimizer {
        switch kind {
        case "adamw": AdamW(parameters)
        case "adam": Adam(parameters, weightDecay: 0.1)
        case "muon": Muon(parameters, rateRatio: 20)
        case "lion": Lion(parameters, weightDecay: 0.1)
        case "sgd": SGD(parameters, momentum: 0.9, weightDecay: 0.1)
        case "rmsprop": RMSProp(parameters, momentum: 0.9, weightDecay: 0.1)
        case "adagrad": Adagrad(parameters, weightDecay: 0.1)
        case "adamax": AdaMax(parameters, weightDecay: 0.1)
        case "nadam": NAdam(parameters, weightDecay: 0.1)
        default: Adadelta(parameters, weightDecay: 0.1)
        }
    }

    private func makeOptimizer(_ kind: String) -> any Optimizer { Self.make(kind, parameters) }

    @Test(arguments: kinds) func restoredStateGoesOnTheSame(_ kind: String) throws {
        let optimizer = makeOptimizer(kind)
        for sign in [1.0, -1, 1] {
            setGradients(sign)
            optimizer.step(learningRate: 0.01, gradientScale: 1)
        }
        let (weights, state) = (
            parameters.map { values($0) }, optimizer.state.map { ($0.name, $0.tensor.copied()) }
        )
        setGradients()
        optimizer.step(learningRate: 0.01, gradientScale: 1)
        let expected = parameters.map { values($0) }
        for (parameter, old) in zip(parameters, weights) {
            parameter.assign(Tensor(old, shape: parameter.shape))
        }
        let restored = makeOptimizer(kind)
        try restored.restore(stepCount: 3) { name, shape in
            let tensor = state.first { $0.0 == name }?.1
            #expect(tensor?.shape == shape)
            return tensor ?? Tensor(zeros: shape, .float64)
        }
        setGradients()
        restored.step(learningRate: 0.01, gradientScale: 1)
        #expect(parameters.map { values($0) } == expected)
        #expect(restored.stepCount == 4)
    }
}
