import HibariCheckpoint
import HibariOptimizers
import HibariSupport
import HibariTensor
import Testing

/// Ten steps of every optimizer against PyTorch; Tools/golden/README.md names the tensors.
@Suite struct GoldenOptimizerTests {
    private static let roles: [(name: String, role: ParameterRole)] = [
        ("wide", .hiddenMatrix(.outputMajor)), ("tall", .hiddenMatrix(.outputMajor)),
        ("conv1d", .hiddenMatrix(.inputMajor)), ("vector", .vector), ("scalar", .vector),
    ]

    private static func make(_ name: String, _ parameters: [Parameter]) -> any Optimizer {
        switch name {
        case "adamw": AdamW(parameters, weightDecay: 0.1)
        case "adam": Adam(parameters, weightDecay: 0.1)
        case "muon": Muon(parameters, rateRatio: 20, weightDecay: 0.1)
        case "lion": Lion(parameters, weightDecay: 0.1)
        case "sgd": SGD(parameters, weightDecay: 0.1)
        case "sgd_momentum": SGD(parameters, momentum: 0.9, weightDecay: 0.1)
        case "sgd_nesterov": SGD(parameters, momentum: 0.9, weightDecay: 0.1, usesNesterov: true)
        case "rmsprop": RMSProp(parameters, weightDecay: 0.1)
        case "rmsprop_momentum": RMSProp(parameters, momentum: 0.9, weightDecay: 0.1)
        case "adagrad": Adagrad(parameters, weightDecay: 0.1)
        default: Adadelta(parameters, weightDecay: 0.1)
        }
    }

    private static let cases = [
        "adamw", "adam", "muon", "lion", "sgd", "sgd_momentum", "sgd_nesterov", "rmsprop",
        "rmsprop_momentum", "adagrad", "adadelta",
    ]

    /// The fixture is rounded to float32, so float64 agrees to half of its last place. In float32 ten steps round
    /// ten times, and Newton–Schulz multiplies what is rounded in small singular values by up to 3.44⁵.
    private static func tolerance(_ name: String, _ dtype: DType) -> Double {
        dtype == .float64 ? 1e-7 : name == "muon" ? 1e-4 : 1e-6
    }

    @Test(arguments: cases, [DType.float32, .float64])
    func tenSteps(_ name: String, _ dtype: DType) throws {
        let file = try SafetensorsFile(
            path: joinPath(splitPath(#filePath).directory, "Fixtures/optimizers.safetensors"))
        let parameters = try Self.roles.map { parameter in
            Parameter(
                try file.tensor(named: "start/" + parameter.name, dtype), name: parameter.name,
                role: parameter.role)
        }
        let gradients = try parameters.map { try file.tensor(named: "gradients/" + $0.name, dtype) }
        let optimizer = Self.make(name, parameters)
        for (step, rate) in try file.floats(of: "rates").enumerated() {
            for (parameter, gradient) in zip(parameters, gradients) {
                parameter.clearGradient()
                let now = gradient.slice(axis: 0, step..<step + 1).reshape(parameter.shape)
                // Twice the gradient, which the scale halves again.
                _ = valueWithGradient(weight: 2) { (parameter.tensor * now).sum() }
            }
            optimizer.step(learningRate: Double(rate), gradientScale: 0.5)
        }
        let limit = Self.tolerance(name, dtype)
        for parameter in parameters {
            let expected = try file.floats(of: "\(name)/\(parameter.name)").map(Double.init)
            let scale = expected.reduce(0) { max($0, abs($1)) }
            let error = zip(parameter.value.numbers, expected).map { abs($0 - $1) / scale }.max() ?? 0
            #expect(error <= limit, "\(parameter.name): \(error) of the largest element")
        }
    }
}
