import Glibc
import HibariTensor

/// The probability of each class for rows of logits: the softmax of several, (1 − σ(x), σ(x)) of a single one.
///
/// - Parameter logits: `[N, C]`, or `[N, 1]` for two classes.
package func classProbabilities(_ logits: Tensor) -> [[Double]] {
    let width = max(1, logits.count / max(1, logits.shape[0]))
    let values = logits.array(of: Float.self).map(Double.init)
    return stride(from: 0, to: values.count, by: width).map { start in
        // One logit x stands for the two logits 0 and x.
        let row = width == 1 ? [0, values[start]] : Array(values[start..<start + width])
        let largest = row.max() ?? 0
        let powers = row.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}

extension RandomAccessCollection where Element: BinaryFloatingPoint {
    /// The place of the largest element, from 0: the class that is predicted from a row of logits or probabilities. Of
    /// equal ones it is the first, as for the metrics.
    package var placeOfLargest: Int {
        var best = startIndex
        for index in indices where self[index] > self[best] { best = index }
        return distance(from: startIndex, to: best)
    }
}
