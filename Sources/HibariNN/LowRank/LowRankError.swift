import HibariSupport

/// Why adapters cannot be made.
public enum LowRankError: UserError, Equatable {
    case invalidValue(name: String, value: String, expected: String)
    case repeated(name: String, text: String)
    case unknownPart(part: String, text: String)
    /// A target that names no linear map of the model.
    case noSuchModule(target: String, known: [String])
    /// The tensors of an adapter that do not fit the model.
    case mismatch(location: String, problems: [String])
    case cannotMerge(module: String, type: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .mismatch, .cannotMerge: .badData
        default: .usage
        }
    }

    public var description: String {
        switch self {
        case .invalidValue(let name, let value, let expected):
            return "adapters: \(name) is \(value), expected \(expected)"
        case .repeated(let name, let text): return "adapters: \(name) occurs twice in \"\(text)\""
        case .unknownPart(let part, let text):
            return "adapters: \"\(part)\" in \"\(text)\" means nothing; the parts are r=8, alpha=16, "
                + "targets=all-linear (or names joined by +), dropout=0, rslora, dora"
        case .noSuchModule(let target, let known):
            return "adapters: no linear map of this model is called \(target); there are "
                + known.joined(separator: ", ")
        case .mismatch(let location, let problems):
            let shown = problems.prefix(4).joined(separator: "; ")
            let rest = problems.count > 4 ? "; and \(problems.count - 4) more" : ""
            return
                "\(location): the adapter does not fit the model: \(shown)\(rest); check that it belongs to this base"
        case .cannotMerge(let module, let type):
            return
                "\(module): its weights are \(type), which an adapter cannot be merged into; open the model in float32"
        }
    }
}
