import HibariSupport
import Testing

@Suite struct JSONWriterTests {
    private let sample: JSONValue = [
        "name": "雲雀 \"x\"\\\u{1}\n\u{7F}", "empty": [:], "none": [], "list": [1, 2.5, [true, .null]],
        "inner": ["rate": 1e-5, "big": 1e22],
    ]

    @Test func compact() {
        let expected =
            "{\"name\":\"雲雀 \\\"x\\\"\\\\\\u0001\\n\u{7F}\",\"empty\":{},\"none\":[],\"list\":[1,2.5,[true,null]],"
            + "\"inner\":{\"rate\":1e-05,\"big\":1e+22}}"
        #expect(sample.text() == expected)
    }

    /// Expected: `json.dumps(sample, indent=2, ensure_ascii=False)` of Python 3.
    @Test func pretty() {
        let expected = """
            {
              "name": "雲雀 \\"x\\"\\\\\\u0001\\n\u{7F}",
              "empty": {},
              "none": [],
              "list": [
                1,
                2.5,
                [
                  true,
                  null
                ]
              ],
              "inner": {
                "rate": 1e-05,
                "big": 1e+22
              }
            }
            """
        #expect(sample.text(pretty: true) == expected)
    }

    @Test(arguments: [true, false])
    func readsBackWhatItWrote(pretty: Bool) throws {
        #expect(try JSONValue(parsing: sample.bytes(pretty: pretty)) == sample)
    }

    @Test func numbersReadBackExactly() throws {
        var random = RandomStream(seed: 1, purpose: .testing)
        for _ in 0..<10_000 {
            let number = Double(bitPattern: random.next())
            if !number.isFinite { continue }
            let value = JSONValue.number(number)
            #expect(try JSONValue(parsing: value.bytes()).double?.bitPattern == number.bitPattern)
        }
        #expect(JSONValue.number(1).text() == "1.0")
        #expect(JSONValue.number(-0.0).text() == "-0.0")
        #expect(JSONValue.number(.nan).text() == "null")
        #expect(JSONValue.number(.infinity).text() == "null")
    }

    @Test func objectMembersCanBeChanged() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["b"] = "two"
        object["d"] = 4
        object["a"] = nil
        object["missing"] = nil
        #expect(JSONValue.object(object).text() == "{\"b\":\"two\",\"c\":3,\"d\":4}")
        for index in 0..<30 { object["k\(index)"] = .integer(index) }
        object["k3"] = nil
        #expect(object.count == 32)
        #expect(object["k3"] == nil)
        #expect(object["k29"] == 29)
        #expect(object["b"] == "two")
    }

    @Test func accessors() {
        let value: JSONValue = ["i": 2, "d": 2.0, "f": 0.5, "s": "x", "b": true, "a": [1], "n": .null]
        #expect(value["i"]?.int == 2)
        #expect(value["i"]?.double == 2)
        #expect(value["d"]?.int == 2)
        #expect(value["f"]?.int == nil)
        #expect(value["f"]?.double == 0.5)
        #expect(value["s"]?.string == "x")
        #expect(value["s"]?.int == nil)
        #expect(value["b"]?.bool == true)
        #expect(value["a"]?.array == [1])
        #expect(value["n"]?.isNull == true)
        #expect(value["missing"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value["b"]?.double == nil)
        #expect(JSONValue.integer(2) != .number(2))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test func quotingKeepsMessagesOnOneShortLine() {
        #expect(quoted("a\nb\u{1B}[31m") == "\"a\\nb\\u001b[31m\"")
        #expect(quoted(String(repeating: "x", count: 5000)).count == 103)
    }
}
