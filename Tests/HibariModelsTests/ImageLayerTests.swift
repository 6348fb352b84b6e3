import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// The layers of image models: names and shapes of their parameters, running statistics, saving and reading.
@Suite struct ImageLayerTests {
    @Test func batchNormRunsAsPyTorchs() throws {
        let fixture = try GoldenOps("images")
        func tensor(_ name: String) throws -> Tensor { try fixture.floats("batch_norm_layer/" + name) }
        let layer = try BatchNorm(ParameterScope(.initialize(seed: 1)), channels: 3)
        layer.weight.assign(try tensor("weight"))
        layer.bias.assign(try tensor("bias"))
        for step in 0..<3 {
            let output = layer(try tensor("input_\(step)"), .training(seed: 1, step: UInt64(step)))
            expectClose(output, try tensor("output_\(step)"), "output of step \(step)")
        }
        expectClose(layer.runningMean.value, try tensor("running_mean"), "running mean")
        expectClose(layer.runningVariance.value, try tensor("running_var"), "running variance")
        expectClose(layer(try tensor("input_0"), ForwardContext()), try tensor("evaluated"), "evaluated")
        // Evaluation leaves the running statistics alone.
        expectClose(layer.runningMean.value, try tensor("running_mean"), "running mean")
    }

    @Test func namesShapesAndGradients() throws {
        let network = try Network(ParameterScope(.initialize(seed: 3)))
        #expect(
            network.parameters.map { "\($0.name) \($0.shape)" } == [
                "conv.weight [6, 2, 3, 3]", "conv.bias [6]", "norm.weight [6]", "norm.bias [6]",
                "norm.running_mean [6]", "norm.running_var [6]", "up.weight [6, 2, 2, 2]", "up.bias [4]",
                "groups.weight [4]", "groups.bias [4]",
            ])
        let x = sample([3, 4, 8, 6])
        _ = valueWithGradient {
            let y = network(x, .training(seed: 1, step: 0))
            #expect(y.shape == [3, 4, 2, 2])
            return (y * y).sum()
        }
        for parameter in network.parameters {
            #expect(parameter.hasGradient == (parameter.role != .buffer), "\(parameter.name)")
            #expect(parameter.isTrainable == (parameter.role != .buffer), "\(parameter.name)")
        }
    }

    @Test func savedAndRead() throws {
        let network = try Network(ParameterScope(.initialize(seed: 3)))
        let x = sample([3, 4, 8, 6])
        _ = network(x, .training(seed: 1, step: 0))
        let scope = ParameterScope(.read(Stored(network.parameters)))
        let again = try Network(scope)
        try scope.finish()
        let (a, b) = (network(x, ForwardContext()), again(x, ForwardContext()))
        let isSame = a.array(of: Float.self) == b.array(of: Float.self)
        #expect(isSame)
        #expect(
            again.parameters.filter { !$0.isTrainable }.map(\.name) == [
                "norm.running_mean", "norm.running_var",
            ])
    }

    @Test func aBufferCannotBeTrained() async {
        await #expect(processExitsWith: .failure) {
            let buffer = try ParameterScope(.initialize(seed: 1)).buffer("mean", [3], .zeros)
            buffer.isTrainable = true
        }
    }

    @Test func trainingNeedsAVariance() async {
        await #expect(processExitsWith: .failure) {
            let layer = try BatchNorm(ParameterScope(.initialize(seed: 1)), channels: 3)
            _ = layer(Tensor(zeros: [1, 3]), .training(seed: 1, step: 0))
        }
    }
}

/// Every layer once.
private struct Network {
    let convolution: Convolution
    let norm: BatchNorm
    let transposed: TransposedConvolution
    let groups: GroupNorm
    let parameters: [Parameter]

    init(_ scope: ParameterScope) throws {
        convolution = try Convolution(
            scope["conv"], inputs: 4, outputs: 6, kernel: [3, 3], .init(padding: 1, groups: 2))
        norm = try BatchNorm(scope["norm"], channels: 6)
        transposed = try TransposedConvolution(
            scope["up"], inputs: 6, outputs: 4, kernel: [2, 2], .init(stride: [2], groups: 2))
        groups = try GroupNorm(scope["groups"], channels: 4, groups: 2)
        parameters = scope.parameters
    }

    /// `[N, 4, H, W]` → `[N, 4, 2, 2]`.
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let y = MaxPooling(PoolingWindows(kernel: [2]))(
            norm(convolution(x, context), residual: nil, appliesReLU: true, context), context)
        let z = groups(transposed(Upsampling(factor: 2, .linear)(y, context), context), context)
        return AveragePooling(.adaptive([2]))(z, context)
    }
}

/// Tensors by name, as a checkpoint would give them.
private struct Stored: TensorSource {
    private let parameters: [String: Parameter]

    init(_ parameters: [Parameter]) {
        self.parameters = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    }

    var location: String { "memory" }
    var tensorNames: [String] { parameters.keys.sorted() }
    func shape(of name: String) -> [Int]? { parameters[name]?.shape.array }
    func tensor(named name: String, _ dtype: DType) throws -> Tensor { parameters[name]!.value.copied() }
}

private func sample(_ shape: Shape) -> Tensor {
    Tensor(normal: shape, deviation: 1, stream: RandomStream(seed: 1, purpose: .testing))
}
