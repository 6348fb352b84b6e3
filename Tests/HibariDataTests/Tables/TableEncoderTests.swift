import HibariData
import HibariSupport
import HibariTestSupport
import Testing

@Suite struct TableEncoderTests {
    let directory = TemporaryDirectory()

    private func table(_ text: String, name: String = "t.csv", _ options: TableOptions = TableOptions())
        throws
        -> Table
    {
        try Table(contentsOf: directory.write(name, text), options: options)
    }

    private func problem(_ body: () throws -> Void) -> String {
        errorMessage(body).replacingOccurrences(of: directory.path + "/")
    }

    private static let text = "x,color,y,kind\n1,red,10,a\n3,blue,20,b\n5,red,60,a\n"

    @Test func numbersAndCategories() throws {
        let table = try table(Self.text)
        let encoder = try TableEncoder(fitting: table, target: "kind")
        #expect(encoder.inputNames == ["x", "color=blue", "color=red", "y"] && encoder.inputCount == 4)
        // x: mean 3, deviation √(8/3); y: mean 30, deviation √(1400/3).
        let a = Float((8.0 / 3).squareRoot())
        let b = Float((1400.0 / 3).squareRoot())
        let expected: [Float] = [-2 / a, 0, 1, -20 / b, 0, 1, 0, -10 / b, 2 / a, 0, 1, 30 / b]
        let inputs = try encoder.inputs(table, rows: [0, 1, 2])
        #expect(zip(inputs, expected).allSatisfy { abs($0 - $1) < 1e-6 } && inputs.count == 12)
        #expect(try encoder.labels(table, rows: [2, 1]) == [0, 1])
        #expect(encoder.target == .classes(name: "kind", names: ["a", "b"]))
        #expect(try encoder.inputs(table, rows: [2]) == Array(inputs[8...]))
    }

    /// Means and categories are those of the training rows alone.
    @Test func onlyTrainingRowsCount() throws {
        let table = try table("x,y\n1,1\n3,2\n1000,3\n")
        let encoder = try TableEncoder(fitting: table, rows: [0, 1], target: "y")
        #expect(encoder.features == [.number(name: "x", mean: 2, deviation: 1)])
        #expect(try encoder.inputs(table, rows: [2]) == [998])
        #expect(try encoder.numbers(table, rows: [2, 0]) == [3, 1])
    }

    /// Held-out rows bring categories and classes, not means.
    @Test func knownRows() throws {
        let table = try table("x,color,kind\n1,red,a\n3,red,b\n90,blue,c\n")
        let encoder = try TableEncoder(fitting: table, rows: [0, 1], known: [2], target: "kind")
        #expect(encoder.inputNames == ["x", "color=blue", "color=red"])
        #expect(encoder.features[0] == .number(name: "x", mean: 2, deviation: 1))
        #expect(encoder.target == .classes(name: "kind", names: ["a", "b", "c"]))
        // What only a held-out row has is not enough to learn from.
        #expect(
            problem { _ = try TableEncoder(fitting: table, rows: [0], known: [1, 2], target: "kind") }
                == "t.csv: column kind has only \"a\"; a classifier needs at least two classes")
    }

    @Test func numbersAsClasses() throws {
        let table = try table("x,y\n1,10\n2,9\n3,10\n")
        let encoder = try TableEncoder(fitting: table, target: "2", kind: .classes)
        #expect(encoder.target == .classes(name: "y", names: ["9", "10"]))
        #expect(try encoder.labels(table, rows: [0, 1, 2]) == [1, 0, 1])
    }

    @Test func constantColumns() throws {
        let table = try table("x,z,y\n0.1,5,1\n0.1,6,2\n0.1,7,3\n")
        let encoder = try TableEncoder(fitting: table, target: "y")
        #expect(abs(try encoder.inputs(table, rows: [0])[0]) < 1e-12)
    }

    @Test func missingValues() throws {
        let table = try table("x,c,y\n1,a,1\n,b,2\n3,,3\n5,a,\n")
        #expect(
            problem { _ = try TableEncoder(fitting: table, target: "y") }
                .hasPrefix("t.csv, row 2 (line 3), column x: the value is missing"))
        #expect(
            problem { _ = try TableEncoder(fitting: table, target: "y", missing: .mean) }
                .hasPrefix("t.csv, row 4 (line 5), column y: the target is missing"))
        let averaged = try TableEncoder(fitting: table, rows: [0, 1, 2], target: "y", missing: .mean)
        let inputs = try averaged.inputs(table, rows: [1, 2])
        #expect(inputs == [0, 0, 1, 1, 0, 0])
        let dropping = try TableEncoder(fitting: table, rows: table.completeRows, target: "y", missing: .drop)
        #expect(try dropping.usableRows(of: table) == [0])
        #expect(try dropping.usableRows(of: table, withTarget: false) == [0, 3])
        #expect(
            problem { _ = try dropping.inputs(table, rows: [1]) }.hasPrefix("t.csv, row 2 (line 3), column x")
        )
    }

    /// What float32 cannot hold is named, not learned from as infinity.
    @Test func numbersBeyondFloat32() throws {
        let table = try table("x,y\n1,1\n3,-1e39\n5,2\n1e50,3\n")
        let encoder = try TableEncoder(fitting: table, rows: [0, 1, 2], target: "y")
        #expect(
            problem { _ = try encoder.numbers(table, rows: [0, 1]) }
                .hasPrefix("t.csv, row 2 (line 3), column y: -1e+39 is too large"))
        #expect(
            problem { _ = try encoder.inputs(table, rows: [0, 3]) }
                .hasPrefix("t.csv, row 4 (line 5), column x: 1e+50 is too far from the mean 3.0"))
        #expect(try encoder.inputs(table, rows: [0, 1, 2]).allSatisfy { $0.isFinite })
    }

    @Test func otherFiles() throws {
        let encoder = try TableEncoder(fitting: table(Self.text), target: "kind")
        // Other order of columns, one more, no target.
        let more = try table("color,note,y,x\nred,q,30,3\n", name: "m.csv", encoder.tableOptions)
        let inputs = try encoder.inputs(more, rows: [0])
        #expect(inputs == [0, 0, 1, 0])
        let green = try table("color,y,x\nred,1,1\ngreen,1,1\n", name: "g.csv", encoder.tableOptions)
        #expect(
            problem { _ = try encoder.inputs(green, rows: [0, 1]) }
                .hasPrefix("g.csv, row 2 (line 3), column color: \"green\" is none of the categories"))
        let lacking = try table("color,x\nred,1\nblue,2\n", name: "l.csv")
        #expect(
            problem { _ = try encoder.inputs(lacking, rows: [0]) }
                .hasPrefix("l.csv: there is no column y; it has color, x"))
        #expect(
            problem { _ = try table("x,color,y\nten,red,1\n", name: "w.csv", encoder.tableOptions) }
                .hasPrefix("w.csv, row 1 (line 2), column x: \"ten\" is not a number"))
        let wrong = try table("x,color,y\n1,2,1\n2,3,1\n", name: "n.csv")
        #expect(problem { _ = try encoder.inputs(wrong, rows: [0]) }.contains("column color holds numbers"))
    }

    @Test func uselessTargets() throws {
        let table = try table("x,y,name\n1,a,u\n2,a,v\n")
        #expect(
            problem { _ = try TableEncoder(fitting: table, target: "y") }
                .hasPrefix("t.csv: column y has only \"a\"; a classifier needs at least two classes"))
        #expect(
            problem { _ = try TableEncoder(fitting: table, target: "z") }.contains(
                "no column z; it has x, y, name"))
        #expect(
            problem { _ = try TableEncoder(fitting: table, target: "y", kind: .number) }.contains("column y"))
        let names = (0..<1500).map { "\($0 % 2),n\($0)\n" }.joined()
        #expect(
            problem { _ = try TableEncoder(fitting: self.table("k,n\n" + names), target: "k") }
                .contains("column n has 1500 different texts"))
        #expect(
            problem { _ = try TableEncoder(fitting: self.table("k\n1\n2\n"), target: "k") }
                .contains("the only column is the target"))
    }

    @Test func jsonComesBack() throws {
        let table = try table(Self.text)
        for target in ["kind", "y"] {
            let encoder = try TableEncoder(fitting: table, target: target, missing: .mean)
            let text = encoder.json.text()
            #expect(try TableEncoder(json: JSONValue(parsing: text), path: "m.json") == encoder)
        }
        let feature = "{\"name\":\"x\",\"mean\":0,\"standard_deviation\":1}"
        let oneClass =
            "{\"features\":[\(feature)],\"target\":{\"name\":\"a\",\"classes\":[\"b\",\"b\"]},\"missing\":\"drop\"}"
        for text in [
            "{}", "{\"features\":[{}],\"target\":{\"name\":\"a\"},\"missing\":\"drop\"}", "[]", oneClass,
        ] {
            let json = try JSONValue(parsing: text)
            #expect(throws: DatasetError.self, "\(text)") { try TableEncoder(json: json, path: "m.json") }
        }
    }
}
