import HibariCommandLine
import HibariSupport
import Yams

/// Replaces `--preset NAME` and `--config FILE` by the options they stand for.
///
/// Presets come first, then the file, then the command line itself; of an option given several times the last
/// one counts. A list on the command line replaces the file's.
func expandConfiguration(_ arguments: [String]) throws -> [String] {
    if arguments.starts(with: ["bench", "train"]) { return try expandShape(arguments) }
    guard let command = arguments.first, ["pretrain", "plan", "finetune", "sft"].contains(command) else {
        return arguments
    }
    let hasPresets = ["pretrain", "plan"].contains(command)
    var rest = Array(arguments.dropFirst())
    let names = rest.compactMap { optionName($0) }
    if command != "plan", names.contains("resume") {
        // All other options are those the run was started with.
        if let other = names.first(where: { !["resume", "threads", "json", "help"].contains($0) }) {
            throw UsageError.notWith(name: other, other: "resume")
        }
        return arguments
    }
    let file = try take("--config", from: &rest)
    let settings = try file.map { try readConfiguration($0) } ?? []
    if let file, let key = settings.map(\.key).first(where: { ["config", "resume"].contains($0) }) {
        throw UsageError.configurationFile(
            path: file, problem: "\(key) cannot be set in a file; give it as an option")
    }
    let fromFile = settings.first { $0.key == "preset" }?.values.first
    let preset = hasPresets ? try take("--preset", from: &rest) ?? fromFile : nil
    let given = Set(rest.compactMap { optionName($0) })
    let own = settings.filter { !hasPresets || $0.key != "preset" }
    let allNames = given.union(own.map(\.key))
    // A horizon or a list of the file, or of the command line, replaces one given before it.
    let horizons: Set<String> = ["steps", "tokens", "epochs", "minutes"]
    func isReplaced(_ key: String, by later: Set<String>) -> Bool {
        horizons.contains(key) && !later.isDisjoint(with: horizons)
            || ["corpus", "freeze"].contains(key) && later.contains(key)
    }
    let stated = own.filter { !isReplaced($0.key, by: given) }.flatMap { option($0.key, $0.values) } + rest
    var implied: [(key: String, value: String)] = []
    if let preset {
        var others = stated
        let optimizer = try take("--optimizer", from: &others)
        implied = Preset.settings(try Preset.named(preset).settings, besideOptimizer: optimizer)
            .filter { !isReplaced($0.key, by: allNames) }
    } else if hasPresets, !given.contains("help"),
        let automatic = try AutomaticPreset(command: command, stated, given: allNames)
    {
        implied = automatic.settings
        for line in automatic.explanation { printToStandardError("recipe     \(line)") }
    }
    return [command] + implied.flatMap { option($0.key, [$0.value]) } + stated
}

/// Replaces `--shape NAME` of `bench train` in the same way.
private func expandShape(_ arguments: [String]) throws -> [String] {
    var rest = Array(arguments.dropFirst(2))
    guard let name = try take("--shape", from: &rest) else { return arguments }
    let shape = try Preset.named(name, among: BenchTrainCommand.shapes, kind: "shape")
    return ["bench", "train"] + shape.settings.flatMap { option($0.key, [$0.value]) } + rest
}

private func optionName(_ argument: String) -> String? {
    guard argument.hasPrefix("--") else { return nil }
    return argument.dropFirst(2).split(separator: "=", maxSplits: 1).first.map(String.init)
}

/// The arguments that give an option these values; `true` and `false` are flags.
private func option(_ key: String, _ values: [String]) -> [String] {
    switch values {
    case ["true"]: ["--\(key)"]
    case ["false"]: ["--no-\(key)"]
    default: option(key, texts: values)
    }
}

/// The same for values that are texts, whatever they say.
private func option(_ key: String, texts: [String]) -> [String] {
    // The parser takes a value that begins with a dash only after "=", and an empty one only without it.
    texts.flatMap { $0.isEmpty ? ["--\(key)", ""] : ["--\(key)=\($0)"] }
}

/// The arguments that give the settings of a run.json.
func arguments(for settings: JSONObject) -> [String] {
    settings.flatMap { key, value -> [String] in
        switch value {
        case .null: []
        case .string(let text): option(key, texts: [text])
        case .array(let values): option(key, texts: values.compactMap(\.string))
        default: option(key, [value.text()])
        }
    }
}

/// Removes an option and its value; the last one counts.
private func take(_ name: String, from arguments: inout [String]) throws -> String? {
    var value: String?
    while let index = arguments.firstIndex(where: { $0 == name || $0.hasPrefix(name + "=") }) {
        if arguments[index] != name {
            value = String(arguments[index].dropFirst(name.count + 1))
            arguments.remove(at: index)
            continue
        }
        guard index + 1 < arguments.count else {
            throw UsageError.missingOption(name: String(name.dropFirst(2)), purpose: "a value must follow it")
        }
        value = arguments[index + 1]
        arguments.removeSubrange(index...index + 1)
    }
    return value
}

/// The settings of a YAML or JSON file whose keys are the names of options.
func readConfiguration(_ path: String) throws -> [(key: String, values: [String])] {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    let node: Node?
    do {
        node = try Yams.compose(yaml: text)
    } catch {
        let problem = "\(error)".split(separator: "\n").joined(separator: " ")
        throw UsageError.configurationFile(path: path, problem: "not valid YAML: \(problem)")
    }
    guard let node else { return [] }
    guard let mapping = node.mapping else {
        throw UsageError.configurationFile(path: path, problem: "expected lines of the form option: value")
    }
    return try mapping.compactMap { keyNode, valueNode in
        guard let key = keyNode.string else {
            throw UsageError.configurationFile(path: path, problem: "a key is not a string")
        }
        if valueNode.null != nil { return nil }
        if let sequence = valueNode.sequence {
            let values = sequence.compactMap(\.scalar?.string)
            guard values.count == sequence.count else {
                throw UsageError.configurationFile(
                    path: path, problem: "\(key) must be a list of plain values")
            }
            return (key, values)
        }
        guard let value = valueNode.scalar?.string else {
            throw UsageError.configurationFile(
                path: path, problem: "the value of \(key) must be a number, a word or a list")
        }
        return (key, [value])
    }
}
