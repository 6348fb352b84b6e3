import HibariSupport
import HibariTestSupport
import Testing

@Suite struct RunTests {
    @Test func listNamesEveryTask() throws {
        let listed = expectSuccess(try hibari("run", "--list")).output
        let names = listed.split(separator: "\n").dropFirst().dropLast().map { $0.split(separator: " ")[0] }
        #expect(
            names == [
                "mle", "linreg", "polyfit", "logreg", "perceptron", "xor", "moons", "spiral", "optimizers",
                "vanishing", "digits", "mnist", "fashion", "cifar10", "transfer", "autoencoder", "landscape",
                "names", "adder",
            ])
        // A task beside it does not train.
        #expect(expectSuccess(try hibari("run", "--list", "moons")).output == listed)
        let unknown = try hibari("run", "moonz")
        #expect(unknown.status == 64 && unknown.errors.contains("moonz") && unknown.errors.contains("moons"))
    }

    @Test func whatComesNext() throws {
        let space = try Workspace()
        let moons = space.path("my moons")
        let printed = expectSuccess(try hibari("run", "moons", "--epochs", "1", "--out", moons)).output
        #expect(printed.contains("predict    hibari predict '\(moons)' FILE\nnext       hibari run spiral\n"))
        // The report of a task stays as it is.
        let report = try space.text("my moons/report.html")
        #expect(expectSuccess(try hibari("report", moons)).output == "\(moons)/report.html\n")
        #expect(try space.text("my moons/report.html") == report)
        let folder = space.path("mle")
        #expect(!expectSuccess(try hibari("run", "mle", "--out", folder)).output.contains("hibari predict"))
        let outcome = try hibari("predict", folder, "x.csv")
        #expect(outcome.status == 65 && outcome.errors.contains("left no model"))
    }

    @Test func mistypedOptions() throws {
        let outcome = try hibari("run", "mle", "--mean", "-1")
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("a negative number is written --mean=-1; see hibari run mle --help"))
    }

    @Test(arguments: ["mle", "polyfit", "perceptron", "optimizers", "vanishing"])
    func whatKeepsNoTrainingIsNotResumed(_ task: String) throws {
        let space = try Workspace()
        let folder = space.path("run")
        let outcome = try hibari("run", task, "--resume", "--out", folder)
        #expect(outcome.status == 64 && outcome.errors.contains("--resume"))
        #expect(!fileExists(folder))
    }

    @Test func aRunLeavesModelMetricsAndReport() throws {
        let space = try Workspace()
        let folder = space.path("run")
        let printed = expectSuccess(try hibari("run", "linreg", "--out", folder, "--json")).output
        let result = try JSONValue(parsing: printed)
        #expect(result["largest_difference"]!.double! < 1e-6)
        #expect(result["test_r2"]!.double! > 0.9)
        for file in [
            "run.json", "metrics.jsonl", "model.json", "model.safetensors", "report.html", "result.json",
        ] {
            #expect(fileExists(folder + "/" + file), "\(file)")
        }
        // A second run does not write over the first.
        let again = try hibari("run", "linreg", "--out", folder)
        #expect(again.status == 73)
    }

    @Test func inspectAndReportReadARun() throws {
        let space = try Workspace()
        let folder = space.path("run")
        expectSuccess(try hibari("run", "linreg", "--out", folder, "--epochs", "5"))
        let shown = expectSuccess(try hibari("inspect", folder, "--tensors")).output
        for text in ["0 Dense", "parameters   2", "160 examples", "0.weight"] {
            #expect(shown.contains(text), "\(text)")
        }
        #expect(try expectSuccess(try hibari("inspect", folder, "--json")).json["parameters"] == 2)
        #expect(expectSuccess(try hibari("report", folder)).output == "\(folder)/report.html\n")
        let report = expectSuccess(try hibari("report", folder, "--terminal")).output
        for text in ["Loss", "160", "epoch"] { #expect(report.contains(text), "\(text)") }
    }
}
