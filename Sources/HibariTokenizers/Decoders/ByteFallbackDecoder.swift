/// Tokens such as `<0xE3>` become the byte they name.
struct ByteFallbackDecoder: DecoderStage {
    init() {}

    init(_ component: Component) throws(TokenizerError) { try component.expectKeys() }

    func decode(_ text: inout DecodedTokens) {
        for index in text.tokens.indices {
            if let byte = namedByte(text.tokens[index]) { text.tokens[index] = [byte] }
        }
    }
}

/// The byte that a token such as `<0xE3>` names.
func namedByte(_ token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">"),
        let high = hexadecimalDigit(token[3]), let low = hexadecimalDigit(token[4])
    else { return nil }
    return high << 4 | low
}

/// The spelling of the token that names `byte`.
func nameOfByte(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
}
