import Glibc
import HibariSupport

/// A number for readers: `digits` significant digits, no zeros at the end, thousands apart, and an exponent only
/// where there would be many zeros: 0.00123, 98.25, 60,000, 1.5e-7.
public func readable(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "∞" : "-∞" }
    if value == 0 { return "0" }
    // Rounded first: 9.9999 has the exponent of 10.
    let exponent = decimalExponent(rounded(value, digits: digits))
    if !(-4..<7).contains(exponent) {
        return trimmed(fixed(mantissa(value, exponent), digits - 1)) + "e\(exponent)"
    }
    if exponent >= 4 { return grouped(Int(value.rounded())) }
    return trimmed(fixed(value, max(0, digits - 1 - exponent)))
}

/// A whole number with commas between thousands.
public func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (position, digit) in digits.enumerated() {
        if position > 0, (digits.count - position) % 3 == 0 { result.append(",") }
        result.append(digit)
    }
    return (value < 0 ? "-" : "") + result
}

/// A share of one: 0.9825 → "98.25 %".
public func percent(_ share: Double, decimals: Int = 1) -> String {
    share.isFinite ? fixed(100 * share, decimals) + " %" : readable(share)
}

/// ⌊log₁₀|value|⌋ of a finite number that is not 0.
func decimalExponent(_ value: Double) -> Int { Int(log10(abs(value)).rounded(.down)) }

/// value / 10^exponent, in two steps where the power alone would be too small.
private func mantissa(_ value: Double, _ exponent: Int) -> Double {
    exponent < -200 ? value * 1e200 / pow(10, Double(exponent + 200)) : value / pow(10, Double(exponent))
}

private func rounded(_ value: Double, digits: Int) -> Double {
    let unit = pow(10, Double(decimalExponent(value) - digits + 1))
    return unit > 0 ? (value / unit).rounded() * unit : value
}

/// Without zeros after the last decimal that counts.
func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "-0" ? "0" : text
}
