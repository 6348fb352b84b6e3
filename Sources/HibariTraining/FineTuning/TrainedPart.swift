import Glibc
import HibariModels
import HibariSupport

/// What a parameter belongs to.
public enum ParameterGroup: String, Sendable, CaseIterable {
    case embedding, attention, mlp, norms, head, adapters

    /// - Parameter name: in the checkpoint, as `transformers` names it.
    package init(of name: String) {
        let parts = name.split(separator: ".")
        func has(_ wanted: String...) -> Bool { parts.contains { wanted.contains(String($0)) } }
        self =
            if name.contains(".lora_") {
                .adapters
            } else if parts.contains(where: { $0.contains("norm") || $0.hasPrefix("ln_") }) {
                .norms
            } else if has("self_attn", "attn") {
                .attention
            } else if has("mlp") {
                .mlp
            } else if has("embed_tokens", "wte", "wpe") {
                .embedding
            } else {
                .head
            }
    }
}

/// The block that a parameter is in, counted from 0; nil for what is before or behind the blocks.
func block(of name: String) -> Int? {
    let parts = name.split(separator: ".")
    guard let index = parts.firstIndex(where: { $0 == "layers" || $0 == "h" }), index + 1 < parts.count
    else { return nil }
    return Int(parts[index + 1])
}

/// Which weights of a model are trained.
package struct TrainedPart {
    /// Patterns as of a shell: `*` for any characters, `?` for one, `[0-3]` for one of several.
    var freeze: [String]
    var last: Int?

    package init(freeze: [String] = [], last: Int? = nil) { (self.freeze, self.last) = (freeze, last) }

    /// The names of those that are trained.
    ///
    /// - Parameter names: of all parameters.
    /// - Throws: if a pattern matches none of them, if there are fewer blocks than `last`, or if nothing is left.
    package func names(among names: [String], _ configuration: DecoderConfiguration) throws -> Set<String> {
        var trained = names
        if let last {
            let count = configuration.layerCount
            guard (1...count).contains(last) else {
                throw ConfigurationError.invalidValue(
                    name: "train-last", value: "\(last)", expected: "from 1 to the model's \(count) blocks")
            }
            trained = trained.filter { name in
                block(of: name).map { $0 >= count - last } ?? (ParameterGroup(of: name) != .embedding)
            }
        }
        for pattern in freeze {
            guard names.contains(where: { fnmatch(pattern, $0, 0) == 0 }) else {
                throw FineTuneError.patternMatchesNothing(pattern: pattern, names: names)
            }
            trained.removeAll { fnmatch(pattern, $0, 0) == 0 }
        }
        if trained.isEmpty { throw FineTuneError.nothingTrained }
        return Set(trained)
    }

    /// The blocks that a gradient passes through: those from the first trained parameter on.
    package static func blocksPassed(_ trained: some Sequence<String>, _ configuration: DecoderConfiguration)
        -> Int
    {
        let count = configuration.layerCount
        let first = trained.map { name in
            block(of: name) ?? (ParameterGroup(of: name) == .embedding ? 0 : count)
        }.min()
        return count - (first ?? count)
    }
}

/// Why a model cannot be fine-tuned.
public enum FineTuneError: UserError, Equatable {
    case patternMatchesNothing(pattern: String, names: [String])
    case nothingTrained
    case baseIsAdapter(path: String)
    case notEnoughMemory(MemoryPlan, present: Int)

    public var exitStatus: ExitStatus {
        if case .notEnoughMemory = self { .unavailable } else { .usage }
    }

    public var description: String {
        switch self {
        case .patternMatchesNothing(let pattern, let names):
            let ends = [names.first, names.count > 1 ? names.last : nil].compactMap { $0 }
            return "--freeze \(quoted(pattern)) matches no parameter; they are called "
                + "\(ends.joined(separator: " … ")) (hibari inspect MODEL --tensors lists them)"
        case .nothingTrained:
            return "--freeze leaves nothing to train; freeze less, or train adapters with --lora"
        case .baseIsAdapter(let path):
            return
                "\(path) is an adapter; make a model of it with hibari merge first, or continue its run with --resume"
        case .notEnoughMemory(let plan, let present):
            return
                "fine-tuning needs \(plan.text); this machine has \(abbreviatedBytes(Double(present))). Train less "
                + "(--lora, --train-last), or choose a smaller --micro-batch or --recompute block"
        }
    }
}
