import HibariSupport
import HibariTestSupport
import Testing

@Suite struct JSONParserTests {
    @Test func readsEveryKindOfValue() throws {
        let text = " {\"a\": [1, -2.5e1, \"x\\n\", true, false, null, {}, []] ,\t\"b\":{\"c\":0}}\r\n"
        let expected: JSONValue = [
            "a": [1, -25.0, "x\n", true, false, .null, [:], []],
            "b": ["c": 0],
        ]
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
        ("50257", 50257),
    ])
    func integers(text: String, expected: Int) throws {
        #expect(try JSONValue(parsing: text) == .integer(expected))
    }

    @Test(arguments: [
        ("1.0", 1.0), ("1e-5", 1e-5), ("1E+2", 100), ("9223372036854775808", 0x1p63), ("0.1", 0.1),
        ("-9223372036854775809", -0x1p63), ("1000000000000000019884624838656", 1e30),
        ("5e-324", .leastNonzeroMagnitude),
    ])
    func otherNumbers(text: String, expected: Double) throws {
        #expect(try JSONValue(parsing: text) == .number(expected))
    }

    @Test(arguments: [
        ("\"\\u00e9\"", "é"), ("\"\\ud83d\\ude00\"", "😀"), ("\"\\u0000\"", "\0"),
        ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"), ("\"é😀\\u0041z\"", "é😀Az"), ("\"\"", ""),
        ("\"\\uFFFF\\uAbCd\"", "\u{FFFF}\u{ABCD}"), ("\"a\\nb\\nc\"", "a\nb\nc"),
    ])
    func strings(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text).string.map { Array($0.utf8) } == Array(expected.utf8))
    }

    @Test(arguments: [
        ("", JSONError.unexpectedEnd(offset: 0, expected: "a value")),
        ("  ", .unexpectedEnd(offset: 2, expected: "a value")),
        ("[1, 2", .unexpectedEnd(offset: 5, expected: "',' or ']'")),
        ("{\"a\" 1}", .unexpectedByte(0x31, offset: 5, expected: "':'")),
        ("{a: 1}", .unexpectedByte(0x61, offset: 1, expected: "a key in double quotes")),
        ("{\"a\": 1,}", .unexpectedByte(0x7D, offset: 8, expected: "a key in double quotes")),
        ("[1,]", .unexpectedByte(0x5D, offset: 3, expected: "a value")),
        ("[1 2]", .unexpectedByte(0x32, offset: 3, expected: "',' or ']'")),
        ("1 2", .trailingData(offset: 2)),
        ("{} x", .trailingData(offset: 3)),
        ("01", .trailingData(offset: 1)),
        ("{\"a\":1, \"b\":2, \"a\":3}", .duplicateKey("a", offset: 15)),
        ("\"\\ud800\"", .loneSurrogate(offset: 1)),
        ("\"x\\udc00\"", .loneSurrogate(offset: 2)),
        ("\"\\ud800\\u0041\"", .loneSurrogate(offset: 1)),
        ("\"\\ud800x\"", .loneSurrogate(offset: 1)),
        ("\"\\x\"", .invalidEscape(offset: 1)),
        ("\"\\u12G4\"", .invalidEscape(offset: 1)),
        ("\"\\u12", .unexpectedEnd(offset: 5, expected: "four hex digits")),
        ("\"\\", .unexpectedEnd(offset: 2, expected: "an escape")),
        ("\"abc", .unexpectedEnd(offset: 4, expected: "the closing '\"'")),
        ("\"a\nb\"", .controlCharacter(0x0A, offset: 2)),
        ("-", .invalidNumber(offset: 1)),
        ("1.", .invalidNumber(offset: 2)),
        ("1e", .invalidNumber(offset: 2)),
        ("[1.e3]", .invalidNumber(offset: 3)),
        ("1e400", .numberOutOfRange(offset: 0)),
        ("NaN", .unexpectedByte(0x4E, offset: 0, expected: "a value")),
        ("-Infinity", .invalidNumber(offset: 1)),
        ("+1", .unexpectedByte(0x2B, offset: 0, expected: "a value")),
        (".5", .unexpectedByte(0x2E, offset: 0, expected: "a value")),
        ("tru", .unexpectedEnd(offset: 3, expected: "true")),
        ("nul!", .unexpectedByte(0x21, offset: 3, expected: "null")),
        ("'a'", .unexpectedByte(0x27, offset: 0, expected: "a value")),
        ("\u{FEFF}1", .unexpectedByte(0xEF, offset: 0, expected: "a value")),
    ])
    func refuses(text: String, expected: JSONError) {
        #expect(throws: expected) { try JSONValue(parsing: text) }
    }

    @Test func refusesInvalidUTF8() {
        #expect(throws: JSONError.invalidUTF8(offset: 2)) {
            try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x22])
        }
    }

    @Test func limitsTheDepth() throws {
        let limit = JSONValue.depthLimit
        let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        #expect(try JSONValue(parsing: deepest).array?.count == 1)
        #expect(throws: JSONError.tooDeep(offset: limit, limit: limit)) {
            try JSONValue(parsing: "[" + deepest + "]")
        }
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(throws: JSONError.tooDeep(offset: limit * 5, limit: limit)) {
            try JSONValue(parsing: objects)
        }
    }

    @Test func keepsCanonicallyEquivalentKeysApart() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
        #expect(value.object?.count == 2)
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test func findsMembersOfLargeObjectsInOrder() throws {
        let count = 20_000
        let text = "{" + (0..<count).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}"
        let object = try #require(try JSONValue(parsing: text).object)
        #expect(object.keys == (0..<count).map { "key\($0)" })
        #expect((0..<count).allSatisfy { object["key\($0)"] == .integer($0) })
        #expect(object["key\(count)"] == nil)
    }

    @Test func namesTheFile() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "bad.json")
            try writeFileAtomically(path, "[1,")
            let expected = JSONError.inFile(path: path, .unexpectedEnd(offset: 3, expected: "a value"))
            #expect(throws: expected) { try JSONValue(contentsOf: path) }
            #expect("\(expected)".hasPrefix(path + ": "))
        }
    }
}
