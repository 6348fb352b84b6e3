import HibariSupport
import Testing

@Suite struct UTF8ValidationTests {
    @Test func acceptsEveryScalar() {
        var text = String.UnicodeScalarView()
        for code in 0..<UInt32(0x110000) {
            if let scalar = Unicode.Scalar(code) { text.append(scalar) }
        }
        #expect(firstInvalidUTF8(in: Array(String(text).utf8)) == nil)
        #expect(firstInvalidUTF8(in: []) == nil)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE2, 0x82],
            [0xF0, 0x9F, 0x98],
            [0xC3, 0x41], [0xE2, 0x82, 0x41], [0xF0, 0x9F, 0x98, 0x41],
        ] as [[UInt8]])
    func refuses(sequence: [UInt8]) {
        for prefix in [0, 1, 7, 8, 9, 16] {
            let bytes = [UInt8](repeating: 0x61, count: prefix) + sequence
            #expect(firstInvalidUTF8(in: bytes) == prefix)
            #expect(firstInvalidUTF8(in: bytes + [UInt8](repeating: 0x61, count: 20)) == prefix)
        }
    }
}
