import Glibc
import HibariCheckpoint
import HibariSupport

/// Scaled rotary positions as llama.cpp has them: linearly or by YaRN from the metadata, or by a tensor of one factor for
/// each pair of a head, which the converters compute for Llama 3.
///
/// Source: `ggml_rope_yarn` in ggml/src/ggml-cpu/ops.cpp; `generate_extra_tensors` in convert_hf_to_gguf.py.
extension GGUFMetadataReader {
    func ropeScaling(
        _ tensors: GGUFTensors, _ family: ModelFamily, contextLength: Int, headDim: Int, base: Double
    ) throws -> RopeScaling? {
        let known: Set = ["type", "factor", "original_context_length", "attn_factor", "finetuned"]
        for key in keys where key.hasPrefix("rope.scal") {
            let isKnown = key.hasPrefix("rope.scaling.") && known.contains(String(key.dropFirst(13)))
            if !isKnown, key != "rope.scale_linear" { throw unsupported(key, "Hibari does not know it") }
        }
        // Files from before there were types.
        let old = try nonzero("rope.scale_linear")
        let factor = try nonzero("rope.scaling.factor") ?? old ?? 1
        let kind = value("rope.scaling.type")?.string ?? "linear"
        if tensors.shape(of: GGUFTensorNames.rotaryFactors) != nil {
            guard family == .llama, kind == "none" || factor == 1 else {
                throw unsupported("rope.scaling.type", "none beside \(GGUFTensorNames.rotaryFactors)")
            }
            return .factors(
                try tensors.floats(of: GGUFTensorNames.rotaryFactors), contextLength: contextLength,
                headDim: headDim, base: base)
        }
        let attention = try nonzero("rope.scaling.attn_factor") ?? 1
        switch kind {
        case "none", "linear":
            guard attention == 1 else { throw unsupported("rope.scaling.attn_factor", "only 1 without YaRN") }
            return kind == "none" || factor == 1 ? nil : .linear(factor: factor)
        case "yarn":
            return .yarn(
                YaRNScaling(
                    factor: factor,
                    originalContextLength: try integer(
                        "rope.scaling.original_context_length", default: contextLength),
                    attentionFactor: attention == 1 ? nil : attention * yarnGrowth(factor)))
        default: throw unsupported("rope.scaling.type", "none, linear or yarn")
        }
    }

    /// A number above 0; nil for 0, which stands for none.
    private func nonzero(_ key: String) throws(ConfigurationError) -> Double? {
        value(key)?.double == 0 ? nil : value(key) == nil ? nil : try positive(key)
    }
}

/// What YaRN scales rotated queries and keys with where nothing else is said.
private func yarnGrowth(_ factor: Double) -> Double { factor <= 1 ? 1 : 1 + 0.1 * log(factor) }

extension RopeScaling {
    /// The scaling with which frequency i is that of the base divided by `factors[i]`: Llama 3's, if the factors are those
    /// of the published models, otherwise LongRoPE with one list.
    fileprivate static func factors(
        _ factors: [Float], contextLength: Int, headDim: Int, base: Double
    ) -> RopeScaling {
        let published = RopeScaling.llama3(
            Llama3Scaling(
                factor: Double(factors.last ?? 1).rounded(), lowFrequencyFactor: 1, highFrequencyFactor: 4,
                originalContextLength: 8192))
        // Otherwise the configuration refuses them.
        if factors.count * 2 == headDim {
            let expected = published.rotaryFactors(headDim: headDim, base: base)
            if zip(factors, expected).allSatisfy({ abs(Double($0) - $1) <= 1e-4 * $1 }) { return published }
        }
        let numbers = factors.map(Double.init)
        return .longRoPE(
            LongRoPEScaling(
                shortFactors: numbers, longFactors: numbers, factor: 1, originalContextLength: contextLength,
                attentionFactor: 1))
    }

    /// What the frequencies of the base are divided by.
    func rotaryFactors(headDim: Int, base: Double) -> [Double] {
        zip(
            RopeScaling.linear(factor: 1).inverseFrequencies(headDim: headDim, base: base),
            inverseFrequencies(headDim: headDim, base: base)
        ).map { $0 / $1 }
    }
}

extension DecoderConfiguration {
    /// The metadata of scaled positions, and the factors for a tensor of them.
    ///
    /// - Throws: `ConfigurationError.notInGGUF`.
    func ggufRopeScaling() throws(ConfigurationError) -> (
        metadata: [(key: String, value: GGUFValue)], factors: [Float]?
    ) {
        let prefix = family.rawValue + ".rope.scaling."
        switch ropeScaling {
        case nil, .dynamic: return ([], nil)
        case .linear(let factor):
            return (
                [(prefix + "type", .string("linear")), (prefix + "factor", .float32(Float(factor)))], nil
            )
        case .yarn(let scaling):
            guard scaling.betaFast == 32, scaling.betaSlow == 1, scaling.truncates else {
                throw .notInGGUF(problem: "YaRN with beta_fast, beta_slow or truncate of a model's own")
            }
            let attention = scaling.resolvedAttentionFactor / yarnGrowth(scaling.factor)
            return (
                [
                    (prefix + "type", .string("yarn")), (prefix + "factor", .float32(Float(scaling.factor))),
                    (prefix + "original_context_length", .uint32(UInt32(scaling.originalContextLength))),
                ] + (abs(attention - 1) < 1e-6 ? [] : [(prefix + "attn_factor", .float32(Float(attention)))]),
                nil
            )
        case .llama3(_)?, .longRoPE(_)?:
            guard family == .llama, ropeScaling?.attentionFactor == 1 else {
                throw .notInGGUF(
                    problem:
                        "rotary positions of the type \(ropeScaling?.typeName ?? "") in \(family.rawValue)")
            }
            let factors = ropeScaling?.rotaryFactors(headDim: headDim, base: ropeBase) ?? []
            return ([], factors.map { Float($0) })
        }
    }

    /// Refuses switches that llama.cpp does not have for the family.
    func checkSwitchesForGGUF() throws(ConfigurationError) {
        if slidingWindow != nil { throw .notInGGUF(problem: "a sliding window in \(family.rawValue)") }
        if family == .qwen3, attentionBias != .none { throw .notInGGUF(problem: "attention biases in qwen3") }
    }
}
