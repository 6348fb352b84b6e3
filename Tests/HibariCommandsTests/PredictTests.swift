import HibariImages
import HibariNN
import HibariSupport
import HibariTensor
import HibariTraining
import Testing

/// `hibari predict` on tables.
@Suite struct PredictTableTests {
    private let space: Workspace
    private let model: String

    /// A model of points a near 0 and b near 10, with a category that says nothing.
    init() throws {
        space = try Workspace()
        let rows = (0..<40).map {
            "\($0 % 2 * 10 + $0 % 3),\($0 % 4 < 2 ? "red" : "blue"),\($0 % 2 == 0 ? "a" : "b")\n"
        }
        let table = try space.write("train.csv", "x,color,kind\n" + rows.joined())
        model = space.path("run")
        expectSuccess(
            try hibari("run", "logreg", "--data", table, "--target", "kind", "--out", model, "--json"))
    }

    @Test func rowsInTheOrderOfTheFile() throws {
        let file = try space.write("new.csv", "color,x\nred,0\nblue,11\nred,10\n")
        let printed = expectSuccess(try hibari("predict", model, file))
        let lines = printed.outputLines.map { $0.split(separator: ",") }
        #expect(lines[0].elementsEqual(["row", "prediction", "p(a)", "p(b)"]))
        #expect(lines.dropFirst().map { "\($0[0])\($0[1])" } == ["1a", "2b", "3b"])
        for line in lines.dropFirst() {
            let shares = try line.suffix(2).map { try #require(Double($0)) }
            #expect(abs(shares[0] + shares[1] - 1) < 1e-6)
            #expect((shares[0] > shares[1]) == (line[1] == "a"))
        }
        #expect(printed.errors == "")
    }

    @Test func theTruthIsMeasured() throws {
        let file = try space.write("new.csv", "color,x,truth\nred,0,a\nblue,11,b\nred,10,a\nred,1,a\n")
        let printed = expectSuccess(try hibari("predict", model, file, "--target", "truth", "--json"))
        let json = try printed.json
        #expect(json["accuracy"]?.double == 0.75)
        #expect(json["rows"]?.array?.count == 4)
        #expect(json["rows"]?.array?[1]["prediction"]?.string == "b")
        #expect((json["rows"]?.array?[1]["probabilities"]?["b"]?.double ?? 0) > 0.9)
        let lines = expectSuccess(try hibari("predict", model, file, "--target", "truth"))
        #expect(lines.errors == "accuracy 0.75 of 4\n")
    }

    @Test func outWritesAFile() throws {
        let file = try space.write("new.csv", "color,x\nred,0\n")
        let out = space.path("out.csv")
        #expect(expectSuccess(try hibari("predict", model, file, "--out", out)).output == "")
        #expect(expectSuccess(try hibari("predict", model, file)).output == (try space.text("out.csv")))
    }

    @Test func numbersAndRSquared() throws {
        let folder = space.path("line")
        expectSuccess(try hibari("run", "linreg", "--noise", "0", "--out", folder, "--json"))
        let file = try space.write("points.csv", "x,y\n-1,-1.5\n0,0.5\n1,2.5\n")
        let printed = expectSuccess(try hibari("predict", folder, file, "--target", "y", "--json"))
        let json = try printed.json
        #expect((json["r2"]?.double ?? 0) > 0.9999)
        #expect(abs((json["rows"]?.array?[2]["prediction"]?.double ?? 0) - 2.5) < 1e-3)
    }

    @Test(arguments: [
        (
            "color,x\ngreen,1\n", ["row 1 (line 2)", "column color", "\"green\" is none of the categories"],
            65
        ),
        ("color,x\nred,1\nred,much\n", ["row 2 (line 3)", "column x", "\"much\" is not a number"], 65),
        ("color,x\nred,1\nred,\n", ["row 2 (line 3)", "column x", "missing"], 65),
        ("color,x\nred,1\nred,inf\n", ["row 2 (line 3)", "column x", "\"inf\""], 65),
        ("color,y\nred,1\n", ["no column x", "color, y"], 64),
        ("color,x\nred,1,2\n", ["line 2", "row 1", "3 columns"], 65),
        ("", ["no rows"], 65), ("color,x\n", ["a header and no rows"], 65),
    ])
    func wrongTables(_ text: String, _ says: [String], _ status: Int) throws {
        let file = try space.write("new.csv", text)
        let outcome = try hibari("predict", model, file)
        expectError(outcome, Int32(status), "new.csv")
        for word in says { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }

    /// What the cells of the first line leave open the command line says.
    @Test func headers() throws {
        let open = try space.write("open.csv", "7,red\n8,blue\n")
        expectError(try hibari("predict", model, open), 65, "open.csv, line 1: this may be a header")
        expectError(try hibari("predict", model, open, "--no-header"), 64, "no column color; it has 1, 2")
        expectError(try hibari("predict", model, open, "--header"), 64, "no column color; it has 7, red")
    }

    @Test func numbersFarOutside() throws {
        let file = try space.write("far.csv", "color,x\nred,0\nblue,1e60\n")
        expectError(
            try hibari("predict", model, file), 65, "far.csv, row 2 (line 3), column x: 1e+60 is too far")
    }

    @Test func oneClassInTheNote() throws {
        var description = try #require(try JSONValue(contentsOf: model + "/model.json").object)
        var notes = try #require(description["notes"]?.object)
        var input = try #require(notes["input"]?.object)
        var encoder = try #require(input["encoder"]?.object)
        encoder["target"] = ["name": "kind", "classes": ["only"]]
        input["encoder"] = .object(encoder)
        notes["input"] = .object(input)
        description["notes"] = .object(notes)
        try space.write("run/model.json", JSONValue.object(description).text())
        let file = try space.write("new.csv", "color,x\nred,0\n")
        expectError(try hibari("predict", model, file), 65, "run/model.json: the classes of kind")
    }

    @Test func wrongTruth() throws {
        let file = try space.write("new.csv", "color,x,truth\nred,0,a\nblue,11,c\n")
        let outcome = try hibari("predict", model, file, "--target", "truth")
        expectError(outcome, 65, "row 2 (line 3), column truth: \"c\" is none of the classes")
        expectError(try hibari("predict", model, file, "--target", "kind"), 64, "no column kind")
        expectError(try hibari("predict", model, file, "--labels", file), 64, "--labels")
        expectError(try hibari("predict", model, file, file), 64, "one table")
        expectError(try hibari("predict", model, space.path("none.csv")), 66, "none.csv")
    }

    @Test func wrongModels() throws {
        let file = try space.write("new.csv", "color,x\nred,0\n")
        expectError(try hibari("predict", space.path("none"), file), 66, "none")
        try makeDirectories(space.path("bad"))
        try space.write("bad/model.json", "{}")
        expectError(try hibari("predict", space.path("bad"), file), 65, "model.json")
        // A model of a program's own says nothing about files.
        try Sequential { Dense(2) }.build(input: [3], seed: 1).save(to: space.path("own"))
        expectError(try hibari("predict", space.path("own"), file), 65, "how files become its inputs")
        // One whose table has other columns than its weights.
        let other = try Sequential { Dense(1) }.build(input: [2], seed: 1)
        other.notes = try Model.load(model).notes
        try other.save(to: space.path("other"))
        expectError(try hibari("predict", space.path("other"), file), 65, "3 numbers a row")
        let wide = try Sequential { Dense(5) }.build(input: [3], seed: 1)
        wide.notes = other.notes
        try wide.save(to: space.path("wide"))
        expectError(try hibari("predict", space.path("wide"), file), 65, "5 numbers a row")
    }
}

/// `hibari predict` on pictures of 2×2 gray pixels: class "dark" or "light" by the first of them.
@Suite struct PredictPictureTests {
    private let space: Workspace
    private let model: String

    init() throws {
        space = try Workspace()
        model = space.path("model")
        let network = try Sequential {
            Flatten()
            Dense(2)
        }.build(input: [1, 2, 2], seed: 1)
        // Pixels become −1…1.
        network.parameters[0].assign(Tensor([-3, 0, 0, 0, 3, 0, 0, 0] as [Float], shape: [2, 4]))
        network.parameters[1].assign(Tensor([0, 0] as [Float], shape: [2]))
        network.notes["input"] = [
            "kind": "images", "shape": [1, 2, 2], "mean": [0.5], "standard_deviation": [0.5],
            "classes": ["dark", "light"],
        ]
        try network.save(to: model)
    }

    @discardableResult
    private func picture(_ name: String, _ pixels: [UInt8], width: Int = 2) throws -> String {
        let image = RasterImage(width: width, height: pixels.count / width, channels: 1, pixels: pixels)
        return try space.write(name, image.pngBytes())
    }

    @Test func files() throws {
        let light = try picture("light.png", [255, 0, 0, 0])
        let dark = try picture("dark.png", [0, 255, 255, 255])
        let printed = expectSuccess(try hibari("predict", model, light, dark))
        let lines = printed.outputLines.map { $0.split(separator: ",").map(String.init) }
        #expect(lines[0] == ["file", "prediction", "p(dark)", "p(light)"])
        #expect(Array(lines[1].prefix(2)) == [light, "light"])
        #expect(Array(lines[2].prefix(2)) == [dark, "dark"])
        // softmax(∓3) gives 1 / (1 + e⁶).
        #expect(abs((Double(lines[1][2]) ?? 1) - 0.002_472_6) < 1e-6)
        #expect(printed.errors == "")
    }

    @Test func foldersOfClasses() throws {
        for name in ["dark", "light"] { try makeDirectories(space.path("set/" + name)) }
        try picture("set/dark/1.png", [10, 0, 0, 0])
        try picture("set/dark/2.png", [250, 0, 0, 0])
        try picture("set/light/3.png", [200, 0, 0, 0])
        let json = try expectSuccess(try hibari("predict", model, space.path("set"), "--json")).json
        #expect(abs((json["accuracy"]?.double ?? 0) - 2.0 / 3) < 1e-9)
        #expect(json["rows"]?.array?.compactMap { $0["prediction"]?.string } == ["dark", "light", "light"])
        // Without folders of classes there is no truth.
        let loose = try expectSuccess(try hibari("predict", model, space.path("set/dark"), "--json")).json
        #expect(loose["accuracy"] == nil)
        #expect(loose["rows"]?.array?.count == 2)
    }

    @Test func idxFiles() throws {
        let images = try space.write(
            "images",
            [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 255, 0, 0, 0, 0, 9, 9, 9, 200, 0, 0, 0])
        let labels = try space.write("labels", [0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 0])
        let plain = try expectSuccess(try hibari("predict", model, images, "--json")).json
        #expect(plain["rows"]?.array?.compactMap { $0["prediction"]?.string } == ["light", "dark", "light"])
        #expect(plain["rows"]?.array?[2]["row"]?.int == 3)
        #expect(plain["accuracy"] == nil)
        let measured = try expectSuccess(try hibari("predict", model, images, "--labels", labels, "--json"))
            .json
        #expect(abs((measured["accuracy"]?.double ?? 0) - 2.0 / 3) < 1e-9)
        let three = try space.write("three", [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 0])
        expectError(try hibari("predict", model, images, "--labels", three), 65, "three")
    }

    @Test func wrongPictures() throws {
        let good = try picture("good.png", [1, 2, 3, 4])
        let wide = try picture("wide.png", [1, 2, 3, 4, 5, 6], width: 3)
        expectError(try hibari("predict", model, good, wide), 65, "wide.png: the picture is 1 × 2 × 3")
        let text = try space.write("text.png", "no picture")
        expectError(try hibari("predict", model, text), 65, "text.png")
        expectError(try hibari("predict", model, space.path("none.png")), 66, "none.png")
        try makeDirectories(space.path("bare"))
        expectError(try hibari("predict", model, space.path("bare")), 65, "no PNG files")
        let table = try space.write("table.csv", "x,y\n1,2\n")
        expectError(try hibari("predict", model, table), 65, "table.csv")
        #expect(try hibari("predict", model, table).errors.contains("neither a PNG picture nor an IDX file"))
        expectError(try hibari("predict", model, good, "--target", "x"), 64, "--target")
        expectError(try hibari("predict", model, good, "--labels", table), 64, "--labels")
        let large = try space.write("large", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3])
        expectError(try hibari("predict", model, large), 65, "large: the pictures are 1 × 1 × 3")
        expectError(try hibari("predict", model, large, good), 64, "one IDX file")
        expectError(try hibari("predict", model, good, "--no-header"), 64, "--no-header")
        let photo = try space.write("x.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46])
        expectError(try hibari("predict", model, photo), 65, "x.jpg: a JPEG picture; convert it to PNG")
    }

    /// A file is what it holds, not what it is called.
    @Test func otherNames() throws {
        let unnamed = try picture("seven", [255, 0, 0, 0])
        #expect(expectSuccess(try hibari("predict", model, unnamed)).output.contains("seven,light"))
        let images = try space.write(
            "images.png", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 255, 0, 0, 0])
        #expect(expectSuccess(try hibari("predict", model, images)).output.contains("1,light"))
    }

    /// No picture is left out, and none without a class goes into an accuracy.
    @Test func foldersThatDoNotFit() throws {
        for name in ["dark", "lights"] { try makeDirectories(space.path("set/" + name)) }
        try picture("set/dark/1.png", [10, 0, 0, 0])
        try picture("set/lights/2.png", [200, 0, 0, 0])
        let outcome = try hibari("predict", model, space.path("set"))
        expectError(outcome, 65, "set/lights: the folder is called like no class")
        #expect(outcome.errors.contains("dark, light\n"))
        try removeTree(space.path("set/lights"))
        let loose = try picture("set/3.png", [200, 0, 0, 0])
        expectError(try hibari("predict", model, space.path("set")), 65, "3.png: the picture is in no folder")
        expectError(
            try hibari("predict", model, space.path("set"), loose), 65, "3.png: the picture is in no folder")
        try removeTree(loose)
        try space.write("set/dark/list.txt", "1.png")
        expectError(try hibari("predict", model, space.path("set")), 65, "list.txt: neither a PNG picture")
    }

    /// Each of these once ended the program in a trap.
    @Test(arguments: [
        ("shape", "[1, 1e300, 2]"), ("shape", "[1, 4611686018427387904, 4]"), ("shape", "[1, 3, 3]"),
        ("shape", "[1, 2]"), ("shape", "[1, -2, 2]"), ("shape", "[1, \"2\", 2]"), ("mean", "[]"),
        ("mean", "[null]"), ("mean", "[1e39]"), ("standard_deviation", "[0]"),
        ("standard_deviation", "[-0.5]"), ("standard_deviation", "[1e-60]"), ("standard_deviation", "[1e39]"),
        ("standard_deviation", "[0.5, 0.5]"), ("classes", "[\"only\"]"), ("classes", "[]"),
        ("classes", "[\"one\", \"one\"]"), ("classes", "[\"one\", 2]"),
        ("classes", "[\"one\", \"two\", \"three\"]"), ("kind", "\"sounds\""),
    ])
    func damagedNotes(_ key: String, _ value: String) throws {
        let good = try picture("good.png", [1, 2, 3, 4])
        var description = try #require(try JSONValue(contentsOf: space.path("model/model.json")).object)
        var notes = try #require(description["notes"]?.object)
        var input = try #require(notes["input"]?.object)
        input[key] = try JSONValue(parsing: value)
        notes["input"] = .object(input)
        description["notes"] = .object(notes)
        try space.write("model/model.json", JSONValue.object(description).text())
        expectError(try hibari("predict", model, good), 65, "model/model.json: ")
    }

    /// One logit is enough for two classes, not for one.
    @Test func oneLogit() throws {
        let network = try Sequential {
            Flatten()
            Dense(1)
        }.build(input: [1, 2, 2], seed: 1)
        network.notes = try Model.load(model).notes
        try network.save(to: space.path("one"))
        let good = try picture("good.png", [1, 2, 3, 4])
        expectSuccess(try hibari("predict", space.path("one"), good))
        var input = try #require(network.notes["input"]?.object)
        input["classes"] = ["only"]
        network.notes["input"] = .object(input)
        try network.save(to: space.path("one"))
        expectError(try hibari("predict", space.path("one"), good), 65, "one/model.json: ")
    }
}
