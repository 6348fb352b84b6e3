import HibariSupport

/// Damaged copies of a file, the same ones for the same seed: cut off, with bits flipped, with numbers at their
/// extremes, with parts left out, repeated or exchanged.
package struct Mutations {
    private let original: [UInt8]
    /// What may take the place of a few bytes of text; empty for binary files.
    private let words: [[UInt8]]
    private var random: RandomStream

    /// What JSON may be damaged with.
    package static let jsonWords = [
        "null", "true", "-1", "0", "1.5", "1e308", "1e400", "4294967296", "9223372036854775807",
        "99999999999999999999", "\"\"", "\"../../x\"", "[]", "{}", "[", "]", "{", "}", ",", ":", "\"",
    ]

    /// - Parameter words: what text may be damaged with; files of bytes have numbers damaged instead.
    package init(_ original: [UInt8], words: [String] = [], seed: UInt64) {
        precondition(original.count > 16, "Mutations: too short to damage")
        self.original = original
        self.words = words.map { Array($0.utf8) }
        random = RandomStream(seed: seed, purpose: .testing)
    }

    private static let extremes: [UInt64] = [
        0, 1, 2, 0x7F, 0xFF, 0xFFFF, 1 << 20, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, 1 << 40,
        1 << 60,
        1 << 61, 0x7FFF_FFFF_FFFF_FFFF, 1 << 63, .max, .max - 7,
    ]

    /// The next copy; up to three things are wrong with it.
    package mutating func next() -> [UInt8] {
        var bytes = original
        for _ in 0...random.index(below: 3) where bytes.count > 16 { damage(&bytes) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        // Half of the damage is near the front, where lengths and counts are.
        let isNearFront = random.index(below: 2) == 0
        let place = random.index(below: isNearFront ? min(bytes.count, 256) : bytes.count)
        let end = min(bytes.count, place + 1 + random.index(below: 12))
        switch random.index(below: 12) {
        case 0: bytes.removeSubrange(place...)
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        case 3:
            let other = random.index(below: bytes.count)
            for index in 0..<min(end - place, bytes.count - other) {
                bytes[place + index] = bytes[other + index]
            }
        case 4...6: bytes[place] ^= 1 << UInt8(random.index(below: 8))
        default:
            if words.isEmpty {
                let value = Self.extremes[random.index(below: Self.extremes.count)]
                let size = 1 << random.index(below: 4)
                for index in 0..<min(size, bytes.count - place) {
                    bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
                }
            } else {
                let isInserted = random.index(below: 2) == 0
                bytes.replaceSubrange(
                    place..<(isInserted ? place : end), with: words[random.index(below: words.count)])
            }
        }
    }
}

/// Runs `body` on damaged copies of a file. Returns how many it refused; an error that is not for the user is thrown.
///
/// - Parameters:
///   - path: where each copy is written.
///   - body: reads the file.
package func refusals(
    of mutations: Mutations, count: Int, path: String, _ body: (String) throws -> Void
) throws -> Int {
    var mutations = mutations
    var refused = 0
    for _ in 0..<count {
        try writeQuickly(path, mutations.next())
        do {
            try body(path)
        } catch let error as any UserError {
            precondition(!error.description.isEmpty, "an error without a description")
            refused += 1
        }
    }
    return refused
}
