import Foundation
import HibariCheckpoint
import HibariTensor
import Testing

/// Every op against PyTorch: the output and the gradient of every input, element by element.
@Suite struct GoldenOpTests {
    @Test func outputsAndGradientsMatchPyTorch() throws {
        try compare(GoldenOps("ops"), goldenFunctions)
    }

    @Test func imagesMatchPyTorch() throws { try compare(GoldenOps("images"), goldenImageFunctions) }

    private func compare(_ fixture: GoldenOps, _ functions: [String: GoldenFunction]) throws {
        #expect(Set(fixture.cases) == Set(functions.keys), "cases and functions differ")
        for name in fixture.cases.sorted() {
            guard let function = functions[name] else { continue }
            var integers: [String: Tensor] = [:]
            for input in ["ids", "targets"] { integers[input] = try fixture.integers("\(name)/\(input)") }
            var parameters: [String: Parameter] = [:]
            for input in fixture.inputs(of: name) {
                parameters[input] = Parameter(try fixture.floats("\(name)/\(input)"), name: input)
            }
            var output: Tensor?
            let cotangent = try fixture.floats("\(name)/cotangent")
            _ = valueWithGradient {
                let result = function(parameters.mapValues(\.tensor).merging(integers) { $1 })
                output = result.detached
                return (result * cotangent).sum()
            }
            let measured = try #require(output)
            #expect(measured.shape == cotangent.shape, "\(name)")
            expectClose(measured, try fixture.floats("\(name)/output"), "\(name) output")
            for (input, parameter) in parameters {
                expectClose(
                    parameter.gradient, try fixture.floats("\(name)/grad_\(input)"),
                    "\(name) gradient of \(input)")
            }
        }
    }

}

/// Each element within 1e-5 of the largest of the tensor.
func expectClose(_ got: Tensor, _ expected: Tensor, _ name: String) {
    let (g, e) = (got.array(of: Float.self), expected.array(of: Float.self))
    #expect(g.count == e.count, "\(name)")
    let scale = e.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    let errors = zip(g, e).map { abs($0 - $1) / scale }
    // NaN compares as largest.
    let worst = errors.indices.max { !(errors[$0] >= errors[$1]) && !errors[$0].isNaN } ?? 0
    #expect(
        errors.allSatisfy { $0 <= 1e-5 },
        "\(name)[\(worst)]: got \(g[worst]), expected \(e[worst]), relative error \(errors[worst])")
}

/// Reads a fixture whose tensors are called OP/CASE/NAME.
struct GoldenOps {
    private let file: SafetensorsFile

    init(_ name: String) throws {
        let path = try #require(
            Bundle.module.path(forResource: name, ofType: "safetensors", inDirectory: "Fixtures"))
        file = try SafetensorsFile(path: path)
    }

    /// OP/CASE of every case.
    var cases: Set<String> {
        Set(file.entries.map(\.name).filter { $0.hasSuffix("/cotangent") }.map { String($0.dropLast(10)) })
    }

    /// The names of the inputs that have a gradient.
    func inputs(of name: String) -> [String] {
        let prefix = name + "/grad_"
        return file.entries.map(\.name).filter { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }
    }

    func floats(_ name: String) throws -> Tensor {
        let entry = try #require(file.entry(named: name), "no \(name)")
        return Tensor(try file.floats(of: name), shape: Shape(entry.shape))
    }

    /// The tensor as int32; nil if there is none.
    func integers(_ name: String) throws -> Tensor? {
        guard let entry = file.entry(named: name) else { return nil }
        let bytes = file.bytes(of: entry)
        let numbers = (0..<entry.count).map {
            Int32(bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self))
        }
        return Tensor(numbers, shape: Shape(entry.shape))
    }
}
