import Glibc

extension Double {
    /// cos(2π·turns), exact range reduction for large angles given in turns.
    package static func cosine(turns: Double) -> Double {
        Glibc.cos(2 * .pi * (turns - turns.rounded(.towardZero)))
    }

    /// sin(2π·turns).
    package static func sine(turns: Double) -> Double {
        Glibc.sin(2 * .pi * (turns - turns.rounded(.towardZero)))
    }

    /// base^exponent.
    package static func power(_ base: Double, _ exponent: Double) -> Double { Glibc.pow(base, exponent) }
}
