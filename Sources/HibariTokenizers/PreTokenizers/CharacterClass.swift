/// What the patterns of tokenizers tell apart, as a set: a character may be of several classes.
package struct CharacterClass: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `\p{L}`
    package static let letter = CharacterClass(rawValue: 1)
    /// `\p{N}`
    package static let number = CharacterClass(rawValue: 2)
    /// `\s`, the property White_Space.
    package static let whitespace = CharacterClass(rawValue: 4)
    /// `[\r\n]`
    package static let newline = CharacterClass(rawValue: 8)
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`: what the front of a word is made of.
    package static let front = CharacterClass(rawValue: 16)
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`: what the back of a word is made of.
    package static let back = CharacterClass(rawValue: 32)
    /// `\p{N}` of Unicode 17, which few regular expressions know.
    package static let latestNumber = CharacterClass(rawValue: 64)

    /// What is not of the class `[^\s\p{L}\p{N}]`.
    static let word: CharacterClass = [.letter, .number, .whitespace]

    /// Whether one of `classes` is among these.
    @inline(__always) func isAny(_ classes: CharacterClass) -> Bool { rawValue & classes.rawValue != 0 }
}
