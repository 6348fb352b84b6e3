import HibariImages
import HibariSupport
import HibariTestSupport
import Testing

/// The tasks of `hibari run` that learn from pictures, on the real binary.
@Suite struct PictureTaskTests {
    /// Small pictures in MNIST's form: class c has a bright column at c.
    private struct TinySet {
        let space: Workspace
        var folder: String { space.path("set") }

        init(side: Int = 28, classes: Int = 3, count: Int = 60) throws {
            space = try Workspace()
            try makeDirectories(space.path("set"))
            for (stem, count) in [("train", count), ("t10k", 30)] {
                try write("\(stem)-images-idx3-ubyte", images(count, side: side, classes: classes))
                try write("\(stem)-labels-idx1-ubyte", labels((0..<count).map { UInt8($0 % classes) }))
            }
        }

        func write(_ name: String, _ bytes: [UInt8]) throws { try space.write("set/\(name)", bytes) }

        func images(_ count: Int, side: Int, classes: Int) -> [UInt8] {
            header(3, [count, side, side])
                + (0..<count).flatMap { index in
                    (0..<side * side).map { UInt8($0 % side == index % classes ? 200 + index % 50 : 10) }
                }
        }

        func labels(_ classes: [UInt8]) -> [UInt8] { header(1, [classes.count]) + classes }

        private func header(_ axes: UInt8, _ sizes: [Int]) -> [UInt8] {
            [0, 0, 8, axes] + sizes.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] }
        }

        func run(_ task: String, _ more: String...) throws -> Outcome {
            try Program(
                ["run", task, "--data", folder, "--out", space.path("run"), "--threads", "1", "--json"] + more
            ).wait()
        }
    }

    @Test(arguments: ["linear", "lenet", "cnn"]) func picturesOfAFolder(_ model: String) throws {
        let set = try TinySet()
        let outcome = try set.run("mnist", "--model", model, "--epochs", "8", "--batch", "8", "--no-augment")
        let result = try expectSuccess(outcome).json
        #expect(result["model"]?.string == model)
        #expect(result["test_accuracy"]!.double! == 1, "\(outcome.errors)")
        #expect(result["test_loss"]!.double! < 0.5)
        #expect(result["epochs"]?.int == 8)
        let note = try JSONValue(contentsOf: set.space.path("run/model.json"))["notes"]?["input"]
        #expect(note?["kind"]?.string == "images")
        #expect(note?["classes"]?.array?.count == 10)
        let report = String(decoding: try set.space.read("run/report.html"), as: UTF8.self)
        for part in ["Confusion matrix", "Class by class", "Mistakes", "first layer", "SHA-256, training"] {
            #expect(report.contains(part), "\(part)")
        }
    }

    @Test func theSameSeedGivesTheSameResult() throws {
        let set = try TinySet()
        func loss(_ out: String) throws -> Double? {
            let arguments = ["--model", "cnn", "--width", "4", "--epochs", "1", "--augment"]
            return try expectSuccess(
                Program(
                    ["run", "fashion", "--data", set.folder, "--out", set.space.path(out), "--json"]
                        + arguments
                ).wait()
            ).json["test_loss"]?.double
        }
        #expect(try loss("one") == loss("two"))
    }

    @Test func digitsNeedNoFiles() throws {
        let space = try Workspace()
        let arguments = ["--model", "linear", "--limit", "500", "--epochs", "10", "--batch", "16", "--json"]
        let outcome = try Program(["run", "digits", "--out", space.path("run")] + arguments).wait()
        #expect(try expectSuccess(outcome).json["test_accuracy"]!.double! > 0.6)
    }

    // MARK: Where pictures are from

    /// A folder of one's own called digits is not the built-in set.
    @Test func aFolderCalledDigits() throws {
        let space = try Workspace()
        for (index, name) in ["cat", "dog", "owl"].enumerated() {
            try makeDirectories(space.path("digits/" + name))
            for number in 0..<10 {
                let pixels = (0..<16).map { UInt8($0 % 4 == index ? 250 - number : number) }
                let image = RasterImage(width: 4, height: 4, channels: 1, pixels: pixels)
                try space.write("digits/\(name)/\(number).png", image.pngBytes())
            }
        }
        let arguments = ["--model", "linear", "--limit", "24", "--batch", "8", "--epochs", "1", "--json"]
        let outcome = try Program(
            ["run", "digits", "--data", "digits", "--out", "run"] + arguments, folder: space.folder
        ).wait()
        #expect(try expectSuccess(outcome).json["incomplete_data"]?.isNull == true)
        let report = try space.text("run/report.html")
        #expect(report.contains("pictures of digits, told apart by a linear layer"))
        #expect(!report.contains("synthetic") && !report.contains("drawn by the program"))
    }

    @Test func aPartOfAPublicSet() throws {
        let set = try TinySet()
        let result = try expectSuccess(set.run("mnist", "--model", "linear", "--batch", "8", "--epochs", "1"))
            .json
        let part = "60 of 60,000 training pictures, 30 of 10,000 test pictures"
        #expect(result["incomplete_data"]?.string == part)
        #expect(try set.space.text("run/report.html").contains(part))
    }

    @Test func picturesTooSmallForTheNetwork() throws {
        let set = try TinySet(side: 2, classes: 2)
        let outcome = try set.run("digits", "--model", "cnn")
        expectError(outcome, 65, "set: pictures of 2 × 2 are too small for a convolutional network")
        #expect(outcome.errors.contains("--model mlp or --model linear"))
        expectNoRun(set)
    }

    // MARK: Wrong data

    @Test func aMissingFile() throws {
        let set = try TinySet()
        try removeTree(set.space.path("set/t10k-labels-idx1-ubyte"))
        expectError(try set.run("mnist"), 65, "t10k-labels-idx1-ubyte: it is missing")
        expectNoRun(set)
    }

    private func expectNoRun(_ set: TinySet) { #expect(!set.space.exists("run")) }

    @Test func aLabelOutOfRange() throws {
        let set = try TinySet()
        try set.write("train-labels-idx1-ubyte", set.labels((0..<60).map { $0 == 41 ? 10 : UInt8($0 % 3) }))
        let outcome = try set.run("mnist")
        expectError(outcome, 65, "train-labels-idx1-ubyte, row 42: ")
        expectNoRun(set)
    }

    @Test func aTruncatedFile() throws {
        let set = try TinySet()
        let whole = set.images(60, side: 28, classes: 3)
        try set.write("train-images-idx3-ubyte", Array(whole.dropLast(100)))
        expectError(try set.run("mnist"), 65, "train-images-idx3-ubyte")
        expectNoRun(set)
    }

    @Test func aWrongMagicNumber() throws {
        let set = try TinySet()
        try set.write("train-images-idx3-ubyte", [0x89, 0x50, 0x4E, 0x47] + [UInt8](repeating: 0, count: 99))
        expectError(try set.run("mnist"), 65, "magic number 89 50 4e 47")
        expectNoRun(set)
    }

    @Test func picturesOfAnotherSize() throws {
        let set = try TinySet(side: 14)
        expectError(
            try set.run("mnist"), 65,
            "train-images-idx3-ubyte: the pictures are 1 × 14 × 14 (channels, height, width), expected 1 × 28 × 28"
        )
        expectNoRun(set)
    }

    @Test func testPicturesOfAnotherSize() throws {
        let set = try TinySet()
        try set.write("t10k-images-idx3-ubyte", set.images(30, side: 20, classes: 3))
        expectError(try set.run("mnist"), 65, "t10k-images-idx3-ubyte: the pictures are 1 × 20 × 20")
        expectNoRun(set)
    }

    @Test func oneClassOnly() throws {
        let set = try TinySet()
        try set.write("train-labels-idx1-ubyte", set.labels([UInt8](repeating: 7, count: 60)))
        expectError(try set.run("mnist"), 65, "pictures are of the class 7")
        expectNoRun(set)
    }

    @Test func moreLabelsThanPictures() throws {
        let set = try TinySet()
        try set.write("train-labels-idx1-ubyte", set.labels([UInt8](repeating: 1, count: 61)))
        expectError(try set.run("mnist"), 65, "train-labels-idx1-ubyte: 61 labels for the 60 pictures")
        expectNoRun(set)
    }

    @Test func aRecordOfCIFARThatIsCut() throws {
        let set = try TinySet()
        try set.write("data_batch_1.bin", [UInt8](repeating: 1, count: 3073 * 2 - 5))
        expectError(try set.run("cifar10"), 65, "data_batch_1.bin")
        expectNoRun(set)
    }

    @Test func aMissingFolder() throws {
        let space = try Workspace()
        let outcome = try hibari("run", "mnist", "--data", space.path("nowhere"), "--out", space.path("run"))
        expectError(outcome, 66, "nowhere")
        #expect(outcome.errors.contains("hibari run digits"))
        #expect(!space.exists("run"))
    }

    /// Nothing is installed: the error says how to get the data, and what works without.
    @Test(arguments: [("mnist", "mnist"), ("cifar10", "cifar10")])
    func aMissingDataSet(_ task: String, _ name: String) throws {
        let space = try Workspace()
        let environment = ["HIBARI_DATA": space.path("none"), "XDG_CACHE_HOME": space.path("cache")]
        let outcome = try hibari("run", task, "--out", space.path("run"), environment: environment)
        expectError(outcome, 66, "hibari data fetch \(name)")
        #expect(outcome.errors.contains("--data DIR"))
        #expect(outcome.errors.contains("hibari run digits"))
    }

    // MARK: Wrong options

    @Test(arguments: [
        (["mnist", "--limit", "5"], "--limit is 5, expected at least 20 pictures"),
        (["digits", "--model", "mlp", "--width", "8"], "--width does not apply together with --model mlp"),
        (["digits", "--model", "cnn", "--width", "0"], "--width is 0, expected from 1 to 1024"),
        (["digits", "--shortcut", "b"], "--shortcut does not apply together with --model cnn"),
        (["transfer", "--examples", "0"], "--examples is 0"),
        (["transfer", "--limit", "300", "--examples", "99"], "--examples is 99, expected at most"),
        (["autoencoder", "--code", "0"], "--code is 0"),
        (["autoencoder", "--noise", "11"], "--noise is 11.0"),
    ]) func wrongOptions(_ arguments: [String], _ problem: String) throws {
        let set = try TinySet()
        let data = arguments[0] == "mnist" ? ["--data", set.folder] : []
        let outcome = try Program(["run"] + arguments + data + ["--out", set.space.path("run")]).wait()
        expectError(outcome, 64, problem)
        expectNoRun(set)
    }

    @Test(arguments: ["resnet21", "resnet", "vgg"]) func names(_ name: String) throws {
        let outcome = try hibari("run", "digits", "--model", name, "--limit", "10")
        // ResNet is a network, so that the limit is what is wrong.
        #expect(outcome.status == 64)
        #expect(
            outcome.errors.contains(name == "resnet" ? "--limit is 10" : "unknown network \(name)"),
            "\(outcome.errors)")
    }

    // MARK: Transfer and autoencoders

    @Test func transferTrainsThreeWays() throws {
        let space = try Workspace()
        let arguments = ["--limit", "400", "--examples", "2", "--epochs", "2", "--json"]
        let outcome = try Program(["run", "transfer", "--out", space.path("run")] + arguments).wait()
        let result = try expectSuccess(outcome).json
        for key in ["test_accuracy", "frozen_accuracy", "scratch_accuracy", "body_accuracy"] {
            #expect((0...1).contains(result[key]?.double ?? -1), "\(key)")
        }
        for file in ["model.json", "body/model.json", "frozen/model.json", "scratch/model.json"] {
            #expect(space.exists("run/" + file), "\(file)")
        }
        let classes = try JSONValue(contentsOf: space.path("run/model.json"))["notes"]?["input"]?["classes"]
        #expect(classes?.array?.compactMap(\.string) == ["5", "6", "7", "8", "9"])
    }

    @Test(arguments: [("dense", "2"), ("conv", "8")])
    func anAutoencoderBeatsTheMeanPicture(_ model: String, _ code: String) throws {
        let space = try Workspace()
        let arguments = [
            "--model", model, "--limit", "600", "--epochs", "8", "--batch", "8", "--lr", "0.003", "--code",
            code,
            "--noise", "0.1", "--json",
        ]
        let outcome = try Program(["run", "autoencoder", "--out", space.path("run")] + arguments).wait()
        let result = try expectSuccess(outcome).json
        #expect(result["test_loss"]!.double! < result["mean_picture_loss"]!.double!, "\(outcome.errors)")
        let report = String(decoding: try space.read("run/report.html"), as: UTF8.self)
        #expect(report.contains("With noise"))
        #expect(report.contains("Where test pictures lie") == (code == "2"))
    }
}
