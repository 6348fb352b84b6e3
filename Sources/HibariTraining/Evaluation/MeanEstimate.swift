/// The mean of a sample and how far it may be from that of the population.
public struct MeanEstimate: Sendable, Equatable {
    public private(set) var count = 0
    public private(set) var sum = 0.0
    private var squares = 0.0

    public init() {}

    public init(_ values: some Sequence<Double>) {
        for value in values { add(value) }
    }

    public mutating func add(_ value: Double) {
        count += 1
        sum += value
        squares += value * value
    }

    public var mean: Double { sum / Double(count) }

    /// s / √n with s² = Σ(x − mean)² / (n − 1), as llama.cpp and lm-evaluation-harness have it; nil for fewer than two
    /// values.
    public var standardError: Double? {
        guard count > 1 else { return nil }
        let variance = max(0, squares / Double(count) - mean * mean)
        return (variance / Double(count - 1)).squareRoot()
    }
}
