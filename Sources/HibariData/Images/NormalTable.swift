import Glibc

/// Normal numbers for noise, of which millions are needed: a random entry of a table instead of a logarithm and a
/// cosine, which took 25 µs for a picture of 3 × 32 × 32 samples and more (2026-11).
enum NormalTable {
    /// Value i is where the normal distribution has (i + ½) / 4096 of its weight below; scaled to deviation 1. The
    /// largest is 3.7.
    static let values: [Float] = {
        let count = 4096
        let quantiles = (0..<count).map { quantile((Double($0) + 0.5) / Double(count)) }
        let variance = quantiles.reduce(0) { $0 + $1 * $1 } / Double(count)
        return quantiles.map { Float($0 / variance.squareRoot()) }
    }()

    /// Where the normal distribution has `share` of its weight below, by bisection.
    private static func quantile(_ share: Double) -> Double {
        var (low, high) = (-8.0, 8.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if 0.5 * erfc(-middle / 2.0.squareRoot()) < share { low = middle } else { high = middle }
        }
        return low
    }
}
