import ArgumentParser
import HibariCommandLine
import HibariNN

/// The size of a multilayer perceptron; what is not given stays as the task has it.
struct NetworkOptions: ParsableArguments {
    @Option(help: "Units in each hidden layer.") var width: Int?
    @Option(help: "Hidden layers.") var depth: Int?
    @Option(
        help: ArgumentHelp(
            "What is applied after each hidden layer: \(Activation.allCases.map(\.rawValue).joined(separator: ", ")) (default: tanh).",
            valueName: "name"))
    var activation: String?

    private func chosenActivation() throws -> Activation {
        guard let activation else { return .tanh }
        guard let chosen = Activation(rawValue: activation) else {
            throw UsageError.unknownName(
                kind: "activation", name: activation, known: Activation.allCases.map(\.rawValue))
        }
        return chosen
    }

    /// The network with defaults filled in.
    func network(width: Int, depth: Int) throws -> MultilayerPerceptron {
        let network = MultilayerPerceptron(
            width: self.width ?? width, depth: self.depth ?? depth, activation: try chosenActivation())
        try require(network.width, in: 1...4096, option: "width")
        try require(network.depth, in: 1...32, option: "depth")
        return network
    }
}

/// Layers of one width, each followed by an activation, and a last one that gives logits.
struct MultilayerPerceptron {
    var width, depth: Int
    var activation: Activation

    func build(inputs: Int, outputs: Int, seed: UInt64) throws -> Model {
        try Sequential {
            for _ in 0..<depth { Dense(width, activation: activation) }
            Dense(outputs)
        }.build(input: [inputs], seed: seed)
    }

    var description: String {
        "\(depth) hidden layer\(depth == 1 ? "" : "s") of \(width) units, \(activation.rawValue)"
    }
}
