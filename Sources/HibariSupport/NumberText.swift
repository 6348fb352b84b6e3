import Glibc

/// A number with a fixed count of decimals.
package func fixed(_ value: Double, _ decimals: Int) -> String {
    if !value.isFinite { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (abs(value) * scale).rounded()
    guard rounded < 9e18 else { return "\(value)" }
    let digits = String(Int(rounded))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && rounded > 0 ? "-" : ""
    if decimals == 0 { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// A count in thousands, millions or billions: 804,096 → "804K", 10.7M.
package func abbreviated(_ count: Double) -> String {
    switch count {
    case 1e15...: scientific(count)
    case 1e12...: fixed(count / 1e12, 2) + "T"
    case 1e9...: fixed(count / 1e9, 2) + "B"
    case 1e7...: fixed(count / 1e6, 1) + "M"
    case 1e6...: fixed(count / 1e6, 2) + "M"
    case 1e4...: fixed(count / 1e3, 0) + "K"
    case 1e3...: fixed(count / 1e3, 1) + "K"
    default: fixed(count, 0)
    }
}

/// A size in binary units.
package func abbreviatedBytes(_ count: Double) -> String {
    switch count {
    case 1_073_741_824...: fixed(count / 1_073_741_824, 2) + " GiB"
    case 1_048_576...: fixed(count / 1_048_576, 1) + " MiB"
    case 1024...: fixed(count / 1024, 1) + " KiB"
    default: fixed(count, 0) + " B"
    }
}

/// A time: "42 s", "3 min 20 s", "2 h 05 min".
package func duration(_ seconds: Double) -> String {
    let total = Int(max(0, seconds).rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    if total < 60 { return "\(total) s" }
    if total < 3600 { return "\(total / 60) min \(two(total % 60)) s" }
    return "\(total / 3600) h \(two(total / 60 % 60)) min"
}

/// "1 document", "3 documents".
package func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// Two digits and an exponent: 1.0e-03.
package func scientific(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return "\(value)" }
    var exponent = Int(log10(value).rounded(.down))
    var mantissa = value / pow(10, Double(exponent))
    if mantissa >= 9.95 {
        mantissa /= 10
        exponent += 1
    }
    return "\(fixed(mantissa, 1))e\(exponent)"
}
