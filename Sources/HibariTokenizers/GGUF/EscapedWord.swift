/// Words of llama.cpp's `rwkv` vocabularies, in which a backslash and two hexadecimal digits stand for a byte.
///
/// Source: `llama_unescape_rwkv_token` in llama.cpp, src/llama-vocab.cpp.
enum EscapedWord {
    /// Control characters and the backslash are escaped, all others stand for themselves.
    ///
    /// - Parameter scalar: of ASCII.
    static func of(_ scalar: Unicode.Scalar) -> String {
        guard scalar.value < 0x20 || scalar == "\\" || scalar.value == 0x7F else { return String(scalar) }
        let digits = String(scalar.value, radix: 16)
        return "\\x" + (digits.count == 1 ? "0" : "") + digits
    }

    /// The character that `of` spells so; nil for all other words.
    static func scalar(of word: [UInt8]) -> Unicode.Scalar? {
        let byte =
            word.count == 1 ? word[0] : UInt8(String(decoding: word.suffix(2), as: UTF8.self), radix: 16)
        guard let byte, byte < 0x80 else { return nil }
        let scalar = Unicode.Scalar(byte)
        return of(scalar).utf8.elementsEqual(word) ? scalar : nil
    }
}
