import Glibc
import HibariTensor

/// How a model turns its rotary positions beyond the context that it was first trained with.
///
/// Every kind changes the inverse frequencies ωᵢ = base^(−2i/D) of the pairs i < D/2 of a head; YaRN and LongRoPE also
/// scale the rotated queries and keys by an attention factor. The cases are the types of `rope_scaling` in
/// `transformers` whose frequencies do not depend on the length of a sequence, which a cache of rotated keys could
/// not follow.
public enum RopeScaling: Sendable, Equatable {
    /// ωᵢ / factor: positions are squeezed into the old context. Source: Chen et al. 2023, arXiv:2306.15595.
    case linear(factor: Double)
    /// Dynamic NTK: sequences longer than the context get a larger base. Within the context, and Hibari goes no
    /// further, the frequencies are the plain ones.
    case dynamic(factor: Double)
    case llama3(Llama3Scaling)
    case yarn(YaRNScaling)
    case longRoPE(LongRoPEScaling)

    /// The name in config.json.
    var typeName: String {
        switch self {
        case .linear: "linear"
        case .dynamic: "dynamic"
        case .llama3: "llama3"
        case .yarn: "yarn"
        case .longRoPE: "longrope"
        }
    }

    /// Of a head of `headDim` elements: one frequency a pair, in radians a position.
    package func inverseFrequencies(headDim: Int, base: Double) -> [Double] {
        let plain = RotaryTable.inverseFrequencies(headDim: headDim, base: base)
        return switch self {
        case .linear(let factor): plain.map { $0 / factor }
        case .dynamic: plain
        case .llama3(let scaling): plain.map(scaling.scaled)
        case .yarn(let scaling): scaling.scaled(plain, headDim: headDim, base: base)
        case .longRoPE(let scaling): zip(plain, scaling.shortFactors).map { $0 / $1 }
        }
    }

    /// What rotated queries and keys are multiplied with.
    package var attentionFactor: Double {
        switch self {
        case .linear, .dynamic, .llama3: 1
        case .yarn(let scaling): scaling.resolvedAttentionFactor
        case .longRoPE(let scaling): scaling.resolvedAttentionFactor
        }
    }
}

/// Llama 3.1: long waves are stretched by `factor`, short ones stay, those between are mixed.
///
/// With the wavelength λ = 2π/ω and original context N: ω/factor if λ > N/low, ω if λ < N/high, otherwise
/// (1 − s)·ω/factor + s·ω with s = (N/λ − low) / (high − low).
/// Source: Dubey et al. 2024, arXiv:2407.21783; `modeling_rope_utils.py` of transformers 5.
public struct Llama3Scaling: Sendable, Equatable {
    public var factor: Double
    public var lowFrequencyFactor: Double
    public var highFrequencyFactor: Double
    public var originalContextLength: Int

    public init(
        factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContextLength: Int
    ) {
        self.factor = factor
        self.lowFrequencyFactor = lowFrequencyFactor
        self.highFrequencyFactor = highFrequencyFactor
        self.originalContextLength = originalContextLength
    }

    func scaled(_ frequency: Double) -> Double {
        let context = Double(originalContextLength)
        let wavelength = 2 * Double.pi / frequency
        if wavelength > context / lowFrequencyFactor { return frequency / factor }
        if wavelength < context / highFrequencyFactor { return frequency }
        let share =
            (context / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
        return (1 - share) * frequency / factor + share * frequency
    }
}

/// YaRN: pairs that turn more than `betaFast` times over the original context N stay, those that turn less than
/// `betaSlow` times are stretched by `factor`, with a ramp over the pairs between.
///
/// The pair that turns β times over N is number D·ln(N / (2π·β)) / (2·ln base). Queries and keys are scaled by
/// 0.1·ln(factor) + 1, or by (0.1·mscale·ln(factor) + 1) / (0.1·mscaleAllDim·ln(factor) + 1) if both are given and
/// not 0, unless `attentionFactor` says otherwise.
/// Source: Peng et al. 2023, arXiv:2309.00071; `modeling_rope_utils.py` of transformers 5.
public struct YaRNScaling: Sendable, Equatable {
    public var factor: Double
    public var originalContextLength: Int
    public var attentionFactor: Double?
    public var betaFast: Double
    public var betaSlow: Double
    public var mscale: Double?
    public var mscaleAllDim: Double?
    /// Whether the ramp starts and ends at whole pairs.
    public var truncates: Bool

    public init(
        factor: Double, originalContextLength: Int, attentionFactor: Double? = nil, betaFast: Double = 32,
        betaSlow: Double = 1, mscale: Double? = nil, mscaleAllDim: Double? = nil, truncates: Bool = true
    ) {
        self.factor = factor
        self.originalContextLength = originalContextLength
        self.attentionFactor = attentionFactor
        self.betaFast = betaFast
        self.betaSlow = betaSlow
        self.mscale = mscale
        self.mscaleAllDim = mscaleAllDim
        self.truncates = truncates
    }

    func scaled(_ frequencies: [Double], headDim: Int, base: Double) -> [Double] {
        func pair(turning count: Double) -> Double {
            Double(headDim) * log(Double(originalContextLength) / (count * 2 * .pi)) / (2 * log(base))
        }
        var (first, last) = (pair(turning: betaFast), pair(turning: betaSlow))
        if truncates { (first, last) = (first.rounded(.down), last.rounded(.up)) }
        first = max(first, 0)
        last = min(last, Double(headDim - 1))
        // As transformers: a ramp of no width would divide by zero.
        if first == last { last += 0.001 }
        return frequencies.enumerated().map { index, frequency in
            let stretched = min(max((Double(index) - first) / (last - first), 0), 1)
            return frequency / factor * stretched + frequency * (1 - stretched)
        }
    }

    var resolvedAttentionFactor: Double {
        if let attentionFactor { return attentionFactor }
        func growth(_ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }
        if let mscale, let mscaleAllDim, mscale != 0, mscaleAllDim != 0 {
            return growth(mscale) / growth(mscaleAllDim)
        }
        return growth(1)
    }
}

/// LongRoPE: ωᵢ / factorᵢ, with one list of factors up to the original context N and another beyond it.
///
/// Which list holds changes with the length of the sequence, for all of its positions; so it is only taken where no
/// sequence is longer than N, or where the lists are equal (see `isFixed`). Queries and keys are scaled by
/// √(1 + ln factor / ln N) if `factor` is above 1, unless `attentionFactor` says otherwise.
/// Source: Ding et al. 2024, arXiv:2402.13753; `modeling_rope_utils.py` of transformers 5.
public struct LongRoPEScaling: Sendable, Equatable {
    /// One for each pair of a head.
    public var shortFactors, longFactors: [Double]
    public var factor: Double
    public var originalContextLength: Int
    public var attentionFactor: Double?

    public init(
        shortFactors: [Double], longFactors: [Double], factor: Double, originalContextLength: Int,
        attentionFactor: Double? = nil
    ) {
        self.shortFactors = shortFactors
        self.longFactors = longFactors
        self.factor = factor
        self.originalContextLength = originalContextLength
        self.attentionFactor = attentionFactor
    }

    /// Whether all sequences up to `contextLength` turn alike.
    func isFixed(contextLength: Int) -> Bool {
        contextLength <= originalContextLength || shortFactors == longFactors
    }

    var resolvedAttentionFactor: Double {
        if let attentionFactor { return attentionFactor }
        return factor <= 1 ? 1 : (1 + log(factor) / log(Double(originalContextLength))).squareRoot()
    }
}
