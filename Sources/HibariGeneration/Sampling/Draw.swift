extension Candidates {
    /// The token at `uniform` on the cumulative distribution of the candidates, in list order.
    ///
    /// The first i with p₀ + … + pᵢ > u. A candidate of probability 0 is never drawn.
    ///
    /// - Parameter uniform: in [0, 1).
    package mutating func draw(uniform: Double) -> Int32 {
        softmax()
        var sum = 0.0
        var drawn = best.id  // has a positive probability
        for item in items where item.probability > 0 {
            sum += item.probability
            drawn = item.id
            if sum > uniform { break }
        }
        // Rounding can leave the whole sum at or just below `uniform`: then the last candidate is drawn.
        return drawn
    }
}
