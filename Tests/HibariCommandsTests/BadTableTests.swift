import HibariSupport
import Testing

/// Tables that no task can learn from: each error names the file and the place, and nothing is left behind.
@Suite struct BadTableTests {
    private static let good = (0..<20).map { "\($0),\($0 * 3 % 7),\($0 % 2 == 0 ? "a" : "b")" }

    /// Wrong files for tasks that classify, what the message must say, and the exit code.
    private static let tables: [(name: String, text: String, says: [String], status: Int32)] = [
        ("ragged", table(replacing: 4, "4,5,6,a"), ["line 6", "row 5", "4 columns", "header has 3"], 65),
        ("text", table(replacing: 7, "7,much,a"), ["row 8", "line 9", "column y", "\"much\""], 65),
        ("infinite", table(replacing: 3, "inf,1,a"), ["row 4", "line 5", "column x", "\"inf\""], 65),
        ("huge", table(replacing: 3, "1e999,1,a"), ["row 4", "column x", "\"1e999\""], 65),
        ("nan", table(replacing: 2, "nan,1,a"), ["row 3", "line 4", "column x", "missing"], 65),
        ("gap", table(replacing: 9, "9,,a"), ["row 10", "line 11", "column y", "missing"], 65),
        ("unlabeled", table(replacing: 9, "9,1,"), ["row 10", "column kind", "target is missing"], 65),
        ("alike", "x,y,kind\n" + (0..<20).map { "\($0),1,a\n" }.joined(), ["column kind", "only \"a\""], 65),
        ("empty", "", ["no rows"], 65), ("headonly", "x,y,kind\n", ["a header and no rows"], 65),
        ("single", "x,y,kind\n1,2,a\n", ["1 row;", "at least 2"], 65),
        ("alone", "kind\n" + (0..<20).map { "\($0 % 2 == 0 ? "a" : "b")\n" }.joined(), ["only column"], 65),
        ("renamed", "x,y,sort\n" + good.map { $0 + "\n" }.joined(), ["no column kind", "x, y, sort"], 64),
        (
            "german", "x;y;kind\n" + (0..<20).map { "\($0),5;\($0);\($0 % 2 == 0 ? "a" : "b")\n" }.joined(),
            ["row 1 (line 2)", "column x", "\"0,5\" has a comma in a number"], 65
        ),
        (
            "twice", "x,x,kind\n" + good.map { $0 + "\n" }.joined(),
            ["line 1", "two columns are called \"x\""], 65
        ),
        ("binary", "x,y,kind\n1,\u{0},a\n", ["line 2", "zero byte"], 65),
    ]

    private static func table(replacing row: Int, _ text: String) -> String {
        var rows = good
        rows[row] = text
        return "x,y,kind\n" + rows.map { $0 + "\n" }.joined()
    }

    @Test(arguments: ["logreg", "perceptron", "moons", "spiral"]) func classes(_ task: String) throws {
        let space = try Workspace()
        for (name, text, says, status) in Self.tables {
            let file = try space.write(name + ".csv", text)
            let outcome = try hibari(
                "run", task, "--data", file, "--target", "kind", "--out", space.path("run"))
            expectError(outcome, status, name + ".csv")
            for word in says { #expect(outcome.errors.contains(word), "\(name): \(outcome.errors)") }
            #expect(!space.exists("run"), "\(name)")
        }
        let missing = space.path("none.csv")
        expectError(
            try hibari("run", task, "--data", missing, "--target", "kind", "--out", space.path("run")), 66,
            "none.csv")
    }

    @Test(arguments: ["linreg", "polyfit"]) func numbers(_ task: String) throws {
        let space = try Workspace()
        func table(_ replacements: [Int: String]) -> String {
            "x,y\n" + (0..<20).map { (replacements[$0] ?? "\($0),\($0 * $0)") + "\n" }.joined()
        }
        let tables: [(name: String, text: String, says: [String])] = [
            ("ragged", table([4: "4"]), ["line 6", "row 5", "1 column "]),
            ("text", table([7: "7,much"]), ["row 8", "column y", "\"much\""]),
            ("infinite", table([3: "3,-inf"]), ["row 4", "column y", "\"-inf\""]),
            ("gap", table([9: ",81"]), ["row 10", "column x", "missing"]),
            ("large", table([5: "5,1e39"]), ["row 6", "line 7", "column y", "1e+39 is too large"]),
            ("words", "x,y\n" + (0..<20).map { "\($0),word\($0)\n" }.joined(), ["column y", "text"]),
            ("empty", "", ["no rows"]),
        ]
        for (name, text, says) in tables {
            let file = try space.write(name + ".csv", text)
            let outcome = try hibari("run", task, "--data", file, "--target", "y", "--out", space.path("run"))
            expectError(outcome, 65, name + ".csv")
            for word in says { #expect(outcome.errors.contains(word), "\(name): \(outcome.errors)") }
            #expect(!space.exists("run"), "\(name)")
        }
        let good = try space.write("good.csv", table([:]))
        expectError(
            try hibari("run", task, "--data", good, "--target", "z", "--out", space.path("run")), 64,
            "no column z")
    }

    @Test func polynomialsTakeOneInput() throws {
        let space = try Workspace()
        let file = try space.write("two.csv", "x,z,y\n" + (0..<20).map { "\($0),\($0 % 3),\($0)\n" }.joined())
        expectError(
            try hibari("run", "polyfit", "--data", file, "--target", "y", "--out", space.path("run")), 65,
            "inputs are x, z")
    }

    @Test func perceptronTakesTwoClasses() throws {
        let space = try Workspace()
        let file = try space.write(
            "three.csv", "x,kind\n" + (0..<30).map { "\($0),\(["a", "b", "c"][$0 % 3])\n" }.joined())
        expectError(
            try hibari("run", "perceptron", "--data", file, "--target", "kind", "--out", space.path("run")),
            65,
            "column kind has 3 classes")
    }
}
