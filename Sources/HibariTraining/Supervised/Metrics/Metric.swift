import HibariTensor

/// A number that says how good predictions are, gathered over the batches of an evaluation.
///
/// Predictions are what the model gives, logits and not probabilities: a class is the one with the largest logit, of
/// two or more; with a single logit the positive one, if that is above 0.
public struct Metric: Sendable {
    public let name: String
    /// Whether more is better.
    public let isHigherBetter: Bool
    let makeAccumulator: @Sendable () -> any MetricAccumulator

    /// A metric of one's own.
    public init(
        _ name: String, isHigherBetter: Bool,
        _ makeAccumulator: @escaping @Sendable () -> any MetricAccumulator
    ) {
        self.name = name
        self.isHigherBetter = isHigherBetter
        self.makeAccumulator = makeAccumulator
    }

    /// The metrics that `init(named:)` takes, beside "top_k_accuracy" for any k.
    private static let all: [Metric] = [
        .accuracy, .precision, .recall, .f1, .rocAUC, .rSquared, .meanAbsoluteError, .meanSquaredError,
        .rootMeanSquaredError,
    ]

    /// The metric of this name: "accuracy", "top_5_accuracy", "f1", …
    ///
    /// - Throws: `SupervisedError` if there is none.
    public init(named name: String) throws {
        if name.hasPrefix("top_"), name.hasSuffix("_accuracy"), let k = Int(name.dropFirst(4).dropLast(9)),
            k > 0
        {
            self = .topKAccuracy(k)
            return
        }
        guard let metric = Self.all.first(where: { $0.name == name }) else {
            throw SupervisedError.unknown("metric", name, known: Self.all.map(\.name) + ["top_5_accuracy"])
        }
        self = metric
    }

    /// The value over one batch.
    ///
    /// - Throws: `SupervisedError` if prediction and target do not go together.
    public func callAsFunction(_ prediction: Tensor, _ target: Tensor) throws -> Double {
        var accumulator = makeAccumulator()
        try accumulator.add(prediction, target)
        return accumulator.value
    }
}

/// The state of a metric after some batches.
public protocol MetricAccumulator {
    /// Takes in a batch.
    mutating func add(_ prediction: Tensor, _ target: Tensor) throws
    /// The metric over all batches so far; NaN where it is not defined.
    var value: Double { get }
}

/// Sum and number of what a mean is over: metrics with it are measured on the training data too, while training.
protocol MeanAccumulator: MetricAccumulator {
    var sum: Double { get set }
    var count: Int { get set }
}

extension MeanAccumulator {
    var value: Double { count == 0 ? .nan : sum / Double(count) }
}

/// Logits with the class of each row; rows whose class is `ignoredTarget` are left out. With as many int32 targets as
/// logits each logit is a row of its own, of two classes.
struct ClassifiedRows {
    /// Logits in a row.
    let width: Int
    private let logits: [Float]
    private let targets: [Int32]

    init(_ metric: String, _ prediction: Tensor, _ target: Tensor) throws {
        let isSingle = prediction.shape.rank == 1 || prediction.shape[-1] == 1
        // Numbers of the same shape may be one-hot rows, probabilities, or answers each of its own.
        guard isSingle || target.dtype == .int32 else {
            throw SupervisedError.wrongMetric(
                name: metric,
                problem: "\(prediction.shape[-1]) logits a row want int32 classes "
                    + "\(prediction.shape.dropLast()), got \(target.dtype) \(target.shape); of one-hot rows "
                    + "or probabilities give the places of the largest")
        }
        let isBinary = isSingle || prediction.shape == target.shape
        width = isBinary ? 1 : prediction.shape[-1]
        guard width > 0, target.count * width == prediction.count else {
            throw SupervisedError.wrongMetric(
                name: metric,
                problem: "predictions \(prediction.shape) want one class for each row, got \(target.shape)")
        }
        logits =
            prediction.dtype == .float32
            ? prediction.array(of: Float.self) : prediction.doubles.map { Float($0) }
        // Two classes may also come as the numbers 0 and 1, or −1 and 1.
        targets =
            target.dtype == .int32
            ? target.array(of: Int32.self) : target.doubles.map { $0 > 0 ? 1 : 0 }
        let (classes, binary) = (Int32(max(2, width)), isBinary)
        if let wrong = targets.first(where: {
            !(0..<classes).contains($0) && $0 != ignoredTarget && !(binary && $0 == -1)
        }) {
            throw SupervisedError.wrongMetric(
                name: metric, problem: "class \(wrong) is out of range 0 to \(classes - 1)")
        }
    }

    /// How many classes there are: at least two.
    var classCount: Int { max(2, width) }

    /// Calls `body` with each row of logits and its class.
    func forEach(_ body: (_ logits: UnsafeBufferPointer<Float>, _ target: Int) -> Void) {
        logits.withUnsafeBufferPointer { all in
            for (row, target) in targets.enumerated() where target != ignoredTarget {
                let part = UnsafeBufferPointer(rebasing: all[row * width..<(row + 1) * width])
                body(part, width == 1 ? (target > 0 ? 1 : 0) : Int(target))
            }
        }
    }
}

/// The class that logits speak for: the first of the largest; of a single logit 1 if it is above 0.
func predictedClass<Number: FloatingPoint>(_ logits: UnsafeBufferPointer<Number>) -> Int {
    if logits.count == 1 { return logits[0] > 0 ? 1 : 0 }
    var best = 0
    for index in 1..<logits.count where logits[index] > logits[best] { best = index }
    return best
}
