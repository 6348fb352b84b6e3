/// A line (or plane) w·x + b = 0, moved whenever an example lies on its wrong side.
///
/// Rosenblatt's rule: of an example x with y = ±1, if y·(w·x + b) ≤ 0 then w += y·x and b += y. If some line parts the
/// classes, the mistakes end after at most R²/γ² of them, R the length of the longest (x, 1) and γ the distance of the
/// nearest to a parting plane through the origin of that space.
/// Source: Rosenblatt 1958, "The perceptron"; the bound: Novikoff 1962, "On convergence proofs on perceptrons".
package struct Perceptron {
    package private(set) var weights: [Double]
    package private(set) var bias: Double

    package init(weights: [Double], bias: Double) { (self.weights, self.bias) = (weights, bias) }

    /// One that knows nothing yet.
    package init(inputs: Int) { self.init(weights: [Double](repeating: 0, count: inputs), bias: 0) }

    package func score(_ x: [Double]) -> Double { zip(weights, x).reduce(bias) { $0 + $1.0 * $1.1 } }

    /// Goes through all examples once.
    ///
    /// - Parameter labels: −1 or 1.
    /// - Returns: how many mistakes it made, and learned from.
    package mutating func learn(_ examples: [[Double]], _ labels: [Double]) -> Int {
        var mistakes = 0
        for (x, y) in zip(examples, labels) where y * score(x) <= 0 {
            for k in weights.indices { weights[k] += y * x[k] }
            bias += y
            mistakes += 1
        }
        return mistakes
    }

    /// Goes through the examples until there is a pass without a mistake, or `passes` times.
    ///
    /// - Returns: the mistakes of each pass; the last is 0 if it settled.
    package mutating func learn(_ examples: [[Double]], _ labels: [Double], passes: Int) -> [Int] {
        var history: [Int] = []
        while history.count < passes, history.last != 0 { history.append(learn(examples, labels)) }
        return history
    }

    /// R²/γ² with the γ of this line; nil if it does not part the examples. The wider the margin, the tighter the bound.
    package func mistakeBound(_ examples: [[Double]], _ labels: [Double]) -> Double? {
        let length = weights.reduce(bias * bias) { $0 + $1 * $1 }.squareRoot()
        guard length > 0,
            let margin = zip(examples, labels).map({ $1 * score($0) / length }).min(), margin > 0
        else { return nil }
        let radius = examples.map { $0.reduce(1) { $0 + $1 * $1 } }.max() ?? 0
        return radius / (margin * margin)
    }
}
