import HibariSupport
import HibariTestSupport
import Testing

/// The tasks of `hibari run` that learn from points and tables.
@Suite struct TableTaskTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func run(_ task: String, _ options: String...) throws -> JSONValue {
        let arguments = ["run", task, "--out", space.path(task), "--threads", "1", "--json"] + options
        let result = try JSONValue(parsing: expectSuccess(try hibari(arguments)).output)
        #expect(result["task"]?.string == task)
        #expect(fileExists(space.path(task) + "/report.html"))
        return result
    }

    private func number(_ result: JSONValue, _ key: String) throws -> Double {
        try #require(result[key]?.double, "\(key)")
    }

    private func numbers(_ result: JSONValue, _ key: String) throws -> [Double] {
        let values = try #require(result[key]?.array, "\(key)")
        return values.compactMap(\.double)
    }

    @Test func bothFormsOfLogisticRegressionAgree() throws {
        let result = try run("logreg")
        #expect(try number(result, "forms_difference") < 1e-4)
        #expect(try number(result, "test_accuracy") > 0.85)
        #expect(result["weights"]?.array?.count == 3)
        #expect(fileExists(space.path("logreg") + "/plus-minus-one/metrics.jsonl"))
    }

    /// Weights and axes are those of the file, not of the standardized columns.
    @Test func weightsInTheUnitsOfTheTable() throws {
        let table = try space.write(
            "line.csv", "width,price\n" + (1...40).map { "\($0),\(2 * $0 + 5)\n" }.joined())
        let weights = try numbers(run("linreg", "--data", table, "--target", "price"), "weights")
        #expect(abs(weights[0] - 2) < 1e-3 && abs(weights[1] - 5) < 1e-2)
        let report = try space.text("linreg/report.html")
        #expect(report.contains(">width</text>") && report.contains(">price</text>"))
    }

    /// Two columns of which each says what the other says: many solutions, and descent finds one.
    @Test func inputsThatDependOnEachOther() throws {
        let table = try space.write(
            "sexes.csv",
            "male,female,y\n" + (0..<60).map { "\($0 % 2),\(1 - $0 % 2),\(3 * ($0 % 2))\n" }.joined())
        let result = try run("linreg", "--data", table, "--target", "y")
        #expect(try number(result, "test_r2") > 0.999)
        #expect(result["normal_equations"]?.isNull == true)
    }

    @Test func manyNumbersAreNoClasses() throws {
        let table = try space.write("prices.csv", "x,y\n" + (0..<60).map { "\($0),\($0).5\n" }.joined())
        let outcome = try hibari(
            "run", "logreg", "--data", table, "--target", "y", "--out", space.path("run"))
        #expect(outcome.status == 65 && outcome.errors.contains("60 different numbers in 60 rows"))
    }

    @Test func optionsOfATableNeedOne() throws {
        for option in [["--missing", "drop"], ["--header"], ["--target", "y"]] {
            let outcome = try hibari(["run", "linreg", "--out", space.path("run")] + option)
            #expect(outcome.status == 64 && outcome.errors.contains(option[0]))
        }
    }

    @Test func madeUpPointsAreNotInATable() throws {
        let table = try space.write("line.csv", "x,y\n1,2\n2,3\n3,4\n")
        for option in [["--points", "9"], ["--noise", "1"]] {
            let outcome = try hibari(
                ["run", "linreg", "--data", table, "--target", "y", "--out", space.path("run")] + option)
            #expect(outcome.status == 64 && outcome.errors.contains(option[0]))
        }
    }

    /// The rate that names end at is a part of the highest: a lower --lr lowers both.
    @Test func lowRates() throws {
        let names = try space.write("towns.txt", (0..<40).map { "town\($0)\n" }.joined())
        let options = [
            "--data", names, "--model", "bigram", "--epochs", "1", "--samples", "1", "--lr", "5e-5",
        ]
        expectSuccess(try hibari(["run", "names", "--out", space.path("names"), "--json"] + options))
    }

    /// A penalty makes the weights smaller, in both forms alike.
    @Test func penaltyOnWeights() throws {
        func length(_ result: JSONValue) throws -> Double {
            let weights = try numbers(result, "weights")
            return weights.dropLast().reduce(0) { $0 + $1 * $1 }
        }
        let free = try run("logreg")
        try removeTree(space.path("logreg"))
        let held = try run("logreg", "--l2", "0.1")
        #expect(try length(held) < length(free) / 2)
        #expect(try number(held, "forms_difference") < 1e-4)
    }

    @Test func softmaxRegressionOfATable() throws {
        let table = try space.write("table.csv", threeClasses)
        let result = try run("logreg", "--data", table, "--target", "kind")
        #expect(result["classes"]?.array?.compactMap(\.string) == ["a", "b", "c"])
        #expect(try number(result, "test_accuracy") == 1)
        #expect(result["forms_difference"] == nil)
        let report = try space.text("logreg/report.html")
        #expect(report.contains("Decision regions"))
        #expect(report.contains("SHA-256"))
    }

    /// The header that pandas writes where only the target has a name is no row and "target" no class.
    @Test func headersWithNumbers() throws {
        let rows = (0..<40).map { "\($0 % 2 * 10 + $0 % 3).5,\($0 % 7).25,\($0 % 2 == 0 ? "a" : "b")\n" }
        let table = try space.write("pandas.csv", "0,1,target\n" + rows.joined())
        let result = try run("logreg", "--data", table, "--target", "3")
        #expect(result["classes"]?.array?.compactMap(\.string) == ["a", "b"])
        #expect(try space.text("logreg/report.html").contains("32 to train on, 8 to test on"))
    }

    /// Numbers that count the columns may be a row or names: the command line says which.
    @Test func theHeaderOption() throws {
        let table = try space.write("line.csv", (0..<20).map { "\($0),\(2 * $0 + 1)\n" }.joined())
        let outcome = try hibari(
            "run", "linreg", "--data", table, "--target", "2", "--out", space.path("none"))
        expectError(outcome, 65, "line.csv, line 1: this may be a header or the first row")
        _ = try run("linreg", "--data", table, "--target", "2", "--no-header")
        #expect(try space.text("linreg/report.html").contains("16 to train on, 4 to test on"))
        try removeTree(space.path("linreg"))
        _ = try run("linreg", "--data", table, "--target", "1", "--header")
        #expect(try space.text("linreg/report.html").contains("15 to train on, 4 to test on"))
    }

    /// Names of classes and columns may hold what would command a terminal.
    @Test func controlCharactersOfNames() throws {
        let red = "\u{1B}[31mred"
        let rows = (0..<20).map { "\($0),\($0 % 2 == 0 ? red : "blue")\n" }
        let table = try space.write("red.csv", "x\u{7},kind\n" + rows.joined())
        let outcome = try hibari(
            "run", "logreg", "--data", table, "--target", "kind", "--out", space.path("run"))
        #expect(!expectSuccess(outcome).output.contains("\u{1B}"))
        #expect(outcome.output.contains("\u{FFFD}[31mred"))
        let unknown = try hibari("run", "logreg", "--data", table, "--target", "z", "--out", space.path("z"))
        expectError(unknown, 64, "it has x\u{FFFD}, kind")
    }

    @Test func polynomialsChooseTheirDegree() throws {
        let result = try run("polyfit", "--width", "60", "--points", "30")
        let held = try numbers(result, "held_out_loss_by_degree")
        let train = try numbers(result, "train_loss_by_degree")
        let degree = Int(try number(result, "degree"))
        #expect(held[degree] == held.min())
        // More coefficients never fit the training points worse.
        #expect(zip(train, train.dropFirst()).allSatisfy { $1 <= $0 + 1e-9 })
        #expect(result["coefficients"]?.array?.count == degree + 1)
        // 24 points to train on.
        let peak = try number(try #require(result["double_descent"]), "peak_width")
        #expect((19...30).contains(peak))
    }

    @Test func aGivenDegreeAndRidge() throws {
        let table = try space.write(
            "line.csv", "x,y\n" + (0..<40).map { "\($0),\(3 * $0 + 10)\n" }.joined())
        let result = try run("polyfit", "--data", table, "--target", "y", "--degree", "1")
        #expect(try number(result, "test_r2") > 0.999_99)
        #expect(try number(result, "degree") == 1)
    }

    @Test func moonsAndTheSweep() throws {
        let result = try run("moons", "--points", "200", "--epochs", "20", "--sweep")
        #expect(try number(result, "test_accuracy") > 0.8)
        let sweep = try #require(result["sweep"]?.array)
        #expect(sweep.count == 20)
        // 2 → 2 → 2: 6 + 6 parameters.
        #expect(sweep[0]["parameters"]?.int == 12)
        let report = try space.text("moons/report.html")
        #expect(report.contains("Test accuracy by width and depth"))
    }

    @Test func spiralTakesItsNetwork() throws {
        let result = try run(
            "spiral", "--arms", "2", "--width", "5", "--depth", "3", "--activation", "relu", "--epochs", "2")
        // 2·5 + 5, twice 5·5 + 5, 5·2 + 2.
        #expect(result["parameters"]?.int == 87)
        #expect(result["activation"]?.string == "relu")
        #expect(result["classes"]?.array?.count == 2)
    }

    @Test func perceptronSettlesOnlyWhereALineParts() throws {
        let result = try run("perceptron")
        #expect(result["settled"]?.bool == true)
        #expect(result["xor_settled"]?.bool == false)
        #expect(try number(result, "mistakes") <= number(result, "mistake_bound"))
        #expect(result["mistakes_by_pass"]?.array?.last?.int == 0)
    }

    @Test func xorIsSolved() throws {
        let result = try run("xor", "--starts", "2")
        #expect(result["solved"]?.bool == true)
        #expect(try number(result, "test_accuracy") > 0.95)
        #expect(try number(result, "solved_with_4_hidden") == 2)
    }

    @Test func maximumLikelihoodMeetsTheClosedForm() throws {
        let result = try run("mle", "--repeats", "2000")
        #expect(try number(result, "largest_difference") < 1e-9)
        let likely = try #require(result["likelihood_estimator"]?["bias"]?.double)
        #expect(try abs(likely - number(result, "expected_bias")) < 0.3)
    }

    @Test func equalSeedsGiveEqualResults() throws {
        func loss(_ name: String, _ seed: String) throws -> JSONValue? {
            let arguments = [
                "run", "moons", "--epochs", "2", "--json", "--seed", seed, "--out", space.path(name),
            ]
            return try expectSuccess(try hibari(arguments)).json["test_loss"]
        }
        let first = try loss("first", "5")
        #expect(try first == loss("second", "5"))
        #expect(try first != loss("third", "6"))
    }

    @Test(arguments: [
        ("logreg --classes 1", "--classes"), ("logreg --points 3", "--points"),
        ("logreg --spread=-1", "--spread"), ("logreg --l2=-1", "--l2"),
        ("logreg --l2 1 --optimizer adam", "--l2"), ("logreg --hold-out 2", "--hold-out"),
        ("logreg --target x", "--data"), ("logreg --no-header", "--data"),
        ("logreg --data t.csv", "--target"),
        ("logreg --data t.csv --target x --points 9", "--points"), ("logreg --epochs 0", "epochs"),
        ("logreg --lr nan", "learningRate"), ("logreg --optimizer magic", "magic"),
        ("polyfit --degree 31", "--degree"), ("polyfit --degree=-1", "--degree"),
        ("polyfit --ridge=-1", "--ridge"), ("polyfit --ridge nan", "--ridge"),
        ("polyfit --width 0", "--width"), ("polyfit --noise inf", "--noise"),
        ("polyfit --data t.csv --target x --width 9", "--width"),
        ("moons --width 0", "--width"), ("moons --depth 99", "--depth"), ("moons --activation step", "step"),
        ("moons --points 1", "--points"), ("spiral --arms 1", "--arms"), ("spiral --turns nan", "--turns"),
        ("perceptron --margin 1", "--margin"), ("perceptron --epochs 0", "--epochs"),
        ("xor --hidden 0", "--hidden"), ("xor --starts=-1", "--starts"), ("xor --noise nan", "--noise"),
        ("mle --deviation 0", "--deviation"), ("mle --probability 1", "--probability"),
        ("mle --size 1", "--size"), ("mle --samples 1", "--samples"), ("mle --repeats 0", "--repeats"),
    ])
    func badOptions(_ options: String, _ naming: String) throws {
        let words = options.split(separator: " ").map(String.init)
        expectError(try hibari(["run"] + words + ["--out", space.path("none")]), 64, naming)
        #expect(!fileExists(space.path("none")))
    }
}

/// Two inputs and three classes far from each other.
private let threeClasses =
    "width,height,kind\n"
    + (0..<60).map { row in
        let kind = row % 3
        return "\(10 * kind + row % 5),\(100 - 20 * (kind % 2) + row % 7),\(["a", "b", "c"][kind])\n"
    }.joined()
