import HibariKernels
import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import Testing

/// Muon on matrices whose singular values are known.
@Suite struct MuonTests {
    /// What five Newton–Schulz steps make of a singular value.
    private func newtonSchulz(_ value: Double) -> Double {
        (0..<5).reduce(value) { x, _ in 3.4445 * x - 4.7750 * x * x * x + 2.0315 * x * x * x * x * x }
    }

    private func setGradient(_ parameter: Parameter, _ gradient: [Double]) {
        parameter.clearGradient()
        let other = Tensor(gradient, shape: parameter.shape)
        _ = valueWithGradient { (parameter.tensor * other).sum() }
    }

    private func expect(
        _ parameter: Parameter, _ expected: [Double], _ location: SourceLocation = #_sourceLocation
    ) {
        let found = parameter.value.array(of: Double.self)
        #expect(
            zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found), \(expected)",
            sourceLocation: location)
    }

    @Test(arguments: [WeightLayout.outputMajor, .inputMajor]) func aColumnKeepsItsDirection(
        _ layout: WeightLayout
    ) {
        let parameter = Parameter(
            Tensor([1.0, -2.0], shape: [2, 1]), name: "w", role: .hiddenMatrix(layout))
        let optimizer = Muon([parameter], rateRatio: 20, weightDecay: 0.1)
        setGradient(parameter, [3, 4])
        optimizer.step(learningRate: 0.001)
        // Its only singular value is its norm. Two outputs of one input weigh √2.
        let step = 0.02 * newtonSchulz(1) * (layout == .outputMajor ? 2.0.squareRoot() : 1)
        expect(parameter, [0.998 - step * 0.6, -1.996 - step * 0.8])
        #expect(optimizer.stepCount == 1)
    }

    /// The rate of the others may be set after the choice was made, as --lr does.
    @Test(arguments: [1e-3, 1e-2]) func theMatricesHaveARateOfTheirOwn(_ rate: Double) {
        let parameter = Parameter(
            Tensor([1.0, -2.0], shape: [2, 1]), name: "w", role: .hiddenMatrix(.outputMajor))
        var choice = OptimizerChoice.muon(learningRate: 1e-3, matrixRate: 0.02)
        choice.learningRate = rate
        setGradient(parameter, [3, 4])
        choice.optimizer([parameter]).step(learningRate: rate, gradientScale: 1)
        let step = 0.02 * newtonSchulz(1) * 2.0.squareRoot()
        expect(parameter, [1 - step * 0.6, -2 - step * 0.8])
        #expect(choice.settings["matrix_rate"] == .number(0.02))
    }

    @Test func theSecondStepLooksAhead() {
        let parameter = Parameter(
            Tensor([0.0, 0, 0, 0], shape: [2, 2]), name: "w", role: .hiddenMatrix(.outputMajor))
        let optimizer = Muon([parameter], rateRatio: 1, momentum: 0.9, weightDecay: 0)
        // A rotation by a quarter turn and a stretch: singular values 3 and 4.
        setGradient(parameter, [0, -3, 4, 0])
        optimizer.step(learningRate: 0.1)
        let (first, second) = (newtonSchulz(0.6), newtonSchulz(0.8))
        expect(parameter, [0, 0.1 * first, -0.1 * second, 0])
        setGradient(parameter, [0, 6, 4, 0])
        optimizer.step(learningRate: 0.1, gradientScale: 0.5)
        // u = 0.1·g + 0.9·(0.9·0.1·g₁ + 0.1·g) with g = (3, 2).
        let u = [0.1 * 3 + 0.9 * (0.09 * -3 + 0.1 * 3), 0.1 * 2 + 0.9 * (0.09 * 4 + 0.1 * 2)]
        let norm = (u[0] * u[0] + u[1] * u[1]).squareRoot()
        expect(
            parameter,
            [
                0, 0.1 * first - 0.1 * newtonSchulz(u[0] / norm),
                -0.1 * second - 0.1 * newtonSchulz(u[1] / norm), 0,
            ])
    }

    @Test func aGradientOfZeroOnlyDecays() {
        let parameter = Parameter(
            Tensor([1.0, -2.0], shape: [1, 2]), name: "w", role: .hiddenMatrix(.outputMajor))
        let optimizer = Muon([parameter], rateRatio: 2, weightDecay: 0.5)
        setGradient(parameter, [0, 0])
        optimizer.step(learningRate: 0.1)
        expect(parameter, [0.9, -1.8])
        parameter.clearGradient()
        optimizer.step(learningRate: 0.1)
        expect(parameter, [0.9, -1.8])
    }

    @Test func onlyHiddenMatricesAreOrthogonalized() {
        func parameter(_ name: String, _ role: ParameterRole) -> Parameter {
            Parameter(Tensor([0.5, 1, 2, 4], shape: [2, 2]), name: name, role: role)
        }
        let parameters = [
            parameter("e", .embedding), parameter("h", .hiddenMatrix(.inputMajor)), parameter("o", .output),
            parameter("v", .vector),
        ]
        let optimizer = Muon(parameters, rateRatio: 20)
        #expect(
            optimizer.state.map(\.name).sorted()
                == ["first.e", "first.o", "first.v", "momentum.h", "second.e", "second.o", "second.v"])
    }

    @Test(arguments: ModelFamily.allCases) func rolesOfADecoder(_ family: ModelFamily) throws {
        let configuration = try DecoderConfiguration(
            family: family, vocabularySize: 11, contextLength: 8, layerCount: 1, hiddenSize: 4,
            headCount: 2, tiesEmbeddings: false, hasBias: family == .gpt2)
        let model = try configuration.makeModel(ParameterScope(.initialize(seed: 1)))
        for parameter in model.parameters {
            let expected: ParameterRole =
                switch parameter.name {
                case "lm_head.weight": .output
                case let name where name.contains("wte") || name.contains("wpe") || name.contains("embed"):
                    .embedding
                case _ where parameter.shape.rank == 1: .vector
                default: .hiddenMatrix(family == .gpt2 ? .inputMajor : .outputMajor)
                }
            #expect(parameter.role == expected, "\(parameter.name)")
        }
    }

    @Test(.enabled(if: GemmBackend.active == .native), arguments: [1, 3, 8])
    func theNumberOfThreadsDoesNotMatter(_ threads: Int) {
        // One matrix is shared out by its rows; five of different shapes go to a thread each.
        for shapes in [[[200, 90]], [[64, 64], [40, 96], [96, 40], [64, 64], [30, 200]]] as [[[Int]]] {
            func run(_ threads: Int) -> [[Float]] {
                let before = ThreadPool.shared.threadCount
                ThreadPool.shared.setThreadCount(threads)
                defer { ThreadPool.shared.setThreadCount(before) }
                let parameters = shapes.enumerated().map { index, shape in
                    let stream = RandomStream(seed: UInt64(index), purpose: .testing)
                    return Parameter(
                        Tensor(normal: Shape(shape), deviation: 1, stream: stream), name: "\(index)",
                        role: .hiddenMatrix(.outputMajor))
                }
                let optimizer = Muon(parameters, rateRatio: 1)
                for _ in 0..<2 {
                    for parameter in parameters {
                        parameter.clearGradient()
                        _ = valueWithGradient { (parameter.tensor * parameter.tensor).sum() }
                    }
                    optimizer.step(learningRate: 0.1)
                }
                return parameters.map { $0.value.array(of: Float.self) }
            }
            let isSame = run(threads) == run(2)
            #expect(isSame, "\(shapes)")
        }
    }
}
