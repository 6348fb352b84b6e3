import HibariModels
import HibariTensor
import Testing

/// Logits, losses and gradients of whole models against PyTorch, every tensor of the fixtures.
@Suite struct GoldenForwardTests {
    /// The fixtures are exact up to one rounding to float32; ours in float64 must not be further away than
    /// that.
    static func tolerance(_ dtype: DType) -> Double { dtype == .float64 ? 1e-7 : 1e-5 }

    @Test(arguments: Golden.models, [DType.float32, .float64])
    func logits(_ name: String, _ dtype: DType) throws {
        let golden = try Golden(name, dtype)
        let logits = golden.model.logits(try golden.inputs)
        #expect(logits.shape.array == golden.file.shape(of: "logits"))
        let error = relativeError(logits.numbers, try golden.numbers("logits"))
        #expect(error <= Self.tolerance(dtype), "relative error \(error)")
    }

    @Test(arguments: Golden.models, [DType.float32, .float64])
    func losses(_ name: String, _ dtype: DType) throws {
        let golden = try Golden(name, dtype)
        for (targets, loss) in [("targets", "loss"), ("targets_masked", "loss_masked")] {
            let value = golden.model.loss(try golden.inputs, try golden.ids(targets)).item
            let error = relativeError([value], try golden.numbers(loss))
            #expect(error <= Self.tolerance(dtype), "\(loss): relative error \(error)")
        }
    }

    @Test(arguments: Golden.models, [DType.float32, .float64])
    func gradients(_ name: String, _ dtype: DType) throws {
        let golden = try Golden(name, dtype)
        let loss = try golden.backward()
        #expect(relativeError([loss], try golden.numbers("loss")) <= Self.tolerance(dtype))
        #expect(golden.model.parameters.map(\.name).sorted() == golden.names(under: "grad"))
        for parameter in golden.model.parameters {
            let expected = try golden.numbers("grad/\(parameter.name)")
            #expect(parameter.shape.array == golden.file.shape(of: "grad/\(parameter.name)"))
            let error = relativeError(parameter.gradient.numbers, expected)
            #expect(error <= Self.tolerance(dtype), "\(parameter.name): relative error \(error)")
        }
    }

    @Test(arguments: Golden.models)
    func gradientsAddUpOverMicroBatches(_ name: String) throws {
        let golden = try Golden(name)
        let (inputs, targets) = (try golden.inputs, try golden.ids("targets"))
        for row in 0..<2 {
            _ = valueWithGradient(weight: 0.5) {
                golden.model.loss(inputs.slice(axis: 0, row..<row + 1), targets.slice(axis: 0, row..<row + 1))
            }
        }
        for parameter in golden.model.parameters {
            let error = relativeError(
                parameter.gradient.numbers, try golden.numbers("grad/\(parameter.name)"))
            #expect(error <= 1e-5, "\(parameter.name): relative error \(error)")
        }
    }
}
