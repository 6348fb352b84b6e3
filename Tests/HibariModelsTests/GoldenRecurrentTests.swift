import HibariCheckpoint
import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// Recurrent layers, read from PyTorch's names, against torch.nn: outputs, last states and every gradient.
@Suite struct GoldenRecurrentTests {
    /// name: layers, both directions, bias, padding; as in Tools/golden/recurrent_fixtures.py.
    private static let cases: [String: (layers: Int, both: Bool, bias: Bool, isPadded: Bool)] = [
        "plain": (1, false, true, false), "no_bias": (1, false, false, false),
        "stacked": (2, false, true, false), "bidirectional": (2, true, true, false),
        "padded": (2, true, true, true), "padded_from_zero": (1, true, true, true),
    ]

    @Test(arguments: RecurrentKind.allCases, cases.keys.sorted())
    func matchesPyTorch(_ kind: RecurrentKind, _ name: String) throws {
        for dtype in [DType.float32, .float64] { try check(kind, name, dtype) }
    }

    private func check(_ kind: RecurrentKind, _ name: String, _ dtype: DType) throws {
        let setting = try #require(Self.cases[name])
        let fixture = try RecurrentFixture("\(kind.rawValue)/\(name)/")
        let scope = ParameterScope(.read(fixture), dtype: dtype)
        let layer = try RecurrentLayer(
            scope, kind, inputs: 4, hidden: 6, layers: setting.layers, isBidirectional: setting.both,
            hasBias: setting.bias)
        try scope.finish()
        func parameter(_ name: String) throws -> Parameter? {
            try fixture.optional(name, dtype).map { Parameter($0, name: name) }
        }
        let input = try #require(try parameter("input"))
        let (hidden, cell) = (try parameter("initial_hidden"), try parameter("initial_cell"))
        var results: [String: Tensor] = [:]
        _ = try valueWithGradient {
            let (output, state) = layer(
                input.tensor, lengths: setting.isPadded ? [5, 2, 3] : nil,
                initial: hidden.map { RecurrentState(hidden: $0.tensor, cell: cell?.tensor) },
                ForwardContext())
            results = ["output": output, "hidden": state.hidden]
            results["cell"] = state.cell
            return try results.sorted { $0.key < $1.key }.reduce(Tensor(zeros: [], dtype)) { sum, result in
                let cotangent = try #require(try fixture.optional("cotangent_" + result.key, dtype))
                return sum + (result.value * cotangent).sum()
            }
        }
        #expect(results.count == (kind == .lstm ? 3 : 2))
        for (name, tensor) in results {
            expectClose(tensor, try fixture.tensor(named: name, .float64), "\(kind) \(name)")
        }
        for parameter in scope.parameters + [input, hidden, cell].compactMap({ $0 }) {
            expectClose(
                parameter.gradient, try fixture.tensor(named: "grad_" + parameter.name, .float64),
                "\(kind), gradient of \(parameter.name)")
        }
    }

    /// Each element within 1e-5 of the largest of the tensor; the fixture is rounded to float32.
    private func expectClose(_ got: Tensor, _ expected: Tensor, _ name: String) {
        #expect(got.shape == expected.shape, "\(name)")
        let (g, e) = (got.numbers, expected.numbers)
        let scale = e.reduce(1e-30) { max($0, abs($1)) }
        let limit = got.dtype == .float64 ? 2e-7 : 1e-5
        let isClose = g.count == e.count && zip(g, e).allSatisfy { abs($0 - $1) <= limit * scale }
        #expect(isClose, "\(name)")
    }
}

/// The tensors of one case; to a scope those of the module alone.
private struct RecurrentFixture: TensorSource {
    private let tensors: SafetensorsFile
    private let prefix: String

    init(_ prefix: String) throws {
        tensors = try SafetensorsFile(
            path: joinPath(splitPath(#filePath).directory, "Fixtures/recurrent.safetensors"))
        self.prefix = prefix
    }

    var location: String { "recurrent.safetensors, " + prefix }

    var tensorNames: [String] {
        tensors.entries.map(\.name).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            .filter { $0.hasPrefix("weight_") || $0.hasPrefix("bias_") }
    }

    func shape(of name: String) -> [Int]? { tensors.shape(of: prefix + name) }

    func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        try tensors.tensor(named: prefix + name, dtype)
    }

    func optional(_ name: String, _ dtype: DType) throws -> Tensor? {
        shape(of: name) == nil ? nil : try tensor(named: name, dtype)
    }
}
