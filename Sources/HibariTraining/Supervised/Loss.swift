import HibariSupport
import HibariTensor

/// What training makes small: a mean over the examples of a batch.
public struct Loss: Sendable {
    public let name: String
    /// What else was chosen, for run.json.
    public let settings: JSONObject
    private let compute: @Sendable (_ prediction: Tensor, _ target: Tensor) -> Tensor
    private let problem: @Sendable (_ prediction: Tensor, _ target: Tensor) -> String?
    private let weight: @Sendable (_ target: Tensor) -> Int

    /// A loss of one's own.
    ///
    /// - Parameters:
    ///   - settings: the numbers that it depends on: a run is only resumed with the same.
    ///   - problem: why a prediction and a target do not go together; nil if they do.
    ///   - weight: how many terms the mean is over; as many as examples if nil. Batches count by it.
    ///   - compute: a scalar.
    public init(
        _ name: String, settings: JSONObject = JSONObject(),
        problem: @escaping @Sendable (_ prediction: Tensor, _ target: Tensor) -> String? = { _, _ in nil },
        weight: (@Sendable (_ target: Tensor) -> Int)? = nil,
        _ compute: @escaping @Sendable (_ prediction: Tensor, _ target: Tensor) -> Tensor
    ) {
        self.name = name
        self.settings = settings
        self.problem = problem
        self.weight = weight ?? { $0.shape[0] }
        self.compute = compute
    }

    /// The loss of a batch.
    ///
    /// - Throws: `SupervisedError` if the target does not fit the prediction.
    public func callAsFunction(_ prediction: Tensor, _ target: Tensor) throws -> Tensor {
        if let problem = problem(prediction, target) {
            throw SupervisedError.wrongTarget(loss: name, problem: problem)
        }
        return compute(prediction, target)
    }

    func weight(of target: Tensor) -> Int { weight(target) }

    /// −log softmax(x)ᵧ of the logits x `[N, …, C]`; target y `[N, …]`, int32 classes, or −100 for rows that do not
    /// count.
    public static let crossEntropy = crossEntropy()

    /// - Parameter labelSmoothing: ε, the share of the probability that is spread over all classes.
    public static func crossEntropy(labelSmoothing: Double = 0) -> Loss {
        Loss(
            "cross_entropy", settings: ["label_smoothing": .number(labelSmoothing)], problem: classProblem,
            weight: classCount
        ) {
            HibariTensor.crossEntropy($0, $1, labelSmoothing: labelSmoothing)
        }
    }

    /// Σ_{j ≠ t} max(0, 1 − x_t + x_j) / C of the scores x `[N, …, C]`, the mean over the rows that count; target
    /// t as for `crossEntropy`.
    public static let multiclassHinge = Loss("multiclass_hinge", problem: classProblem, weight: classCount) {
        multiclassHingeLoss($0, $1)
    }

    /// (p − t)², the mean over all numbers; shapes may differ in axes of size 1.
    public static let meanSquaredError = ofNumbers("mean_squared_error") {
        HibariTensor.meanSquaredError($0, $1)
    }

    /// ½·(p − t)², the sum over the numbers of an example and the mean over examples: the textbooks' form.
    public static let halfSquaredError = ofNumbers("half_squared_error") {
        1 / Double($0.shape[0]) * HibariTensor.halfSquaredError($0, $1)
    }

    /// |p − t|, the mean over all numbers.
    public static let absoluteError = ofNumbers("absolute_error") { HibariTensor.absoluteError($0, $1) }

    /// ½d² for d = |p − t| up to δ, beyond it a line; the mean over all numbers.
    public static let huber = huber()

    /// - Parameter delta: δ > 0.
    public static func huber(delta: Double = 1) -> Loss {
        ofNumbers("huber", settings: ["delta": .number(delta)]) { HibariTensor.huber($0, $1, delta: delta) }
    }

    /// −t·ln σ(x) − (1 − t)·ln(1 − σ(x)) of logits x and targets t from 0 to 1, the mean over all numbers.
    public static let binaryCrossEntropy = ofNumbers("binary_cross_entropy") {
        HibariTensor.binaryCrossEntropy($0, $1)
    }

    /// ln(1 + e^(−y·x)) of logits x and targets y of −1 or +1: `binaryCrossEntropy` in its other form.
    public static let logistic = ofNumbers("logistic") { logisticLoss($0, $1) }

    /// max(0, 1 − y·x) of scores x and targets y of −1 or +1.
    public static let hinge = ofNumbers("hinge") { hingeLoss($0, $1) }

    /// Σ t·(ln t − ln softmax(x)) of logits x and rows of probabilities t, the mean over rows.
    public static let klDivergence = ofNumbers("kl_divergence") {
        HibariTensor.klDivergence(logSoftmax($0), $1)
    }

    private static func ofNumbers(
        _ name: String, settings: JSONObject = JSONObject(),
        _ compute: @escaping @Sendable (_ prediction: Tensor, _ target: Tensor) -> Tensor
    ) -> Loss {
        Loss(name, settings: settings, problem: numberProblem) { compute($0, $1.reshape($0.shape)) }
    }

    /// The losses that `init(named:)` takes.
    private static let all = [
        crossEntropy, multiclassHinge, meanSquaredError, halfSquaredError, absoluteError, huber,
        binaryCrossEntropy, logistic, hinge, klDivergence,
    ]

    /// The loss of this name.
    ///
    /// - Throws: `SupervisedError` if there is none.
    public init(named name: String) throws {
        guard let loss = Self.all.first(where: { $0.name == name }) else {
            throw SupervisedError.unknown("loss", name, known: Self.all.map(\.name))
        }
        self = loss
    }
}

/// Classes: one for each row of the logits.
private func classProblem(_ prediction: Tensor, _ target: Tensor) -> String? {
    guard prediction.shape.rank >= 2, target.dtype == .int32,
        target.shape == prediction.shape.dropLast()
    else {
        return "logits \(prediction.shape) want int32 classes \(prediction.shape.dropLast()), "
            + "the target is \(target.dtype) \(target.shape)"
    }
    let classes = Int32(prediction.shape[-1])
    return target.withNumbers(Int32.self) { labels in
        labels.first { !(0..<classes).contains($0) && $0 != ignoredTarget }.map {
            "class \($0) is out of range; the model has the classes 0 to \(classes - 1)"
        }
    }
}

private func classCount(_ target: Tensor) -> Int {
    target.withNumbers(Int32.self) { $0.reduce(0) { $0 + ($1 == ignoredTarget ? 0 : 1) } }
}

/// Numbers: as many as the prediction has, in the same order.
private func numberProblem(_ prediction: Tensor, _ target: Tensor) -> String? {
    guard target.dtype == prediction.dtype,
        target.shape.array.filter({ $0 != 1 }) == prediction.shape.array.filter({ $0 != 1 })
    else {
        return "predictions \(prediction.dtype) \(prediction.shape) want targets of that type and shape, "
            + "got \(target.dtype) \(target.shape)"
    }
    return nil
}

extension Tensor {
    /// The elements, without a copy.
    func withNumbers<Element: TensorElement, Result>(
        _ type: Element.Type = Element.self, _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(storage) {
            try body(UnsafeBufferPointer(start: input(type), count: count))
        }
    }

    /// The elements of a floating-point tensor as Double.
    var doubles: [Double] {
        dtype == .float32
            ? withNumbers(Float.self) { $0.map { Double($0) } } : array(of: Double.self)
    }
}

/// Why a model cannot be trained or evaluated.
public enum SupervisedError: UserError, Equatable {
    case wrongTarget(loss: String, problem: String)
    case wrongMetric(name: String, problem: String)
    case unknown(String, String, known: [String])
    case noExamples
    case nothingToTrain
    case wrongOption(name: String, value: String, expected: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .unknown, .wrongOption, .nothingToTrain: .usage
        case .wrongTarget, .wrongMetric, .noExamples: .badData
        }
    }

    public var description: String {
        switch self {
        case .wrongTarget(let loss, let problem): "loss \(loss): \(problem)"
        case .wrongMetric(let name, let problem): "metric \(name): \(problem)"
        case .unknown(let what, let name, let known):
            "no \(what) is named \(quoted(name)); there are \(known.joined(separator: ", "))"
        case .noExamples: "there are no examples; give at least one"
        case .nothingToTrain: "every parameter is frozen; unfreeze some before training"
        case .wrongOption(let name, let value, let expected): "\(name) is \(value), expected \(expected)"
        }
    }
}
