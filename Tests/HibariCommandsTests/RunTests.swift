import HibariSupport
import HibariTestSupport
import Testing

@Suite struct RunTests {
    @Test func listNamesEveryTask() throws {
        let listed = expectSuccess(try hibari("run", "--list")).output
        #expect(listed.contains("linreg"))
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
}
