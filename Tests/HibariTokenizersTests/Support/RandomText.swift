import HibariSupport

/// Random text made of what patterns look at, of all planes.
struct RandomText {
    private var random: RandomStream
    private let scalars: [Unicode.Scalar]

    private static let parts = [
        " ", " ", "  ", "\n", "\r", "\r\n", "\t", "\u{85}", "\u{A0}", "\u{3000}", "\u{2028}", "\u{180E}",
        "\u{B}",
        "\u{1C}", "'", "'s", "'S", "'t", "'Re", "'ve", "'LL", "'ll", "'m", "'D", "'ſ", "'l", "'r", "'ſt",
        "’s", "/",
        "/\n", "a", "b", "A", "Z", "Dž", "ʰ", "あ", "雲", "ー", "가", "ß", "ſ", "\u{301}", "\u{3099}", "\u{20DD}",
        "0", "7", "１", "½", "Ⅷ", "²", "!", ".", "_", "-", "$", "。", "、", "🐦", "👩‍👩‍👧", "🇯🇵", "\u{200D}",
        "\u{FE0F}", "\u{0}", "\u{7F}", "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}", "\u{E000}", "\u{378}",
    ]

    /// - Parameter age: scalars that a later version of Unicode assigned are left out, nil for none.
    init(seed: UInt64, age: (major: Int, minor: Int)? = nil) {
        random = RandomStream(seed: seed, purpose: .testing)
        scalars = (0..<0x11_0000).compactMap { Unicode.Scalar(UInt32($0)) }.filter { scalar in
            guard let age else { return true }
            guard let own = scalar.properties.age else { return false }
            return (own.major, own.minor) <= (age.major, age.minor)
        }
    }

    /// A text of up to `length` parts.
    mutating func next(length: Int) -> [UInt8] {
        var text = ""
        for _ in 0..<random.index(below: length + 1) {
            switch random.index(below: 8) {
            case 0: text.unicodeScalars.append(scalars[random.index(below: scalars.count)])
            case 1:
                let part = Self.parts[random.index(below: Self.parts.count)]
                text += String(repeating: part, count: 1 + random.index(below: 5))
            default: text += Self.parts[random.index(below: Self.parts.count)]
            }
        }
        return Array(text.utf8)
    }

    /// Any bytes.
    mutating func bytes(length: Int) -> [UInt8] {
        (0..<random.index(below: length + 1)).map { _ in UInt8(random.index(below: 256)) }
    }

    /// `text` with some bytes changed, removed or put in.
    mutating func mutated(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0...random.index(below: 4) where !text.isEmpty {
            let index = random.index(below: text.count)
            switch random.index(below: 3) {
            case 0: text[index] ^= 1 << UInt8(random.index(below: 8))
            case 1: text.remove(at: index)
            default: text.insert(UInt8(random.index(below: 256)), at: index)
            }
        }
        return text
    }
}
