import HibariCommandLine

/// A named set of options of `pretrain` for a purpose. Options given beside it win.
struct Preset {
    let name: String
    let purpose: String
    let settings: [(key: String, value: String)]

    static let all = [
        Preset(
            name: "stories", purpose: "1.1M parameters that write short stories after a minute",
            settings: [
                ("tokenizer", "bpe:2048"), ("layers", "3"), ("heads", "8"), ("dim", "128"),
                ("context", "128"),
                ("tie", "false"), ("batch", "4"), ("lr", "3e-3"), ("schedule", "wsd"), ("weight-decay", "0"),
                ("steps", "4800"), ("val-fraction", "0.01"), ("eval-every", "1200"), ("sample-every", "1200"),
            ]),
        Preset(
            name: "toy", purpose: "0.8M parameters: any text, a minute",
            settings: [
                ("layers", "4"), ("heads", "4"), ("dim", "128"), ("context", "128"), ("batch", "16"),
                ("lr", "3e-3"),
                ("minutes", "1"), ("eval-every", "500"),
            ]),
        Preset(
            name: "micro", purpose: "3M parameters: books of a few megabytes in ten minutes",
            settings: [
                ("layers", "4"), ("heads", "4"), ("dim", "256"), ("context", "256"), ("batch", "16"),
                ("lr", "2e-3"),
                ("minutes", "10"),
            ]),
        Preset(
            name: "mini", purpose: "11M parameters: an hour or two",
            settings: [
                ("layers", "6"), ("heads", "6"), ("dim", "384"), ("context", "256"), ("batch", "16"),
                ("lr", "1e-3"),
                ("minutes", "90"),
            ]),
        Preset(
            name: "small", purpose: "25M parameters: overnight",
            settings: [
                ("layers", "8"), ("heads", "8"), ("dim", "512"), ("context", "512"), ("batch", "16"),
                ("lr", "8e-4"),
                ("minutes", "600"),
            ]),
        Preset(
            name: "gpt2", purpose: "GPT-2 124M with a vocabulary of its own size",
            settings: [
                ("arch", "gpt2"), ("layers", "12"), ("heads", "12"), ("dim", "768"), ("context", "1024"),
                ("bias", "true"),
                ("batch", "8"), ("micro-batch", "1"), ("lr", "6e-4"), ("warmup", "200"), ("steps", "10000"),
            ]),
        Preset(
            name: "shakespeare-nanogpt", purpose: "nanoGPT's published recipe for CPUs, for comparison",
            settings: [
                ("arch", "gpt2"), ("layers", "4"), ("heads", "4"), ("dim", "128"), ("context", "64"),
                ("batch", "12"),
                ("activation", "geluErf"), ("steps", "2000"), ("lr", "1e-3"), ("min-lr", "1e-4"),
                ("warmup", "100"),
                ("schedule", "cosine"), ("beta1", "0.9"), ("beta2", "0.99"), ("weight-decay", "0.1"),
                ("clip", "1"),
                ("dropout", "0"), ("bias", "false"), ("tie", "true"), ("eval-every", "250"),
                ("eval-batches", "8"),
            ]),
    ]

    /// Rates and memories: they suit one optimizer.
    private static let optimizerKeys: Set = [
        "optimizer", "lr", "min-lr", "muon-lr", "muon-momentum", "beta1", "beta2", "weight-decay",
    ]

    /// The settings beside an `--optimizer` that was given: those made for another one are left out.
    static func settings(
        _ settings: [(key: String, value: String)], besideOptimizer given: String?
    ) -> [(key: String, value: String)] {
        let own = settings.first { $0.key == "optimizer" }?.value ?? "adamw"
        guard let given, given != own else { return settings }
        return settings.filter { !optimizerKeys.contains($0.key) }
    }

    static func named(
        _ name: String, among known: [Preset] = all, kind: String = "preset"
    ) throws -> Preset {
        guard let preset = known.first(where: { $0.name == name }) else {
            throw UsageError.unknownName(kind: kind, name: name, known: known.map(\.name))
        }
        return preset
    }

    static var help: String { all.map { "\($0.name) (\($0.purpose))" }.joined(separator: "; ") }
}
