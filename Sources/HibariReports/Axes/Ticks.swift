import Glibc
import HibariSupport

/// A marked place of an axis.
struct Tick: Equatable {
    var value: Double
    var label: String
}

/// Multiples of 1, 2 or 5 times a power of ten inside a range: as many as fit, at most `limit`, at least one.
///
/// - Precondition: the range is finite and not empty.
func linearTicks(_ range: ClosedRange<Double>, limit: Int) -> [Tick] {
    let width = range.upperBound - range.lowerBound
    var step = pow(10, (log10(width / Double(max(1, limit)))).rounded(.down))
    // One part in 10⁹ of tolerance, so that 0.3 counts as three times 0.1.
    let slack = 1e-9
    func count(_ step: Double) -> Double {
        (range.upperBound / step + slack).rounded(.down) - (range.lowerBound / step - slack).rounded(.up) + 1
    }
    search: while true {
        for factor in [1.0, 2, 5] where count(step * factor) <= Double(limit) {
            step *= factor
            break search
        }
        step *= 10
    }
    let first = (range.lowerBound / step - slack).rounded(.up)
    let values = (0..<max(0, Int(count(step)))).map { (first + Double($0)) * step }
    return values.map { Tick(value: $0, label: tickLabel($0, step: step, largest: values)) }
}

/// Powers of ten inside a range, thinned out to `limit`; with 2 and 5 between them where they are few; those of a
/// linear axis where the range is narrower than that.
///
/// - Precondition: the range is finite, positive and not empty.
func logarithmicTicks(_ range: ClosedRange<Double>, limit: Int) -> [Tick] {
    let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
    let first = Int((low - 1e-9).rounded(.up))
    let decades = first...max(first, Int((high + 1e-9).rounded(.down)))
    func ticks(_ factors: [Double], every: Int = 1) -> [Tick] {
        var ticks: [Tick] = []
        for decade in decades.lowerBound - 1...decades.upperBound where decade % every == 0 {
            for value in factors.map({ $0 * pow(10, Double(decade)) })
            where value >= range.lowerBound * (1 - 1e-9) && value <= range.upperBound * (1 + 1e-9) {
                ticks.append(Tick(value: value, label: powerLabel(value)))
            }
        }
        return ticks
    }
    for factors in [[1.0, 2, 5], [1.0, 3], [1.0]] {
        let found = ticks(factors)
        if found.count <= limit, found.count >= 3 { return found }
    }
    if high - low < 2 { return linearTicks(range, limit: limit).filter { $0.value > 0 } }
    let every = (decades.count + limit - 1) / max(1, limit)
    return ticks([1], every: max(1, every))
}

/// The label of a tick, with the decimals that tell it from its neighbors.
private func tickLabel(_ value: Double, step: Double, largest values: [Double]) -> String {
    let largest = values.reduce(0) { max($0, abs($1)) }
    if abs(value) < step / 2 { return "0" }
    if largest >= 1e15 || largest < 1e-3 { return readable(value, digits: 3) }
    let (unit, suffix): (Double, String) =
        switch largest {
        case 1e12...: (1e12, "T")
        case 1e9...: (1e9, "B")
        case 1e6...: (1e6, "M")
        case 1e4...: (1e3, "K")
        default: (1, "")
        }
    // A step that needs many decimals even so belongs to a narrow range far from zero.
    let decimals = max(0, -Int((log10(step / unit) + 1e-9).rounded(.down)))
    return fixed(value / unit, min(decimals, 9)) + suffix
}

private func powerLabel(_ value: Double) -> String {
    switch value {
    case 1e15..., ..<0.9e-3: readable(value, digits: 1)
    case 1e3...: trimmedAbbreviation(value)
    default: readable(value, digits: 2)
    }
}

private func trimmedAbbreviation(_ value: Double) -> String {
    let text = abbreviated(value)
    return trimmed(String(text.dropLast())) + text.suffix(1)
}
