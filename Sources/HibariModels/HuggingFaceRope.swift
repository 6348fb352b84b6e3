import HibariSupport

extension ConfigurationReader {
    /// The base of the rotary frequencies and how they are scaled.
    ///
    /// The settings are `rope_scaling` if it says anything, else `rope_parameters` (transformers 5), and the base in
    /// them comes before `rope_theta` beside them, as `RotaryEmbeddingConfigMixin` of transformers 5 has it. What a
    /// type does not use is passed over.
    ///
    /// - Parameter contextLength: of the model, where the settings do not name the original one.
    func rope(
        contextLength: Int
    ) throws(ConfigurationError) -> (base: Double, scaling: RopeScaling?) {
        let base = try positive("rope_theta", default: 10_000)
        let given = ["rope_scaling", "rope_parameters"].first { key in
            value(key).map { $0.object?.isEmpty != true } ?? false
        }
        guard let key = given, let value = value(key) else { return (base, nil) }
        guard let object = value.object, object.values.allSatisfy({ $0.object == nil }) else {
            throw unsupported(key, "one object of settings for all layers")
        }
        let settings = ConfigurationReader(value, path: "\(path): \(key)")
        if let part = try settings.optionalNumber("partial_rotary_factor"), part != 1 {
            throw settings.unsupported("partial_rotary_factor", "only 1")
        }
        let inner = try settings.originalContext()
        let scaling = try settings.ropeScaling(
            contextLength: contextLength, original: try originalContext() ?? inner ?? contextLength)
        return (try settings.positive("rope_theta", default: base), scaling)
    }

    private func originalContext() throws(ConfigurationError) -> Int? {
        let key = "original_max_position_embeddings"
        guard let length = try optionalInteger(key) else { return nil }
        guard length > 0 else {
            throw .invalidFile(path: path, problem: "\(key) is \(length), expected a positive number")
        }
        return length
    }

    /// Of the object of rotary settings that this reader reads.
    private func ropeScaling(contextLength: Int, original: Int) throws(ConfigurationError) -> RopeScaling? {
        /// The factor, which YaRN and LongRoPE take from the two contexts if it is not given.
        func factor() throws(ConfigurationError) -> Double {
            try positive("factor", default: Double(contextLength) / Double(original))
        }
        let key = value("rope_type") == nil && value("type") != nil ? "type" : "rope_type"
        switch try string(key, default: "default") {
        case "default":
            guard try number("factor", default: 1) == 1 else {
                throw unsupported("factor", "rope_type must say what it is a factor of")
            }
            return nil
        case "linear": return .linear(factor: try positive("factor"))
        case "dynamic": return .dynamic(factor: try positive("factor"))
        case "llama3":
            let scaling = Llama3Scaling(
                factor: try positive("factor"), lowFrequencyFactor: try positive("low_freq_factor"),
                highFrequencyFactor: try positive("high_freq_factor"), originalContextLength: original)
            guard scaling.lowFrequencyFactor < scaling.highFrequencyFactor else {
                throw unsupported("low_freq_factor", "less than high_freq_factor")
            }
            return .llama3(scaling)
        case "yarn":
            return .yarn(
                YaRNScaling(
                    factor: try factor(), originalContextLength: original,
                    attentionFactor: try optionalPositive("attention_factor"),
                    betaFast: try positive("beta_fast", default: 32),
                    betaSlow: try positive("beta_slow", default: 1), mscale: try optionalNumber("mscale"),
                    mscaleAllDim: try optionalNumber("mscale_all_dim"),
                    truncates: try bool("truncate", default: true)))
        case "longrope":
            return .longRoPE(
                LongRoPEScaling(
                    shortFactors: try positives("short_factor"), longFactors: try positives("long_factor"),
                    factor: try factor(), originalContextLength: original,
                    attentionFactor: try optionalPositive("attention_factor")))
        default: throw unsupported(key, "default, linear, dynamic, llama3, yarn or longrope")
        }
    }
}
