import HibariNN
import HibariTensor

/// What a training run is about: the loop owns everything else.
public protocol TrainingTask {
    /// What is trained.
    var parameters: [Parameter] { get }
    /// Tokens (or examples) in one micro-batch, for speeds.
    var tokensPerMicroBatch: Int { get }

    /// The loss of one micro-batch, counted from the start of the run, for recording on the tape.
    func loss(microBatch: Int) throws -> Tensor
    /// The loss on held-out data; nil if there is none.
    ///
    /// - Parameter isFinal: the last evaluation of the run, always over all of the data.
    func evaluate(isFinal: Bool) throws -> Evaluation?
    /// Writes everything needed to use the model to an existing folder.
    func saveModel(to folder: String) throws
}

/// The result of an evaluation.
public struct Evaluation: Sendable, Equatable {
    /// Mean loss in nats per token.
    public var loss: Double
    /// The same in bits per byte of the original text; nil where there are no bytes.
    public var bitsPerByte: Double?
    /// Standard error of `loss`.
    public var standardError: Double
    /// Tokens scored.
    public var tokens: Int
    /// Whether these are all the held-out tokens.
    public var isComplete: Bool

    public init(
        loss: Double, bitsPerByte: Double?, standardError: Double, tokens: Int, isComplete: Bool = true
    ) {
        self.loss = loss
        self.bitsPerByte = bitsPerByte
        self.standardError = standardError
        self.tokens = tokens
        self.isComplete = isComplete
    }

    /// e^loss.
    public var perplexity: Double { exponential(loss) }
}
