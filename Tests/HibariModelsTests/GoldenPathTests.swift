import HibariCheckpoint
import HibariOptimizers
import HibariSupport
import HibariTensor
import Testing

/// Ten steps of the textbooks' optimizers, each gradient taken where the step before has led, against torch.optim: on
/// a curved valley and on a small network. The rates are those of Tools/golden/path_fixtures.py.
@Suite struct GoldenPathTests {
    private struct Case {
        let valleyRate, networkRate: Double
        let make: ([Parameter], Double) -> any Optimizer
    }

    /// With weight decay 0.1 in the cases so called; the valley has no parameter that decays.
    private static var optimizers: [String: Case] {
        [
            "gradient_descent": Case(valleyRate: 1e-3, networkRate: 0.5) { SGD($0, weightDecay: $1) },
            "momentum": Case(valleyRate: 2e-4, networkRate: 0.2) { SGD($0, momentum: 0.9, weightDecay: $1) },
            "nesterov": Case(valleyRate: 2e-4, networkRate: 0.2) {
                SGD($0, momentum: 0.9, weightDecay: $1, usesNesterov: true)
            },
            "adagrad": Case(valleyRate: 0.1, networkRate: 0.05) { Adagrad($0, weightDecay: $1) },
            "adadelta": Case(valleyRate: 1, networkRate: 1) { Adadelta($0, weightDecay: $1) },
            "rmsprop": Case(valleyRate: 0.01, networkRate: 0.01) { RMSProp($0, weightDecay: $1) },
            "rmsprop_momentum": Case(valleyRate: 0.003, networkRate: 0.003) {
                RMSProp($0, momentum: 0.9, weightDecay: $1)
            },
            "adam": Case(valleyRate: 0.05, networkRate: 0.02) { Adam($0, beta2: 0.999, weightDecay: $1) },
            "adamw": Case(valleyRate: 0.05, networkRate: 0.02) { AdamW($0, beta2: 0.999, weightDecay: $1) },
            "adamax": Case(valleyRate: 0.05, networkRate: 0.02) { AdaMax($0, weightDecay: $1) },
            "nadam": Case(valleyRate: 0.05, networkRate: 0.02) { NAdam($0, weightDecay: $1) },
        ]
    }

    private let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(
            path: joinPath(splitPath(#filePath).directory, "Fixtures/paths.safetensors"))
    }

    /// The cases of a problem in the fixture.
    private func cases(of problem: String) -> Set<String> {
        let names = file.entries.map { $0.name.split(separator: "/").map(String.init) }
        return Set(names.filter { $0.count == 3 && $0[0] == problem }.map { $0[1] })
    }

    @Test(arguments: [DType.float32, .float64]) func valley(_ dtype: DType) throws {
        let names = cases(of: "rosenbrock")
        #expect(names == Set(Self.optimizers.keys).subtracting(["adamw"]))
        for name in names.sorted() {
            let setting = try #require(Self.optimizers[name])
            try follow("rosenbrock/" + name, ["x", "y"], setting.valleyRate, dtype, setting.make, decay: 0) {
                let (x, y) = ($0["x"]!, $0["y"]!)
                let (a, b) = (Tensor(repeating: 1, shape: [1], dtype) - x, y - x * x)
                return (a * a + 100 * (b * b)).sum()
            }
        }
    }

    @Test(arguments: [DType.float32, .float64]) func network(_ dtype: DType) throws {
        let names = cases(of: "network")
        #expect(names.count == 20)
        let input = try file.tensor(named: "network/input", dtype)
        let targets = try classes("network/targets")
        for name in names.sorted() {
            let isDecayed = name.hasSuffix("_decay")
            let plain = isDecayed ? String(name.dropLast("_decay".count)) : name
            let setting = try #require(Self.optimizers[plain], "\(name)")
            try follow(
                "network/" + name, ["w1", "b1", "w2", "b2"], setting.networkRate, dtype, setting.make,
                decay: isDecayed ? 0.1 : 0
            ) {
                let hidden = tanh(linear(input, weights: [$0["w1"]!], bias: $0["b1"]!))
                return crossEntropy(linear(hidden, weights: [$0["w2"]!], bias: $0["b2"]!), targets)
            }
        }
    }

    /// Every parameter after every step within 1e-6 of the largest element of it.
    private func follow(
        _ name: String, _ parts: [String], _ rate: Double, _ dtype: DType,
        _ make: ([Parameter], Double) -> any Optimizer, decay: Double, loss: ([String: Tensor]) -> Tensor
    ) throws {
        let problem = name.prefix { $0 != "/" }
        let parameters = try parts.map {
            Parameter(try file.tensor(named: "\(problem)/\($0)", dtype).copied(), name: $0)
        }
        let optimizer = make(parameters, decay)
        let paths = try parts.map { try file.tensor(named: "\(name)/\($0)", .float64) }
        for step in 0..<10 {
            parameters.forEach { $0.clearGradient() }
            _ = valueWithGradient {
                loss(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor) }))
            }
            optimizer.step(learningRate: rate, gradientScale: 1)
            for (parameter, path) in zip(parameters, paths) {
                let expected = path.slice(step..<step + 1).numbers
                let scale = expected.reduce(0) { max($0, abs($1)) }
                let error = zip(parameter.value.numbers, expected).map { abs($0 - $1) / scale }.max() ?? 1
                #expect(error <= 1e-6, "\(name), \(parameter.name) after step \(step + 1): \(error)")
            }
        }
    }

    private func classes(_ name: String) throws -> Tensor {
        let entry = try #require(file.entry(named: name))
        let bytes = file.bytes(of: entry)
        let numbers = (0..<entry.count).map {
            Int32(bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self))
        }
        return Tensor(numbers, shape: [entry.count])
    }
}
