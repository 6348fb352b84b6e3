/// The number of bytes of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll` at `start`; 0 if none is there.
///
/// - Parameter ignoringCase: as `(?i:…)`, which also takes the long s U+017F for an s.
@inline(__always)
func contractionLength(at start: Int, in text: Span<UInt8>, ignoringCase: Bool) -> Int {
    guard start + 1 < text.count, text[start] == UInt8(ascii: "'") else { return 0 }
    let bit: UInt8 = ignoringCase ? 0x20 : 0
    func byte(_ offset: Int) -> UInt8 { start + offset < text.count ? text[start + offset] : 0 }
    switch byte(1) | bit {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return byte(2) | bit == UInt8(ascii: "e") ? 3 : 0
    case UInt8(ascii: "l"): return byte(2) | bit == UInt8(ascii: "l") ? 3 : 0
    default: return ignoringCase && byte(1) == 0xC5 && byte(2) == 0xBF ? 3 : 0
    }
}
