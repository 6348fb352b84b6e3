/// An opaque color.
public struct RGB: Sendable, Equatable {
    public var red, green, blue: UInt8

    /// - Parameter hex: 0xRRGGBB.
    public init(_ hex: UInt32) {
        (red, green, blue) = (UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
    }

    /// #rrggbb.
    var css: String {
        let digits = Array("0123456789abcdef")
        return "#" + [red, green, blue].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}

/// The colors of reports, in one place: the style sheet makes variables of them.
///
/// The colors of series differ in lightness as well as in hue, after the palette of Okabe & Ito 2008 ("Color
/// Universal Design"), darkened for white paper and lightened for dark screens to a contrast of 3 or more.
public enum Palette {
    static let seriesOnLight: [RGB] = [
        RGB(0x0072B2), RGB(0xD55E00), RGB(0x00875F), RGB(0xB3508A), RGB(0xA97800), RGB(0x3492C7),
        RGB(0x7A4B22),
        RGB(0x646D78),
    ]
    static let seriesOnDark: [RGB] = [
        RGB(0x56AEEA), RGB(0xF58A4B), RGB(0x2FC597), RGB(0xE594C4), RGB(0xE8B93F), RGB(0x9BD3F5),
        RGB(0xCB9F73),
        RGB(0xA9B2BC),
    ]

    /// Names and values of everything that is not a series.
    static let onLight: [(name: String, color: RGB)] = [
        ("page", RGB(0xF6F7F8)), ("card", RGB(0xFFFFFF)), ("ink", RGB(0x1B2127)), ("muted", RGB(0x59636E)),
        ("rule", RGB(0xDDE1E5)), ("grid", RGB(0xE8EBEE)), ("heat", RGB(0x0A5C9E)), ("cold", RGB(0xB34A00)),
        ("on-heat", RGB(0xFFFFFF)), ("code", RGB(0xF1F3F5)),
    ]
    static let onDark: [(name: String, color: RGB)] = [
        ("page", RGB(0x12161A)), ("card", RGB(0x1A1F25)), ("ink", RGB(0xE7EBEF)), ("muted", RGB(0x9CA7B2)),
        ("rule", RGB(0x303840)), ("grid", RGB(0x272E35)), ("heat", RGB(0x3F93D6)), ("cold", RGB(0xE07B39)),
        ("on-heat", RGB(0x0B1016)), ("code", RGB(0x242B32)),
    ]

    /// The color of class or series `index` inside a picture, which cannot change with the background.
    public static func inPictures(_ index: Int) -> RGB { seriesOnLight[index % seriesOnLight.count] }

    /// The CSS of class or series `index`.
    static func variable(_ index: Int) -> String { "var(--s\(index % seriesOnLight.count))" }

    /// Declarations of all variables.
    static func declarations(series: [RGB], _ others: [(name: String, color: RGB)]) -> String {
        (series.enumerated().map { "--s\($0.offset):\($0.element.css)" }
            + others.map { "--\($0.name):\($0.color.css)" }).joined(separator: ";")
    }
}
