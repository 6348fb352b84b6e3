import HibariData
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor

/// A language model with a head that sorts texts into classes by the hidden state of their last token.
public final class TextClassifier {
    public let base: LoadedModel
    public let labels: [String]
    /// Tokens of a text that are read at most; the rest of a longer text is not.
    public let maxLength: Int
    let weight: Parameter
    let bias: Parameter?

    /// Tokens of the texts that are read at once when nothing is learned.
    private static let tokensAtOnce = 2048

    public init(_ base: LoadedModel, _ head: ClassificationHead, maxLength: Int) {
        (self.base, labels, self.maxLength) = (base, head.labels, maxLength)
        weight = Parameter(head.weight, name: ClassificationHead.weightName, role: .output)
        bias = head.bias.map { Parameter($0, name: ClassificationHead.biasName, role: .vector) }
    }

    /// With a new head: N(0, 0.02²), as `transformers` makes it.
    public convenience init(_ base: LoadedModel, labels: [String], maxLength: Int, seed: UInt64) {
        let width = base.model.configuration.hiddenSize
        // A stream of its own: the model's parameters have the numbers from 0.
        let random = RandomStream(seed: seed, purpose: .initialization, stream: 1 << 30)
        let weight = Tensor(normal: [labels.count, width], deviation: 0.02, stream: random)
        self.init(base, ClassificationHead(labels: labels, weight: weight), maxLength: maxLength)
    }

    public var head: ClassificationHead {
        ClassificationHead(labels: labels, weight: weight.value, bias: bias?.value)
    }

    /// The tokens that the model reads of a text.
    ///
    /// - Throws: `ClassificationError.emptyText` if there are none; `TokenizerError`.
    public func tokens(of text: String) throws -> [Int32] {
        let beginning = base.text.addsBeginning ? base.text.beginningToken : nil
        let ids = try (beginning.map { [$0] } ?? []) + base.tokenizer.encode(text)
        if ids.isEmpty { throw ClassificationError.emptyText }
        return Array(ids.prefix(maxLength))
    }

    /// The hidden states of the last tokens, `[N, C]`. The texts are read one behind the other, each by itself.
    func features(_ sequences: [[Int32]], _ context: ForwardContext = ForwardContext()) -> Tensor {
        var context = context
        context.segments = sequences.map(\.count)
        let ids = Array(sequences.joined())
        let hidden = base.model.hiddenStates(Tensor(ids, shape: [1, ids.count]), context)
        var end: Int32 = -1
        let last = sequences.map { sequence in
            end += Int32(sequence.count)
            return end
        }
        // Rows by number, which is what a lookup does.
        return embedding(
            Tensor(last, shape: [last.count]), hidden.reshape([ids.count, hidden.shape[-1]]))
    }

    /// The logits of the classes, `[N, C]` → `[N, classes]`.
    func logits(_ features: Tensor) -> Tensor {
        linear(features, weights: [weight.tensor], bias: bias?.tensor)
    }

    /// The features of all texts, `[N, C]`, a few texts at a time.
    ///
    /// - Parameter progress: called with how many are done.
    func allFeatures(_ sequences: [[Int32]], progress: (Int) -> Void = { _ in }) -> Tensor {
        var parts: [Tensor] = []
        var start = 0
        while start < sequences.count {
            var (end, tokens) = (start, 0)
            while end < sequences.count,
                end == start || tokens + sequences[end].count <= Self.tokensAtOnce
            {
                tokens += sequences[end].count
                end += 1
            }
            parts.append(features(Array(sequences[start..<end])))
            progress(end)
            start = end
        }
        return parts.count == 1 ? parts[0] : concatenate(parts)
    }

    /// The logits of all texts, `[N, classes]`.
    public func logits(of texts: [String], progress: (Int) -> Void = { _ in }) throws -> Tensor {
        logits(allFeatures(try texts.map(tokens), progress: progress))
    }
}

/// Why texts cannot be sorted.
public enum ClassificationError: UserError, Equatable {
    case emptyText
    /// No text of a class is left to learn from.
    case missingClass(name: String)
    case noClassifier(path: String)
    case invalidFile(path: String, problem: String)
    /// The model that a head was trained on is not the one that is there.
    case changedBase(path: String, base: String)
    /// It is not where it was.
    case missingBase(path: String, base: String)
    /// A base was named for a classifier that is a whole model.
    case ownModel(path: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .noClassifier, .missingBase: .inputMissing
        case .ownModel: .usage
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .emptyText: "a text is empty, so there is nothing to read; remove it"
        case .missingClass(let name):
            "the class \(quoted(name)) has no text to learn from; hold out less, or other texts (--split random)"
        case .noClassifier(let path): "\(path): there is no \(ClassifierFolder.descriptionName) in it"
        case .invalidFile(let path, let problem): "\(path): \(problem); write it again with hibari classify"
        case .changedBase(let path, let base):
            "\(path) belongs to another model than \(base) is now; put that back, or train the head again"
        case .missingBase(let path, let base):
            "\(path) belongs to the model '\(base)', which is not there; name it with --base"
        case .ownModel(let path): "\(path) has a model of its own; leave out --base"
        }
    }
}
