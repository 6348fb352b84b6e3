import HibariModels
import HibariNN
import HibariSupport
import HibariTensor

/// Small computations whose whole graph can be looked at, in float64.
public enum GraphExample: String, CaseIterable, Sendable {
    /// The scalar expression of Karpathy's micrograd (github.com/karpathy/micrograd, README).
    case expression
    /// Linear regression: mean squared error of x·Wᵀ + b.
    case linreg
    /// Logistic regression with two classes: −mean(t·ln p + (1 − t)·ln(1 − p)), p = σ(x·Wᵀ + b).
    case logreg
    /// A network with one hidden layer on the four cases of exclusive or.
    case xor
    /// A multilayer perceptron with a logit for each of two classes.
    case moons
    /// A convolution, a pooling and a linear layer on a small picture.
    case digits
    /// A recurrent network that predicts the letters of "emma".
    case names

    public var summary: String {
        switch self {
        case .expression: "the scalar expression of micrograd"
        case .linreg: "linear regression on four examples"
        case .logreg: "logistic regression on four examples"
        case .xor: "a two-layer network on exclusive or"
        case .moons: "a multilayer perceptron on three points of two classes"
        case .digits: "a convolutional network on a picture of 6×6"
        case .names: "a recurrent network on the letters of a name"
        }
    }

    /// The parameters, and the value that they give.
    public func computation() throws -> (parameters: [Parameter], value: () -> Tensor) {
        switch self {
        case .expression: expressionOfMicrograd()
        case .linreg: linearRegression()
        case .logreg: logisticRegression()
        case .xor: exclusiveOr()
        case .moons:
            try network([2], threePoints, [0, 1, 0]) {
                Dense(4, activation: .tanh).named("hidden")
                Dense(2).named("output")
            }
        case .digits:
            try network([1, 6, 6], smallPicture, [1]) {
                Conv2d(2, kernel: 3, activation: .relu).named("conv")
                MaxPool2d(2)
                Flatten()
                Dense(3).named("output")
            }
        // The mark and the letters e, m, a; after the last letter comes the mark.
        case .names:
            try network([5], Tensor([0, 1, 2, 2, 3] as [Int32], shape: [1, 5]), [1, 2, 2, 3, 0]) {
                Embedding(4, 3).named("letters")
                RNN(3).named("rnn")
                Dense(4).named("output")
            }
        }
    }
}

/// The graph of a model's loss on a batch of `batch` windows of `time` tokens. Parameters get gradients.
public func recordedLoss(of model: any LanguageModel, batch: Int, time: Int) -> RecordedGraph {
    let vocabulary = Int32(model.configuration.vocabularySize)
    func ids(from first: Int32) -> Tensor {
        Tensor((0..<Int32(batch * time)).map { (first + $0) % vocabulary }, shape: [batch, time])
    }
    let (inputs, targets) = (ids(from: 0), ids(from: 1))
    return recordedGraph(valueLimit: 0) {
        model.loss(inputs.named("ids"), targets.named("targets")).named("loss")
    }.graph
}

private func expressionOfMicrograd() -> (parameters: [Parameter], value: () -> Tensor) {
    let (a, b) = (Parameter(Tensor(scalar: -4.0), name: "a"), Parameter(Tensor(scalar: 2.0), name: "b"))
    let (one, ten) = (Tensor(scalar: 1.0), Tensor(scalar: 10.0))
    return (
        [a, b],
        {
            let (a, b, one) = (a.tensor, b.tensor, one.named("1"))
            var c = a + b
            var d = a * b + b * b * b
            c = c + (c + one)
            c = (c + (one + c - a)).named("c")
            d = d + (2 * d + relu(b + a))
            d = (d + (3 * d + relu(b - a))).named("d")
            let e = (c - d).named("e")
            let f = (e * e).named("f")
            return (0.5 * f + ten.named("10") / f).named("g")
        }
    )
}

private var threePoints: Tensor { Tensor([0.5, 0.8, 1, -0.4, -0.9, 0.2], shape: [3, 2]) }

private var smallPicture: Tensor {
    Tensor(
        normal: [1, 1, 6, 6], deviation: 1, stream: RandomStream(seed: 1, purpose: .testing), .float64)
}

/// The cross-entropy of a network of layers, in float64.
private func network(
    _ input: Shape, _ x: Tensor, _ classes: [Int32], @LayerBuilder _ layers: () -> [any LayerSpecification]
) throws -> (parameters: [Parameter], value: () -> Tensor) {
    let model = try Sequential(layers()).build(input: input, seed: 1, dtype: .float64)
    return (
        model.parameters,
        {
            let logits = model(x.named("x")).named("logits")
            let target = Tensor(classes, shape: logits.shape.dropLast())
            return crossEntropy(logits, target.named("target")).named("loss")
        }
    )
}

private func normal(_ shape: Shape, _ name: String, stream: UInt64) -> Parameter {
    let random = RandomStream(seed: 1, purpose: .initialization, stream: stream)
    return Parameter(Tensor(normal: shape, deviation: 0.8, stream: random, .float64), name: name)
}

private func linearRegression() -> (parameters: [Parameter], value: () -> Tensor) {
    let (weight, bias) = (
        normal([1, 2], "weight", stream: 0), Parameter(Tensor(zeros: [1], .float64), name: "bias")
    )
    let x = Tensor([0.5, 1, 1, -1, -0.5, 2, 2, 0.25], shape: [4, 2])
    let target = Tensor([2.0, 0, 1.5, 3], shape: [4, 1])
    return (
        [weight, bias],
        {
            let y = linear(x.named("x"), weights: [weight.tensor], bias: bias.tensor).named("y")
            return meanSquaredError(y, target.named("target")).named("loss")
        }
    )
}

private func logisticRegression() -> (parameters: [Parameter], value: () -> Tensor) {
    let (weight, bias) = (
        normal([1, 2], "weight", stream: 1), Parameter(Tensor(zeros: [1], .float64), name: "bias")
    )
    let x = Tensor([0.5, 1, 1, -1, -0.5, 2, 2, 0.25], shape: [4, 2])
    let target = Tensor([1.0, 0, 1, 0], shape: [4, 1])
    let (rest, one) = (Tensor([0.0, 1, 0, 1], shape: [4, 1]), Tensor(scalar: 1.0))
    return (
        [weight, bias],
        {
            let u = linear(x.named("x"), weights: [weight.tensor], bias: bias.tensor).named("u")
            let p = sigmoid(u).named("p")
            let likelihood = target.named("t") * log(p) + rest.named("1 − t") * log(one.named("1") - p)
            return (-1 * likelihood.mean()).named("loss")
        }
    )
}

private func exclusiveOr() -> (parameters: [Parameter], value: () -> Tensor) {
    let (first, second) = (
        normal([3, 2], "hidden.weight", stream: 2), normal([1, 3], "output.weight", stream: 3)
    )
    let firstBias = Parameter(Tensor(zeros: [3], .float64), name: "hidden.bias")
    let secondBias = Parameter(Tensor(zeros: [1], .float64), name: "output.bias")
    let x = Tensor([0.0, 0, 0, 1, 1, 0, 1, 1], shape: [4, 2])
    let target = Tensor([0.0, 1, 1, 0], shape: [4, 1])
    return (
        [first, firstBias, second, secondBias],
        {
            let u = linear(x.named("x"), weights: [first.tensor], bias: firstBias.tensor)
            let hidden = tanh(u).named("h")
            let y = linear(hidden, weights: [second.tensor], bias: secondBias.tensor).named("y")
            return meanSquaredError(y, target.named("target")).named("loss")
        }
    )
}
