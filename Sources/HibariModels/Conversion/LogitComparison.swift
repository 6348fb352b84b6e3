import HibariNN
import HibariSupport
import HibariTensor
import HibariTokenizers

/// How far the predictions of two models for the same tokens are apart.
public struct LogitComparison: Sendable {
    public let positions: Int
    /// The largest and the mean difference of two logits.
    public let largestDifference, meanDifference: Double
    /// The mean over positions of KL(p ‖ q) = Σ p·log(p/q) in nats, p from the first model and q from the second.
    public let divergence: Double

    /// Compares two models on one text.
    ///
    /// - Parameter ids: not more than either context holds.
    /// - Precondition: the models have the same vocabulary.
    public init(_ first: any LanguageModel, _ second: any LanguageModel, ids: [Int32]) {
        let input = Tensor(ids, shape: [1, ids.count])
        let (left, right) = (first.logits(input), second.logits(input))
        let width = first.configuration.vocabularySize
        precondition(
            second.configuration.vocabularySize == width && !ids.isEmpty,
            "LogitComparison: vocabularies of \(width) and \(second.configuration.vocabularySize)")
        var (largest, total, divergence) = (0.0, 0.0, 0.0)
        for row in 0..<ids.count {
            let a = UnsafeBufferPointer(start: left.input(Float.self) + row * width, count: width)
            let b = UnsafeBufferPointer(start: right.input(Float.self) + row * width, count: width)
            for (x, y) in zip(a, b) {
                let difference = abs(Double(x) - Double(y))
                // Written so that a NaN stays.
                largest = difference <= largest ? largest : difference
                total += difference
            }
            divergence += Self.divergence(a, b)
        }
        positions = ids.count
        largestDifference = largest
        meanDifference = total / Double(ids.count * width)
        self.divergence = divergence / Double(ids.count)
    }

    private static func divergence(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double
    {
        func logSumExp(_ x: UnsafeBufferPointer<Float>) -> (Double) {
            let top = Double(x.max() ?? 0)
            return top + Double.logarithm(x.reduce(0) { $0 + Double.exponential(Double($1) - top) })
        }
        let (totalA, totalB) = (logSumExp(a), logSumExp(b))
        return zip(a, b).reduce(0) { sum, pair in
            let (p, q) = (Double(pair.0) - totalA, Double(pair.1) - totalB)
            return sum + Double.exponential(p) * (p - q)
        }
    }

    /// A text of up to `limit` tokens that every tokenizer takes: prose if it can, otherwise ids at random.
    static func sampleIDs(_ loaded: LoadedModel, limit: Int = 128) -> [Int32] {
        let count = min(limit, loaded.model.configuration.contextLength)
        if let ids = try? loaded.tokenizer.encode(sampleText), ids.count > 1 {
            return Array(ids.prefix(count))
        }
        var random = RandomStream(seed: 1, purpose: .testing)
        return (0..<count).map { _ in
            Int32.random(in: 0..<Int32(loaded.tokenizer.vocabularySize), using: &random)
        }
    }

    private static let sampleText = """
        In the morning the lark climbs above the field and sings without a pause, so high that nobody can see it. \
        The farmer looks up from his plough, counts to 60, and goes on with his work. "How can so small a bird be so \
        loud?" asks his daughter. He has no answer, but he knows that the song means spring: snow is gone, the days \
        are longer than the nights, and soon there will be flowers at the edge of the road.
        """
}
