import HibariModels
import HibariNN
import HibariTensor

extension LanguageModel {
    /// −ln p in nats of each token of several continuations of one context, which is read once: every continuation
    /// starts from its keys and values.
    ///
    /// - Parameters:
    ///   - continuations: each of at least one token.
    ///   - context: at least one token.
    ///   - cache: for as many positions as the context and the longest continuation without its last token have; what
    ///     is in it is lost.
    package func losses(of continuations: [[Int32]], after context: [Int32], cache: KeyValueCache)
        -> [[Float]]
    {
        cache.truncate(to: 0)
        let forward = ForwardContext.cached(cache)
        let read = hiddenStates(Tensor(context, shape: [1, context.count]), forward)  // [1, T, C]
        cache.advance(by: context.count)
        // It predicts the first token of every continuation.
        let last = read.slice(axis: 1, context.count - 1..<context.count)
        var rows: [Tensor] = []
        for tokens in continuations {
            rows.append(last)
            // The cache stays at the end of the context: the next continuation overwrites these positions.
            let inputs = Array(tokens.dropLast())
            if !inputs.isEmpty {
                rows.append(hiddenStates(Tensor(inputs, shape: [1, inputs.count]), forward))
            }
        }
        let hidden = concatenate(rows, axis: 1)  // [1, Σ lengths, C]
        let losses = losses(hidden.reshape([hidden.shape[1], hidden.shape[2]]), continuations.flatMap { $0 })
        var start = 0
        return continuations.map { tokens in
            defer { start += tokens.count }
            return Array(losses[start..<start + tokens.count])
        }
    }
}
