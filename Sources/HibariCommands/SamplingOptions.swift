import ArgumentParser
import HibariGeneration
import HibariSupport

/// How a command that writes text chooses the tokens.
struct SamplingOptions: ParsableArguments {
    @Option(help: "Flatness of the distribution; 0 as --greedy.") var temperature = 0.8
    @Option(name: [.customLong("top-k")], help: "Keep the k most likely tokens; 0 for all.") var topK = 40
    @Option(
        name: [.customLong("top-p")],
        help: "Keep the likeliest tokens of together this probability; 1 for all.")
    var topP = 0.95
    @Option(
        name: [.customLong("min-p")],
        help: "Drop tokens less likely than this share of the likeliest; 0 for none.")
    var minP = 0.05
    @Flag(help: "Always take the likeliest token.") var greedy = false
    @Option(help: "Make tokens of the last 64 written less likely; 1 for off.") var repeatPenalty = 1.0
    @Option(help: "Seed of the choices (default: a new one, printed).") var seed: UInt64?

    /// The options as a configuration, with a new seed where none is given.
    ///
    /// - Throws: `SamplingError.optionOutOfRange`.
    func configuration() throws -> SamplerConfiguration {
        let configuration = SamplerConfiguration(
            temperature: temperature, topK: topK, topP: topP, minP: minP, repeatPenalty: repeatPenalty,
            isGreedy: greedy || temperature == 0, seed: seed ?? UInt64.random(in: 0..<1 << 32))
        try configuration.validate()
        return configuration
    }
}
