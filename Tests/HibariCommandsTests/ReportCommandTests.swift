import HibariSupport
import Testing

@Suite struct ReportCommandTests {
    @Test func pretrainingLeavesAReport() throws {
        let workspace = try Workspace()
        try workspace.pretrain("run", "--sample-every", "6", "--sample-prompt", "The lark")
        let page = String(decoding: try workspace.read("run/report.html"), as: UTF8.self)
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("Step 12") && page.contains("The lark"))
        #expect(page.contains("hibari pretrain --corpus"))
        let samples = try workspace.metrics("run").filter { $0["type"] == "sample" }
        #expect(samples.compactMap { $0["step"]?.int } == [6, 12])

        // The same page again, where asked for.
        let result = try expectSuccess(
            hibari("report", workspace.path("run"), "--out", workspace.path("page.html"), "--json")
        ).json
        #expect(result["report"]?.string == workspace.path("page.html"))
        #expect(try workspace.read("page.html") == workspace.read("run/report.html"))
        let text = expectSuccess(try hibari("report", workspace.path("run"), "--terminal")).output
        #expect(text.contains("Loss") && text.contains("Gradient norm"))
    }

    @Test func mistakes() throws {
        let workspace = try Workspace()
        expectError(try hibari("report", workspace.path("none")), 66, "is no run: it holds no run.json")
        expectError(
            try hibari("report", workspace.folder, "--terminal", "--json"), 64, "--terminal does not apply")
    }
}
