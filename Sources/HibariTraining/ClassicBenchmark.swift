import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor

/// Times training steps of small networks on random data: forward, cross-entropy, backward, Adam.
public struct ClassicBenchmark: Sendable {
    /// The networks.
    public enum Model: String, CaseIterable, Sendable {
        /// 784 → hidden → hidden → 10, ReLU and dropout 0.2 between.
        case mlp
        /// Two convolutions of 32 and 64 channels, pooling and two dense layers, on 28×28 pictures.
        case cnn
        /// 3×32×32 pictures. Source: He et al. 2015, arXiv:1512.03385, section 4.2.
        case resnet20
        /// One recurrent layer as wide as its input, and a linear one to 32 classes at every step.
        case rnn, gru, lstm
    }

    public var model: Model
    public var batch, time, hidden: Int
    /// Steps before the timed ones.
    public var warmup: Int
    public var steps: Int

    public init(_ model: Model, batch: Int, time: Int, hidden: Int, warmup: Int, steps: Int) {
        self.model = model
        (self.batch, self.time, self.hidden) = (batch, time, hidden)
        (self.warmup, self.steps) = (warmup, steps)
    }

    /// What was measured.
    public struct Measurement: Sendable {
        public var parameters: Int
        /// Of each timed step.
        public var stepSeconds: [Double]
        public var lastLoss: Double
        public var allocationsPerStep: Double

        public var medianSeconds: Double { median(stepSeconds) }
    }

    /// - Parameter profile: gets the rows of the timed steps.
    public func run(profile: OpProfile? = nil) throws -> Measurement {
        let scope = ParameterScope(.initialize(seed: 1))
        let loss =
            switch model {
            case .mlp: try perceptron(scope)
            case .cnn: try pictures(Self.cnn, [1, 28, 28], scope)
            case .resnet20: try pictures(Self.resnet20, [3, 32, 32], scope)
            case .rnn, .gru, .lstm: try recurrent(scope)
            }
        let optimizer = Adam(scope.parameters.filter(\.isTrainable), beta2: 0.999)
        var (times, allocations, value): ([Double], Int, Double) = ([], 0, 0)
        for step in 0..<warmup + steps {
            if step == warmup {
                allocations = BufferPool.shared.statistics.systemAllocations
                profile?.restart()
            }
            let start = monotonicSeconds()
            scope.parameters.forEach { $0.clearGradient() }
            let context = ForwardContext.training(seed: 1, step: UInt64(step))
            value = OpProfile.$current.withValue(profile) { valueWithGradient { loss(context) } }.item
            optimizer.step(learningRate: 1e-3, gradientScale: 1)
            profile?.mark(.optimizer)
            if step >= warmup { times.append(monotonicSeconds() - start) }
        }
        let grown = BufferPool.shared.statistics.systemAllocations - allocations
        return Measurement(
            parameters: scope.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.shape.count : 0) },
            stepSeconds: times,
            lastLoss: value, allocationsPerStep: Double(grown) / Double(steps))
    }

    private func stream(_ index: UInt64) -> RandomStream {
        RandomStream(seed: 1, purpose: .testing, stream: index)
    }

    private func classes(_ count: Int, below limit: Int) -> [Int32] {
        var random = stream(1)
        return (0..<count).map { _ in Int32(random.index(below: limit)) }
    }

    private func perceptron(_ scope: ParameterScope) throws -> (ForwardContext) -> Tensor {
        let sizes = [784, hidden, hidden, 10]
        let layers = try (0..<3).map { index in
            try Linear(
                scope["\(index)"], inputs: sizes[index], outputs: sizes[index + 1], hasBias: true,
                deviation: (2 / Double(sizes[index])).squareRoot(), activation: index < 2 ? .relu : nil,
                isOutput: index == 2)
        }
        let x = Tensor(uniform: [batch, 784], limit: 1, stream: stream(0))
        let targets = Tensor(classes(batch, below: 10), shape: [batch])
        return { context in
            var h = x
            for (index, layer) in layers.enumerated() {
                h = layer(h, context)
                if index < 2 { h = context.dropout(h, probability: 0.2, layer: index) }
            }
            return crossEntropy(h, targets)
        }
    }

    private static var cnn: Sequential {
        Sequential {
            Conv2d(32, kernel: 3, activation: .relu)
            Conv2d(64, kernel: 3, activation: .relu)
            MaxPool2d(2)
            Dropout(0.25)
            Flatten()
            Dense(128, activation: .relu)
            Dropout(0.5)
            Dense(10)
        }
    }

    private static var resnet20: Sequential {
        Sequential {
            Conv2d(16, kernel: 3, padding: 1, bias: false)
            BatchNormalization()
            ReLU()
            for (stage, width) in [16, 32, 64].enumerated() {
                for block in 0..<3 {
                    let halves = stage > 0 && block == 0
                    Residual(
                        projection: halves ? Conv2d(width, kernel: 1, stride: 2, bias: false) : nil,
                        activation: .relu
                    ) {
                        Conv2d(width, kernel: 3, stride: halves ? 2 : 1, padding: 1, bias: false)
                        BatchNormalization()
                        ReLU()
                        Conv2d(width, kernel: 3, padding: 1, bias: false)
                        BatchNormalization()
                    }
                }
            }
            GlobalAvgPool()
            Dense(10)
        }
    }

    private func pictures(
        _ layers: Sequential, _ input: Shape, _ scope: ParameterScope
    ) throws -> (ForwardContext) -> Tensor {
        let network = try layers.build(scope, input: input).layer
        let x = Tensor(uniform: Shape([batch] + input.array), limit: 1, stream: stream(0))
        let targets = Tensor(classes(batch, below: 10), shape: [batch])
        return { context in crossEntropy(network(x, context), targets) }
    }

    private func recurrent(_ scope: ParameterScope) throws -> (ForwardContext) -> Tensor {
        let kinds: [Model: RecurrentKind] = [.rnn: .rnnTanh, .gru: .gru, .lstm: .lstm]
        guard let kind = kinds[model] else { preconditionFailure("\(model) is not recurrent") }
        let layer = try RecurrentLayer(scope["layer"], kind, inputs: hidden, hidden: hidden)
        let head = try Linear(
            scope["head"], inputs: hidden, outputs: 32, hasBias: true,
            deviation: 1 / Double(hidden).squareRoot(), isOutput: true)
        let x = Tensor(normal: [batch, time, hidden], deviation: 1, stream: stream(0))
        let targets = Tensor(classes(batch * time, below: 32), shape: [batch, time])
        return { context in crossEntropy(head(layer(x, context).output, context), targets) }
    }
}
