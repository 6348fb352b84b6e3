import HibariSupport
import HibariTestSupport
import Testing

/// Tasks about sequences and about training itself, with tiny settings.
@Suite struct DynamicsTaskTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func run(_ arguments: String...) throws -> JSONValue {
        let out = space.path("run")
        return try expectSuccess(hibari(["run"] + arguments + ["--out", out, "--json"])).json
    }

    private static let names: String = {
        let (starts, middles, ends) = (["an", "ber", "cla", "do"], ["na", "ta", "ra"], ["", "h", "s"])
        return (0..<60).map { "\(starts[$0 % 4])\(middles[$0 % 3])\(ends[$0 / 20])" }.joined(separator: "\n")
    }()

    @Test func names() throws {
        let file = try space.write("names.txt", Self.names)
        let result = try run("names", "--data", file, "--epochs", "2", "--samples", "30", "--seed", "3")
        #expect(result["model"]?.string == "transformer")
        let loss = try #require(result["test_loss"]?.double)
        #expect(loss > 0 && loss < 4)
        let report = String(decoding: try space.read("run/report.html"), as: UTF8.self)
        #expect(report.contains("Names that were made up") && report.contains("Loss along a name"))
        // The model is described by its file and can be drawn from it.
        let graph = expectSuccess(try hibari("graph", space.path("run"), "--format", "dot")).output
        #expect(graph.contains("3 × the same") && graph.contains("crossEntropy"))
    }

    @Test func everyKindOfNameModel() throws {
        let file = try space.write("names.txt", Self.names)
        let result = try run("names", "--compare", "--data", file, "--epochs", "1", "--samples", "5")
        let models = try #require(result["models"]?.array)
        #expect(
            models.compactMap { $0["model"]?.string } == [
                "bigram", "mlp", "rnn", "gru", "lstm", "transformer",
            ])
        #expect(space.exists("run/lstm/model.json") && space.exists("run/model.json"))
        // An interrupted comparison goes on with the networks that are not there yet.
        try removeTree(space.path("run/gru"))
        let again = try expectSuccess(
            hibari(
                "run", "names", "--compare", "--data", file, "--epochs", "1", "--samples", "5", "--out",
                space.path("run"), "--resume", "--json")
        ).json
        #expect(again["test_loss"] == result["test_loss"])
    }

    @Test func mistakesAboutNames() throws {
        let environment = ["HIBARI_DATA": space.path("data"), "XDG_CACHE_HOME": space.path("cache")]
        expectError(
            try hibari("run", "names", "--out", space.path("r"), environment: environment), 66,
            "hibari data fetch names")
        #expect(!space.exists("r"))
        let file = try space.write("few.txt", "ann\nbob\n")
        expectError(
            try hibari("run", "names", "--data", file, "--out", space.path("r")), 65, "few.txt: 2 names")
        expectError(
            try hibari("run", "names", "--compare", "--model", "rnn", "--out", space.path("r")), 64, "--model"
        )
        expectError(
            try hibari("run", "names", "--samples", "0", "--out", space.path("r")), 64, "--samples is 0")
    }

    @Test func adder() throws {
        let result = try run("adder", "--epochs", "1", "--batch", "500")
        #expect(result["test_sums"]?.int == 500 && result["digits"]?.int == 2)
        let accuracy = try #require(result["test_accuracy"]?.double)
        #expect((0...1).contains(accuracy) && result["wrong"]?.int == Int((500 * (1 - accuracy)).rounded()))
        expectError(
            try hibari("run", "adder", "--digits", "1", "--out", space.path("r")), 64, "--digits is 1")
    }

    @Test func optimizers() throws {
        let result = try run("optimizers", "--surface", "bowl", "--lr", "0.1", "--steps", "60")
        let optimizers = try #require(result["optimizers"]?.array)
        #expect(optimizers.count == 11)
        // 0.9^33 is the first power below √0.001.
        #expect(optimizers.first?["steps_to_minimum"]?.int == 33)
        let report = String(decoding: try space.read("run/report.html"), as: UTF8.self)
        #expect(report.contains("All together") && report.contains("Adadelta"))
        expectError(
            try hibari("run", "optimizers", "--steps", "0", "--out", space.path("r")), 64, "--steps is 0")
        expectError(try hibari("run", "optimizers", "--lr=-1", "--out", space.path("r")), 64, "--lr is -1")
        #expect(!space.exists("r"))
        expectError(
            try hibari("run", "optimizers", "--resume", "--out", space.path("run")), 64, "--resume is given")
    }

    @Test func vanishing() throws {
        let result = try run("vanishing", "--depth", "10", "--width", "8", "--points", "40", "--epochs", "1")
        let networks = try #require(result["networks"]?.array)
        #expect(networks.compactMap { $0["gradient_sizes"]?.array?.count } == [12, 12, 12, 12, 12])
        #expect(networks[0]["first_over_last"]!.double! < 1e-3)
        expectError(
            try hibari("run", "vanishing", "--depth", "1", "--out", space.path("r")), 64, "--depth is 1")
    }

    @Test func landscape() throws {
        let result = try run(
            "landscape", "--blocks", "1", "--grid", "5", "--pictures", "10", "--epochs", "1", "--batch", "200"
        )
        let networks = try #require(result["networks"]?.array)
        #expect(networks.count == 2 && networks.allSatisfy { $0["sharpness"]?.double?.isFinite == true })
        expectError(
            try hibari("run", "landscape", "--grid", "6", "--out", space.path("r")), 64, "odd number")
    }
}
