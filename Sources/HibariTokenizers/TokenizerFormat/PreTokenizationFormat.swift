import HibariSupport

/// How text is cut, as the `pre_tokenizer` of a byte-level `tokenizer.json`.
///
/// The last step is ByteLevel, which may cut by GPT-2's pattern; before it there may be Split steps, which cut
/// at the matches of a regular expression, and Digits.
enum PreTokenizationFormat {
    static func json(_ preTokenization: PreTokenization) -> JSONValue {
        switch preTokenization {
        case .whole: return byteLevel(cuts: false)
        case .pattern(.gpt2): return byteLevel(cuts: true)
        case .pattern(.smollm):
            return sequence([["type": "Digits", "individual_digits": true], byteLevel(cuts: true)])
        case .pattern(let pattern): return sequence([split(pattern.regex), byteLevel(cuts: false)])
        case .regex(let regex): return sequence([split(regex), byteLevel(cuts: false)])
        case .steps(let steps):
            let endsAsGPT2 = steps.last == .pattern(.gpt2)
            return sequence(
                (endsAsGPT2 ? steps.dropLast() : steps[...]).flatMap { split($0) } + [
                    byteLevel(cuts: endsAsGPT2)
                ])
        }
    }

    /// The decoder: it takes the same settings and has no use for them.
    static func byteLevel(_ vocabulary: BPEVocabulary) -> JSONValue {
        byteLevel(cuts: vocabulary.preTokenization == .pattern(.gpt2))
    }

    /// Nothing added in front.
    private static func byteLevel(cuts: Bool) -> JSONValue {
        ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": .bool(cuts)]
    }

    private static func sequence(_ steps: [JSONValue]) -> JSONValue {
        ["type": "Sequence", "pretokenizers": .array(steps)]
    }

    private static func split(_ regex: String) -> JSONValue {
        ["type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated", "invert": false]
    }

    private static func split(_ step: PreTokenization) -> [JSONValue] {
        switch step {
        case .whole: []
        case .pattern(let pattern): [split(pattern.regex)]
        case .regex(let regex): [split(regex)]
        case .steps(let steps): steps.flatMap { split($0) }
        }
    }

    /// - Throws: `TokenizerError.unsupportedComponent` for steps and settings other than those above.
    static func read(_ file: TokenizerFile) throws(TokenizerError) -> PreTokenization {
        let root = file.root["pre_tokenizer"] ?? .null
        let list = root["type"] == "Sequence" ? root["pretokenizers"]?.array : nil
        var cuts: [PreTokenization] = []
        var digits: [Bool] = []
        let steps = list ?? [root]
        for (index, step) in steps.enumerated() {
            let name = list == nil ? "pre_tokenizer" : "pre_tokenizer.pretokenizers[\(index)]"
            let isLast = index == steps.count - 1
            switch step["type"]?.string {
            case "ByteLevel" where isLast:
                if try readByteLevel(file, step, name) { cuts.append(.pattern(.gpt2)) }
            case "Split" where !isLast:
                cuts.append(try readSplit(file, step, name))
            case "Digits" where !isLast:
                guard let isIndividual = step["individual_digits"]?.bool else {
                    throw file.unsupported("\(name).individual_digits", step["individual_digits"])
                }
                digits.append(isIndividual)
                cuts.append(.regex(isIndividual ? #"\p{N}"# : #"\p{N}+"#))
            default:
                throw file.unsupported("\(name).type", step["type"])
            }
        }
        if cuts.count == 2, digits == [true], cuts[1] == .pattern(.gpt2) { return .pattern(.smollm) }
        return cuts.count > 1 ? .steps(cuts) : cuts.first ?? .whole
    }

    /// Whether a ByteLevel step cuts.
    private static func readByteLevel(
        _ file: TokenizerFile, _ step: JSONValue, _ name: String
    ) throws(TokenizerError) -> Bool {
        for (key, value) in step.object ?? JSONObject() {
            let isKnown =
                switch key {
                case "type", "trim_offsets": true  // Offsets are not ids.
                case "add_prefix_space": value == false
                case "use_regex": value.bool != nil
                default: false
                }
            if !isKnown { throw file.unsupported("\(name).\(key)", value) }
        }
        // The setting that is left out is on in the library.
        if step["add_prefix_space"] == nil { throw file.unsupported("\(name).add_prefix_space", nil) }
        return step["use_regex"]?.bool ?? true
    }

    private static func readSplit(
        _ file: TokenizerFile, _ step: JSONValue, _ name: String
    ) throws(TokenizerError) -> PreTokenization {
        for (key, value) in step.object ?? JSONObject() {
            let isKnown =
                switch key {
                case "type": true
                case "pattern": value["Regex"]?.string != nil && value.object?.count == 1
                case "behavior": value == "Isolated"
                case "invert": value == false
                default: false
                }
            if !isKnown { throw file.unsupported("\(name).\(key)", value) }
        }
        guard let regex = step["pattern"]?["Regex"]?.string, step["behavior"] != nil else {
            throw file.unsupported(name, step)
        }
        return PreTokenization(regex: regex)
    }
}
