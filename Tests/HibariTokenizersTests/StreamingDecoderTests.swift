import HibariSupport
import HibariTokenizers
import Testing

@Suite struct StreamingDecoderTests {
    @Test func charactersAreNeverCut() {
        var decoder = StreamingDecoder()
        let pieces = Array("a雲🐦".utf8).map { decoder.append([$0]) }
        #expect(pieces == ["a", "", "", "雲", "", "", "", "🐦"])
        #expect(decoder.finish() == "")
    }

    @Test func invalidBytesShowAtOnce() {
        var decoder = StreamingDecoder()
        #expect(decoder.append([0xFF]) == "\u{FFFD}")
        #expect(decoder.append([0xE3, 0x81]) == "")
        #expect(decoder.append([0x41]) == "\u{FFFD}A")
        #expect(decoder.append([0xED]) == "")
        #expect(decoder.append([0xA0]) == "\u{FFFD}\u{FFFD}")
        #expect(decoder.append([0xF0, 0x9F]) == "")
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.append([0x42]) == "B")
    }

    @Test func piecesEqualTheWhole() {
        var random = RandomStream(seed: 7, purpose: .testing)
        // Bytes at the borders of table 3-7 make the rare cases common.
        let alphabet: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
            0xED,
            0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for trial in 0..<20_000 {
            let bytes = (0..<random.index(below: 12)).map { _ in
                trial % 4 == 0
                    ? UInt8(random.index(below: 256)) : alphabet[random.index(below: alphabet.count)]
            }
            var decoder = StreamingDecoder()
            var text = ""
            var rest = bytes[...]
            while !rest.isEmpty {
                let length = 1 + random.index(below: rest.count)
                text += decoder.append(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            text += decoder.finish()
            // By scalar: `==` on strings would let canonically equivalent ones pass.
            let expected = String(decoding: bytes, as: UTF8.self)
            if !text.unicodeScalars.elementsEqual(expected.unicodeScalars) {
                Issue.record("\(bytes): \(text.debugDescription), expected \(expected.debugDescription)")
                return
            }
        }
    }
}
