import HibariData
import HibariModels
import HibariNN
import HibariTensor
import HibariTokenizers

/// Next-token prediction on a tokenized corpus.
public struct LanguageModelTask: TrainingTask {
    public let model: any LanguageModel
    public let tokenizer: any Tokenizer
    private let batches: TrainingBatches
    private let validation: EvaluationWindows?
    private let validationBytes: (Range<Int>) -> Int
    private let evaluationBatches: Int?
    private let seed: UInt64
    private let labelSmoothing: Double
    private let recompute: Recompute
    public let parameters: [Parameter]
    private let save: (_ folder: String) throws -> Void

    /// - Parameters:
    ///   - batches: micro-batches of the training text.
    ///   - validation: windows of the held-out text; nil for none.
    ///   - validationBytes: bytes of text in a range of its tokens.
    ///   - evaluationBatches: batches of an evaluation during training; nil for all.
    ///   - seed: of dropout.
    ///   - recompute: what the backward pass computes again.
    ///   - parameters: what is trained; nil for all of the model.
    ///   - save: writes what is needed to use the model to an existing folder; nil for a Hugging Face folder.
    public init(
        model: any LanguageModel, tokenizer: any Tokenizer, batches: TrainingBatches,
        validation: EvaluationWindows?,
        validationBytes: @escaping (Range<Int>) -> Int, evaluationBatches: Int?, seed: UInt64,
        labelSmoothing: Double = 0, recompute: Recompute = .none, parameters: [Parameter]? = nil,
        save: ((_ folder: String) throws -> Void)? = nil
    ) {
        self.model = model
        self.tokenizer = tokenizer
        self.batches = batches
        self.validation = validation
        self.validationBytes = validationBytes
        self.evaluationBatches = evaluationBatches
        self.seed = seed
        self.labelSmoothing = labelSmoothing
        self.recompute = recompute
        self.parameters = parameters ?? model.parameters
        self.save = save ?? { try ModelFolder.write(model, tokenizer, to: $0) }
    }

    public func units(microBatches: Int) -> Int { microBatches * batches.tokensPerBatch }

    public func loss(microBatch: Int) -> Tensor {
        let shape: Shape = [batches.batchSize, batches.contextLength]
        let (ids, targets) = (Tensor(zeros: shape, .int32), Tensor(zeros: shape, .int32))
        let count = shape.count
        batches.batch(
            step: microBatch, into: UnsafeMutableBufferPointer(start: ids.output(Int32.self), count: count),
            targets: UnsafeMutableBufferPointer(start: targets.output(Int32.self), count: count))
        OpProfile.current?.mark(.batch)
        return model.loss(
            ids, targets, .training(seed: seed, step: UInt64(microBatch), recompute: recompute),
            labelSmoothing: labelSmoothing)
    }

    public func evaluate(isFinal: Bool) throws -> Evaluation? {
        guard let validation else { return nil }
        return try HibariTraining.evaluate(
            model, validation, bytes: validationBytes, batchLimit: isFinal ? nil : evaluationBatches)
    }

    public func saveModel(to folder: String) throws { try save(folder) }
}
