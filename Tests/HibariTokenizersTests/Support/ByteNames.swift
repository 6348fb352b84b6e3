/// The token that stands for a byte, e.g. `<0x0A>`.
func byteName(_ byte: Int) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x" + (byte < 16 ? "0" : "") + digits + ">"
}
