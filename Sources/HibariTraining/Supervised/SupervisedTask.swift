import HibariNN
import HibariSupport
import HibariTensor

/// Learning from examples, for the training loop: regression, classification, anything with an input and a target.
///
/// In an epoch each example comes once, in an order that follows from the seed and the number of the epoch.
final class SupervisedTask: TrainingTask {
    let model: Model
    private let training: any ExampleSource
    private let validation: (any ExampleSource)?
    private let options: FitOptions
    let stepsPerEpoch: Int
    /// The order of the examples in an epoch; made when the epoch begins.
    private var order: (epoch: Int, indices: [Int])?
    private var lossSum = 0.0
    private var lossWeight = 0
    /// The metrics that are means, over the training data of the epoch so far.
    private var means: [(name: String, accumulator: any MeanAccumulator)]

    init(
        _ model: Model, training: any ExampleSource, validation: (any ExampleSource)?, _ options: FitOptions
    ) throws {
        try options.validate()
        guard training.count > 0, validation?.count != 0 else { throw SupervisedError.noExamples }
        guard model.parameters.contains(where: \.isTrainable) else { throw SupervisedError.nothingToTrain }
        self.model = model
        self.training = training
        self.validation = validation
        self.options = options
        stepsPerEpoch = Self.stepsPerEpoch(training.count, options.batch)
        means = []
        means = freshMeans()
        try tryOneExample()
    }

    /// A last batch of a single example joins the one before it: batch statistics need two.
    private static func stepsPerEpoch(_ count: Int, _ batch: Int) -> Int {
        max(1, count % batch == 1 ? count / batch : (count + batch - 1) / batch)
    }

    private func freshMeans() -> [(name: String, accumulator: any MeanAccumulator)] {
        options.metrics.compactMap { metric in
            (metric.makeAccumulator() as? any MeanAccumulator).map { (metric.name, $0) }
        }
    }

    /// Throws if examples, model, loss and metrics do not go together, before anything is written.
    private func tryOneExample() throws {
        var context = ForwardContext()
        var normsNeedTwo = false
        context.noteSingleNumbers = { normsNeedTwo = true }
        for source in [training, validation].compactMap({ $0 }) {
            let (input, target) = source.batch(indices: [0], random: nil)
            try model.checkInput(input)
            let prediction = model(input, context)
            _ = try options.loss(prediction, target)
            for metric in options.metrics { _ = try metric(prediction, target) }
        }
        if normsNeedTwo, min(options.batch, training.count) == 1 {
            throw SupervisedError.wrongOption(
                name: "batch", value: "1 example", expected: "at least 2 for batch normalization")
        }
    }

    var parameters: [Parameter] { model.parameters }
    var unit: String { "examples" }

    func units(microBatches: Int) -> Int {
        microBatches / stepsPerEpoch * training.count + microBatches % stepsPerEpoch * options.batch
    }

    func loss(microBatch: Int) throws -> Tensor {
        let (epoch, step) = microBatch.quotientAndRemainder(dividingBy: stepsPerEpoch)
        let end = step == stepsPerEpoch - 1 ? training.count : (step + 1) * options.batch
        let range = step * options.batch..<end
        let (input, target) = training.batch(
            indices: indices(epoch, range),
            random: RandomStream(seed: options.seed, purpose: .augmentation, stream: UInt64(microBatch)))
        OpProfile.current?.mark(.batch)
        try model.checkInput(input)
        let prediction = model(input, .training(seed: options.seed, step: UInt64(microBatch)))
        let loss = try options.loss(prediction, target)
        let weight = options.loss.weight(of: target)
        lossSum += loss.item * Double(weight)
        lossWeight += weight
        for index in means.indices { try means[index].accumulator.add(prediction, target) }
        return loss
    }

    private func indices(_ epoch: Int, _ range: Range<Int>) -> [Int] {
        guard options.shuffles else { return Array(range) }
        if order?.epoch != epoch {
            var random = RandomStream(seed: options.seed, purpose: .shuffling, stream: UInt64(epoch))
            var all = Array(0..<training.count)
            all.shuffle(using: &random)
            order = (epoch, all)
        }
        return Array(order!.indices[range])
    }

    func evaluate(isFinal: Bool) throws -> Evaluation? {
        try validation.map {
            try model.evaluate(
                $0, loss: options.loss, metrics: options.metrics, batch: options.evaluationBatch)
        }
    }

    func saveModel(to folder: String) throws { try ModelFile.write(model, to: folder) }

    func takeTrainingMetrics() -> [MetricValue] {
        defer {
            (lossSum, lossWeight) = (0, 0)
            means = freshMeans()
        }
        return [MetricValue("loss", lossWeight == 0 ? .nan : lossSum / Double(lossWeight))]
            + means.map { MetricValue($0.name, $0.accumulator.value) }
    }

    func isHigherBetter(_ metric: String) -> Bool {
        options.metrics.first { $0.name == metric }?.isHigherBetter ?? false
    }

    /// The sums of the epoch that has begun.
    var state: JSONValue {
        [
            "loss_sum": .number(lossSum), "loss_weight": .integer(lossWeight),
            "means": .array(
                means.map { [.number($0.accumulator.sum), .integer($0.accumulator.count)] as JSONValue }),
        ]
    }

    func restore(_ state: JSONValue) throws {
        lossSum = state["loss_sum"]?.double ?? 0
        lossWeight = state["loss_weight"]?.int ?? 0
        for (index, saved) in (state["means"]?.array ?? []).enumerated() where index < means.count {
            means[index].accumulator.sum = saved.array?.first?.double ?? 0
            means[index].accumulator.count = saved.array?.last?.int ?? 0
        }
    }
}
