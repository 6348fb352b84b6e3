import HibariSupport

/// The form of the low-rank adapters of a model: y = x·Wᵀ + s·(dropout(x)·Aᵀ)·Bᵀ with A `[r, in]` and B `[out, r]`.
///
/// Sources: Hu et al. 2021, arXiv:2106.09685 (LoRA); Kalajdzievski 2023, arXiv:2312.03732 (rsLoRA); Liu et al. 2024,
/// arXiv:2402.09353 (DoRA).
public struct LowRankConfiguration: Sendable, Equatable {
    /// Which linear maps get an adapter.
    public enum Targets: Sendable, Equatable {
        /// Every linear map between hidden states; not the embedding, not the logits.
        case allLinear
        /// Those whose name is one of these or ends in a dot and one of these: "q_proj",
        /// "model.layers.0.mlp.up_proj".
        case modules([String])
    }

    /// r.
    public var rank: Int
    /// α: s is α/r, or α/√r with rank stabilization.
    public var alpha: Double
    public var targets: Targets
    /// The probability that an element of x does not reach A, when training.
    public var dropout: Double
    /// rsLoRA: s = α/√r.
    public var usesRankStabilization: Bool
    /// DoRA: the rows of W + s·B·A are rescaled to norms m that are trained as well.
    public var usesDoRA: Bool

    /// The largest rank: far beyond any use, and small enough that no size overflows.
    public static let rankLimit = 65_536

    /// - Parameters:
    ///   - rank: 1...65536.
    ///   - alpha: above 0; 2·r if nil.
    ///   - dropout: in [0, 1).
    /// - Throws: `LowRankError.invalidValue`.
    public init(
        rank: Int = 8, alpha: Double? = nil, targets: Targets = .allLinear, dropout: Double = 0,
        usesRankStabilization: Bool = false, usesDoRA: Bool = false
    ) throws(LowRankError) {
        guard (1...Self.rankLimit).contains(rank) else {
            throw .invalidValue(name: "r", value: "\(rank)", expected: "1 to \(Self.rankLimit)")
        }
        let alpha = alpha ?? 2 * Double(rank)
        guard alpha > 0, alpha.isFinite else {
            throw .invalidValue(name: "alpha", value: "\(alpha)", expected: "a number above 0")
        }
        guard dropout >= 0, dropout < 1 else {
            throw .invalidValue(name: "dropout", value: "\(dropout)", expected: "at least 0 and below 1")
        }
        if case .modules(let names) = targets, names.isEmpty || names.contains("") {
            throw .invalidValue(name: "targets", value: "empty", expected: "all-linear, or names joined by +")
        }
        self.rank = rank
        self.alpha = alpha
        self.targets = targets
        self.dropout = dropout
        self.usesRankStabilization = usesRankStabilization
        self.usesDoRA = usesDoRA
    }

    /// s.
    public var scale: Double {
        alpha / (usesRankStabilization ? Double(rank).squareRoot() : Double(rank))
    }

    /// Whether the linear map of this name gets an adapter.
    public func includes(_ module: String) -> Bool {
        switch targets {
        case .allLinear: true
        case .modules(let names): names.contains { Self.matches(module, $0) }
        }
    }

    /// Whether a target means a module: its whole name, or the end of it after a dot.
    static func matches(_ module: String, _ target: String) -> Bool {
        module == target || module.hasSuffix("." + target)
    }
}

// MARK: As text

extension LowRankConfiguration: CustomStringConvertible {
    /// What `--lora` takes, e.g. "r=8,alpha=16,targets=q_proj+v_proj,dropout=0.05,rslora,dora". What is left out has
    /// its default.
    ///
    /// - Throws: `LowRankError` naming the part that is wrong.
    public init(parsing text: String) throws(LowRankError) {
        var (rank, alpha, dropout): (Int?, Double?, Double?) = (nil, nil, nil)
        var targets: Targets?
        var flags: Set<String> = []
        var seen: Set<String> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            let (name, value) = (pieces[0], pieces.count > 1 ? pieces[1] : nil)
            guard seen.insert(name).inserted else { throw .repeated(name: name, text: text) }
            switch (name, value) {
            case ("r", let value?): rank = try Self.number(name, value, "a whole number", Int.init)
            case ("alpha", let value?): alpha = try Self.number(name, value, "a number", Double.init)
            case ("dropout", let value?): dropout = try Self.number(name, value, "a number", Double.init)
            case ("targets", let value?):
                let names = value.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
                targets = names == ["all-linear"] ? .allLinear : .modules(names)
            case ("rslora", nil), ("dora", nil): flags.insert(name)
            default: throw .unknownPart(part: String(part), text: text)
            }
        }
        try self.init(
            rank: rank ?? 8, alpha: alpha, targets: targets ?? .allLinear, dropout: dropout ?? 0,
            usesRankStabilization: flags.contains("rslora"), usesDoRA: flags.contains("dora"))
    }

    private static func number<Number>(
        _ name: String, _ text: String, _ expected: String, _ parse: (String) -> Number?
    ) throws(LowRankError) -> Number {
        guard let number = parse(text) else {
            throw .invalidValue(name: name, value: text, expected: expected)
        }
        return number
    }

    /// The text that gives this again.
    public var description: String {
        let targets =
            switch targets {
            case .allLinear: "all-linear"
            case .modules(let names): names.joined(separator: "+")
            }
        return "r=\(rank),alpha=\(plainNumber(alpha)),targets=\(targets),dropout=\(plainNumber(dropout))"
            + (usesRankStabilization ? ",rslora" : "") + (usesDoRA ? ",dora" : "")
    }

    /// Without ".0".
    private func plainNumber(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
