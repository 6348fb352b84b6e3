import HibariSupport
import Testing

/// Swift values as JSON and back.
@Suite struct JSONCodingTests {
    private enum Color: String, Codable { case red, green }
    private enum Size: Codable, Equatable {
        case small
        case exact(width: Int, height: Double)
    }

    private struct Inner: Codable, Equatable {
        var name: String
        var color: Color
        var size: Size
    }

    private struct Outer: Codable, Equatable {
        var flag: Bool
        var number: Double
        var small: Float
        var count: UInt8
        var inner: [Inner]
        var missing: Int?
        var nested: [[Int]]
        var byName: [String: Int]
    }

    private let value = Outer(
        flag: true, number: 1e-3, small: 0.5, count: 255,
        inner: [
            Inner(name: "é\n", color: .green, size: .small),
            Inner(name: "", color: .red, size: .exact(width: 3, height: 2)),
        ], missing: nil, nested: [[1], [], [2, 3]], byName: ["a": 1])

    @Test func thereAndBack() throws {
        let json = try JSONValue(encoding: value)
        #expect(try json.decode(Outer.self) == value)
        #expect(try JSONValue(parsing: json.bytes()).decode(Outer.self) == value)
        #expect(json["inner"]?.array?[0]["color"] == "green")
        #expect(json["missing"] == nil && json["count"] == 255)
    }

    private func message(_ change: (inout JSONObject) -> Void) throws -> String {
        var object = try #require(try JSONValue(encoding: value).object)
        change(&object)
        let error = #expect(throws: JSONFormError.self) { try JSONValue.object(object).decode(Outer.self) }
        return error?.description ?? ""
    }

    @Test func errorsNameThePlace() throws {
        #expect(try message { $0["flag"] = nil } == "flag is missing")
        #expect(try message { $0["flag"] = "yes" } == "flag: a string where true or false should stand")
        #expect(
            try message { $0["count"] = 256 }
                == "count: an integer where an integer that fits UInt8 should stand")
        #expect(
            try message { $0["nested"] = [[1], ["x"]] }
                == "nested[1][0]: a string where an integer that fits Int should stand")
        #expect(try message { $0["inner"] = [[:]] } == "inner[0].name is missing")
        #expect(try message { $0["inner"] = [3] } == "inner[0]: an integer where an object should stand")
        #expect(
            try message { $0["inner"] = [["name": "", "color": "blue", "size": ["small": [:]]]] }
                .hasPrefix("inner[0].color: "))
        #expect(try message { $0["extra"] = 1 }.hasPrefix("extra is not known here"))
        #expect(
            try message {
                $0["inner"] = [["name": "", "color": "red", "size": ["small": [:]], "weight": 3]]
            }.hasPrefix("inner[0].weight is not known here"))
    }
}
