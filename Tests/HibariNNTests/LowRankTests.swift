import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// The text form of adapters, their targets, and their formulas on single layers.
@Suite struct LowRankTests {
    @Test func parsing() throws {
        let plain = try LowRankConfiguration(parsing: "r=8,alpha=16,targets=all-linear,dropout=0")
        #expect(try plain == LowRankConfiguration(rank: 8, alpha: 16))
        #expect(plain.scale == 2)
        let full = try LowRankConfiguration(
            parsing: "dora,rslora,targets=q_proj+v_proj,r=4,alpha=3.5,dropout=0.05")
        #expect(full.targets == .modules(["q_proj", "v_proj"]))
        #expect(full.usesDoRA && full.usesRankStabilization && full.dropout == 0.05)
        #expect(full.scale == 1.75)
        // α is twice the rank unless given.
        #expect(try LowRankConfiguration(parsing: "r=16").alpha == 32)
        for configuration in [plain, full] {
            #expect(try LowRankConfiguration(parsing: configuration.description) == configuration)
        }
        #expect(plain.description == "r=8,alpha=16,targets=all-linear,dropout=0")
    }

    @Test(arguments: [
        ("r=0", "r is 0, expected 1 to 65536"), ("r=x", "r is x, expected a whole number"),
        ("r=8,r=9", "r occurs twice"), ("alpha=0", "alpha is 0.0"), ("alpha=inf", "alpha is inf"),
        ("dropout=1", "dropout is 1.0"), ("dropout=-1", "dropout is -1.0"), ("targets=", "targets is empty"),
        ("targets=a++b", "targets is empty"), ("rank=8", "\"rank=8\""), ("dora=1", "\"dora=1\""),
        ("r", "\"r\""), ("", "\"\""), ("r=8,", "\"\""), ("dropout=nan", "dropout is nan"),
    ])
    func mistakes(_ text: String, _ part: String) {
        let error = #expect(throws: LowRankError.self) { try LowRankConfiguration(parsing: text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.exitStatus == .usage)
    }

    @Test func targetsAreNamesOrTheirEnds() throws {
        let some = try LowRankConfiguration(targets: .modules(["q_proj", "layers.1.mlp.up", "head"]))
        for name in ["q_proj", "model.layers.0.q_proj", "model.layers.1.mlp.up", "head"] {
            #expect(some.includes(name), "\(name)")
        }
        for name in ["eq_proj", "q_proj.x", "model.layers.11.mlp.up", "model.layers.0.mlp.up", "lm_head"] {
            #expect(!some.includes(name), "\(name)")
        }
    }

    private func plan(_ text: String) throws -> LowRankPlan {
        LowRankPlan(try LowRankConfiguration(parsing: text), .initialize(seed: 3))
    }

    @Test func aTargetThatNamesNothingIsAnError() throws {
        let scope = ParameterScope(.initialize(seed: 1), lowRank: try plan("r=2,targets=up+missing"))
        _ = try PackedLinear(scope["mlp"], inputs: 4, parts: [("gate", 6), ("up", 6)], deviation: 0.5)
        #expect(scope.adapters.map(\.module) == ["mlp.up"])
        #expect(throws: LowRankError.noSuchModule(target: "missing", known: ["gate", "up"])) {
            try scope.finish()
        }
    }

    /// As PEFT starts: A evenly over ±1/√in, B zero, m the norms; different adapters differ.
    @Test func newAdapters() throws {
        let scope = ParameterScope(.initialize(seed: 1), lowRank: try plan("r=3,dora"))
        let first = try Linear(scope["first"], inputs: 25, outputs: 40, hasBias: true, deviation: 0.5)
        _ = try Linear(
            scope["second"], inputs: 25, outputs: 40, hasBias: false, deviation: 0.5, layout: .inputMajor)
        try scope.finish()
        let adapters = scope.adapters
        #expect(
            adapters.map(\.a.shape) == [[3, 25], [3, 25]] && adapters.map(\.b.shape) == [[40, 3], [40, 3]])
        let numbers = adapters.map { $0.a.value.array(of: Float.self) }
        #expect(
            numbers.joined().allSatisfy { abs($0) <= 0.2 } && numbers.joined().contains { abs($0) > 0.19 })
        #expect(numbers[0] != numbers[1])
        #expect(adapters.allSatisfy { $0.b.value.sumOfSquares == 0 })
        // The norm of the first row.
        let row = first.weight.value.slice(0..<1).sumOfSquares.squareRoot()
        let magnitude = adapters[0].magnitude?.value.array(of: Float.self)[0] ?? 0
        #expect(abs(Double(magnitude) - row) < 1e-5)
        #expect(scope.parameters.allSatisfy { !$0.isTrainable })
        let trained = adapters.flatMap(\.parameters).filter(\.isTrainable)
        #expect(trained.count == 6)
        #expect(scope.parameters.count == 3)
    }

    /// The layers without a plan, made from the same seed, have the same weights.
    @Test func theModelIsMadeAsWithoutAdapters() throws {
        let scopes = [
            ParameterScope(.initialize(seed: 1)),
            ParameterScope(.initialize(seed: 1), lowRank: try plan("r=2")),
        ]
        let weights = try scopes.map { scope in
            _ = try Linear(scope["a"], inputs: 5, outputs: 4, hasBias: true, deviation: 1)
            return try Linear(scope["b"], inputs: 4, outputs: 3, hasBias: true, deviation: 1).weight.value
                .array(of: Float.self)
        }
        #expect(weights[0] == weights[1])
    }

    /// DoRA against its formula in float64, with both layouts, packed or not, with and without dropout.
    @Test(arguments: [WeightLayout.outputMajor, .inputMajor], [0, 0.4])
    func doraByFormula(_ layout: WeightLayout, _ dropoutProbability: Double) throws {
        let scope = ParameterScope(
            .initialize(seed: 1), dtype: .float64,
            lowRank: try plan("r=2,alpha=3,dora,dropout=\(dropoutProbability)"))
        let layer = try Linear(
            scope["map"], inputs: 6, outputs: 5, weight: .normal(deviation: 1), bias: .normal(deviation: 1),
            layout: layout, activation: .tanh)
        let adapter = scope.adapters[0]
        func random(_ shape: Shape, _ number: UInt64) -> Tensor {
            Tensor(
                normal: shape, deviation: 0.5, stream: RandomStream(seed: number, purpose: .testing), .float64
            )
        }
        adapter.b.assign(random([5, 2], 1))
        let magnitude = try #require(adapter.magnitude)
        magnitude.assign(random([5], 2))
        let x = random([3, 6], 3)
        let context = ForwardContext.training(seed: 7, step: 2)
        // x̃ reaches the adapter and what is rescaled; the map itself is added with x.
        let dropped =
            dropoutProbability == 0
            ? x : dropout(x, probability: dropoutProbability, DropoutStream(seed: 7, step: 2, layer: 1 << 15))

        // W, A, B by elements.
        let stored = layer.weight.value.array(of: Double.self)
        let (a, b) = (adapter.a.value.array(of: Double.self), adapter.b.value.array(of: Double.self))
        let (m, bias) = (magnitude.value.array(of: Double.self), layer.bias!.value.array(of: Double.self))
        func w(_ o: Int, _ i: Int) -> Double {
            layout == .outputMajor ? stored[o * 6 + i] : stored[i * 5 + o]
        }
        func sum(_ o: Int, _ i: Int) -> Double {
            w(o, i) + 1.5 * (b[o * 2] * a[i] + b[o * 2 + 1] * a[6 + i])
        }
        let (full, part) = (x.array(of: Double.self), dropped.array(of: Double.self))
        let result = layer(x, context).array(of: Double.self)
        for row in 0..<3 {
            for o in 0..<5 {
                let norm = (0..<6).map { sum(o, $0) * sum(o, $0) }.reduce(0, +).squareRoot()
                let map = (0..<6).map { w(o, $0) * full[row * 6 + $0] }.reduce(0, +)
                let partOfMap = (0..<6).map { w(o, $0) * part[row * 6 + $0] }.reduce(0, +)
                let adapted = (0..<6).map { sum(o, $0) * part[row * 6 + $0] }.reduce(0, +)
                let expected = map + bias[o] + (m[o] / norm * adapted - partOfMap)
                let got = result[row * 5 + o]
                #expect(abs(got - tanh(Tensor(scalar: expected)).item) < 1e-12, "row \(row), output \(o)")
            }
        }
    }

    /// Packed maps: each part is what it would be alone, also if not all have an adapter.
    @Test(arguments: ["r=2,targets=all-linear", "r=2,targets=q+v", "r=2,targets=k,dora", "r=2,dora"])
    func packedEqualsApart(_ form: String) throws {
        func build(_ isPacked: Bool) throws -> (maps: [(Tensor) -> Tensor], scope: ParameterScope) {
            let scope = ParameterScope(.initialize(seed: 1), dtype: .float64, lowRank: try plan(form))
            let parts = [("q", 6), ("k", 2), ("v", 3)]
            if isPacked {
                let packed = try PackedLinear(scope, inputs: 5, parts: parts, hasBias: true, deviation: 1)
                return ([{ packed($0, ForwardContext()) }], scope)
            }
            let maps = try parts.map { name, outputs in
                try Linear(scope[name], inputs: 5, outputs: outputs, hasBias: true, deviation: 1)
            }
            return (maps.map { map in { map($0, ForwardContext()) } }, scope)
        }
        let (packed, apart) = (try build(true), try build(false))
        for scope in [packed.scope, apart.scope] {
            for adapter in scope.adapters {
                adapter.b.assign(Tensor(repeating: 0.3, shape: adapter.b.shape, .float64))
            }
        }
        let x = Tensor(
            normal: [4, 5], deviation: 1, stream: RandomStream(seed: 1, purpose: .testing), .float64)
        let one = packed.maps[0](x).array(of: Double.self)
        let other = concatenate(apart.maps.map { $0(x) }, axis: -1).array(of: Double.self)
        let error = zip(one, other).map { abs($0 - $1) }.max() ?? .infinity
        #expect(one.count == 44 && error < 1e-12, "\(error)")
    }
}
