import HibariSupport
import Testing

@Suite struct SHA256Tests {
    /// Vectors of FIPS 180-4 and the NIST example values.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func knownAnswers(text: String, expected: String) {
        #expect(SHA256.hash(Array(text.utf8)).hex == expected)
    }

    @Test func oneMillionLettersInUnevenPieces() {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(SHA256.hash(text).hex == expected)
        var hasher = SHA256()
        var index = 0
        var size = 1
        while index < text.count {
            let end = min(index + size, text.count)
            hasher.update(Array(text[index..<end]))
            index = end
            size = size * 3 % 1013 + 1
        }
        #expect(hasher.digest().hex == expected)
    }

    @Test func digestLeavesTheHasherUsable() {
        var hasher = SHA256()
        hasher.update(Array("ab".utf8))
        #expect(hasher.digest() == SHA256.hash(Array("ab".utf8)))
        hasher.update(Array("c".utf8))
        #expect(hasher.digest() == SHA256.hash(Array("abc".utf8)))
    }

    @Test func hexadecimalKeepsLeadingZeros() {
        #expect(hexadecimal(UInt64(0xABC)) == "0000000000000abc")
        #expect(hexadecimal(UInt8(0)) == "00")
    }
}
