/// How answers are written; can change from turn to turn.
public struct ChatSettings: Sendable, Equatable {
    public var sampling: SamplerConfiguration
    /// Tokens of an answer at most.
    public var maxTokens: Int

    public init(sampling: SamplerConfiguration = SamplerConfiguration(), maxTokens: Int = 512) {
        (self.sampling, self.maxTokens) = (sampling, maxTokens)
    }

    /// The names that `set` takes, which are those of the options of the command line.
    public static let names = [
        "temperature", "top-k", "top-p", "min-p", "repeat-penalty", "seed", "max-tokens",
    ]

    /// Each setting with its value.
    public var all: [(name: String, value: String)] {
        let sampling = sampling
        let values = [
            "\(sampling.isGreedy ? 0 : sampling.temperature)", "\(sampling.topK)", "\(sampling.topP)",
            "\(sampling.minP)", "\(sampling.repeatPenalty)", "\(sampling.seed)", "\(maxTokens)",
        ]
        return Array(zip(Self.names, values)).map { (name: $0, value: $1) }
    }

    /// Changes one setting. A temperature of 0 takes the likeliest token always.
    ///
    /// - Throws: `ChatSessionError.unknownSetting`, `wrongSetting`; `SamplingError` for a value out of range. Nothing
    ///   changes then.
    public mutating func set(_ name: String, _ value: String) throws {
        var new = self
        func parsed<Number: LosslessStringConvertible>(_ expected: String) throws -> Number {
            guard let number = Number(value) else {
                throw ChatSessionError.wrongSetting(name: name, value: value, expected: expected)
            }
            return number
        }
        switch name {
        case "temperature":
            new.sampling.temperature = try parsed("a number")
            new.sampling.isGreedy = new.sampling.temperature == 0
        case "top-k": new.sampling.topK = try parsed("a whole number")
        case "top-p": new.sampling.topP = try parsed("a number")
        case "min-p": new.sampling.minP = try parsed("a number")
        case "repeat-penalty": new.sampling.repeatPenalty = try parsed("a number")
        case "seed": new.sampling.seed = try parsed("a whole number of at least 0")
        case "max-tokens":
            new.maxTokens = try parsed("a whole number of at least 1")
            if new.maxTokens < 1 {
                throw ChatSessionError.wrongSetting(
                    name: name, value: value, expected: "a whole number of at least 1")
            }
        default: throw ChatSessionError.unknownSetting(name: name)
        }
        try new.sampling.validate()
        self = new
    }
}
