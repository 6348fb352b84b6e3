import ArgumentParser
import HibariNN
import HibariSupport
import HibariTensor
import HibariTraining

/// The kinds of networks that learn names. All map ids `[T]` to logits of the next character `[T, V]` and look only
/// back. In the order in which they should become better.
package enum NameModel: String, CaseIterable, ExpressibleByArgument {
    case bigram, mlp, rnn, gru, lstm, transformer

    var title: String {
        switch self {
        case .bigram: "bigram"
        case .mlp: "MLP"
        case .rnn: "RNN"
        case .gru: "GRU"
        case .lstm: "LSTM"
        case .transformer: "transformer"
        }
    }

    /// What it looks at to predict the next character.
    var memory: String {
        switch self {
        case .bigram: "the last character"
        case .mlp: "the last \(Self.window) characters"
        case .rnn: "a state that every character changes"
        case .gru, .lstm: "a state behind gates"
        case .transformer: "all characters so far, by attention"
        }
    }

    private static let window = 3

    /// - Parameters:
    ///   - vocabulary: the characters and the mark.
    ///   - length: of the sequences.
    package func build(vocabulary: Int, length: Int, seed: UInt64) throws -> Model {
        let width = 64
        let specification = Sequential {
            switch self {
            case .bigram:
                // A row of logits for each character, all equal at first.
                Embedding(vocabulary, vocabulary, deviation: 0)
            case .mlp:
                Embedding(vocabulary, 24)
                RecentSteps(Self.window)
                Dense(128, activation: .tanh)
                Dense(vocabulary)
            case .rnn:
                Embedding(vocabulary, width)
                RNN(128)
                Dense(vocabulary)
            case .gru:
                Embedding(vocabulary, width)
                GRU(128)
                Dense(vocabulary)
            case .lstm:
                Embedding(vocabulary, width)
                LSTM(128)
                Dense(vocabulary)
            case .transformer:
                Embedding(vocabulary, width, deviation: 0.07)
                PositionEmbedding(deviation: 0.07)
                for _ in 0..<4 { TransformerBlock(width, heads: 4, depth: 4, dropout: 0.15) }
                LayerNormalization()
                Dense(vocabulary, bias: false)
            }
        }
        return try specification.build(input: [length], seed: seed)
    }

    /// Epochs and learning rates that come to rest within minutes on two cores.
    func recipe(seed: UInt64) -> FitOptions {
        let (epochs, rate) =
            switch self {
            case .bigram: (4, 2e-2)
            case .mlp: (12, 3e-3)
            case .rnn: (10, 2e-3)
            case .gru, .lstm: (8, 4e-3)
            case .transformer: (20, 3e-3)
            }
        let weightDecay =
            switch self {
            case .bigram: 0.0
            case .transformer: 0.1
            default: 0.01
            }
        return FitOptions(
            epochs: epochs, batch: 64,
            optimizer: .adamW(learningRate: rate, beta2: 0.99, weightDecay: weightDecay),
            loss: .crossEntropy, schedule: .cosine, minimumRate: 0.02 * rate, warmup: 0.2, clip: 1,
            seed: seed)
    }
}

/// New names from a model, a character at a time for all of them at once.
package struct NameSampler {
    let model: Model
    let list: NameList

    package init(_ model: Model, _ list: NameList) {
        (self.model, self.list) = (model, list)
    }

    /// - Returns: `count` names, drawn from the model's probabilities; one that has not ended after the length of the
    ///   longest name of the list is cut there.
    package func names(_ count: Int, seed: UInt64) throws -> [String] {
        var random = RandomStream(seed: seed, purpose: .sampling)
        var ids = [Int32](repeating: 0, count: count * list.length)
        var names = [String](repeating: "", count: count)
        var open = Set(0..<count)
        for place in 0..<list.length - 1 where !open.isEmpty {
            let logits = try model.predict(Tensor(ids, shape: [count, list.length]))
            let row = softmax(logits.slice(axis: 1, place..<place + 1)).array(of: Float.self)
            for name in 0..<count {
                let chance = Float(random.uniform())
                guard open.contains(name) else { continue }
                let range = name * list.vocabularySize..<(name + 1) * list.vocabularySize
                let next = drawn(row[range], chance)
                if next == 0 {
                    open.remove(name)
                } else {
                    names[name].append(list.characters[next - 1])
                    ids[name * list.length + place + 1] = Int32(next)
                }
            }
        }
        return names
    }

    /// The first place at which the sum of the probabilities passes `chance`.
    private func drawn(_ probabilities: ArraySlice<Float>, _ chance: Float) -> Int {
        var sum: Float = 0
        for (index, probability) in probabilities.enumerated() {
            sum += probability
            if chance < sum { return index }
        }
        return probabilities.count - 1
    }
}
