import Glibc

/// How values turn into places on an axis.
public enum AxisScale: Sendable {
    case linear
    /// Values that are not positive have no place.
    case logarithmic
}

/// One direction of a plot: the range it shows, and where values lie in it.
struct Axis {
    let range: ClosedRange<Double>
    let scale: AxisScale
    let ticks: [Tick]

    /// An axis that shows `values`, of which those without a place are passed over.
    ///
    /// - Parameters:
    ///   - includesZero: zero is shown too, as bars need it.
    ///   - padding: free space at both ends, as a share of the whole.
    ///   - tickLimit: the largest number of ticks.
    init(
        showing values: some Sequence<Double>, _ scale: AxisScale = .linear, includesZero: Bool = false,
        padding: Double = 0, tickLimit: Int = 6
    ) {
        var (low, high) = (Double.infinity, -Double.infinity)
        for value in values where value.isFinite && (scale == .linear || value > 0) {
            low = min(low, value)
            high = max(high, value)
        }
        if includesZero, scale == .linear { (low, high) = (min(low, 0), max(high, 0)) }
        self.init(low, high, scale, padding, tickLimit)
    }

    /// An axis of this range, if it is finite and has a width.
    init(_ range: ClosedRange<Double>, _ scale: AxisScale = .linear, tickLimit: Int = 6) {
        self.init(range.lowerBound, range.upperBound, scale, 0, tickLimit)
    }

    private init(_ low: Double, _ high: Double, _ scale: AxisScale, _ padding: Double, _ tickLimit: Int) {
        range = Self.usableRange(low, high, scale, padding)
        self.scale = scale
        ticks =
            scale == .linear
            ? linearTicks(range, limit: tickLimit) : logarithmicTicks(range, limit: tickLimit)
    }

    /// A finite range of some width around what is to be shown, whatever that is.
    private static func usableRange(
        _ low: Double, _ high: Double, _ scale: AxisScale, _ padding: Double
    ) -> ClosedRange<Double> {
        guard low <= high else { return scale == .linear ? 0...1 : 1...10 }
        if scale == .logarithmic {
            // Further out, the padding would leave the numbers there are.
            let (low, high) = (log10(min(1e250, max(low, 1e-250))), log10(min(1e250, max(high, 1e-250))))
            if high - low < 1e-9 { return pow(10, low - 0.5)...pow(10, high + 0.5) }
            let space = (high - low) * padding
            return pow(10, low - space)...pow(10, high + space)
        }
        // Larger numbers would make the width infinite.
        let (low, high) = (max(low, -1e300), min(high, 1e300))
        let size = max(abs(low), abs(high))
        if high - low <= max(size * 1e-12, 1e-290) {
            let half = size < 1e-280 ? 1 : size * 0.1
            return low - half...high + half
        }
        let space = (high - low) * padding
        return low - space...high + space
    }

    /// Where a value lies, from 0 at the lower to 1 at the upper end; nil if it has no place.
    func position(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        switch scale {
        case .linear:
            return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        case .logarithmic:
            guard value > 0 else { return nil }
            let low = log10(range.lowerBound)
            return (log10(value) - low) / (log10(range.upperBound) - low)
        }
    }

    /// As `position`, moved to the nearer end if it lies outside.
    func clampedPosition(_ value: Double) -> Double? { position(value).map { min(1, max(0, $0)) } }
}
