import HibariSupport
import Testing

@Suite struct GraphCommandTests {
    @Test func examplesInEveryFormat() throws {
        let workspace = try Workspace()
        for (name, start) in [
            ("g.svg", "<svg "), ("g.dot", "digraph "), ("g.mmd", "flowchart TB"),
            ("g.html", "<!DOCTYPE html>"),
        ] {
            expectSuccess(try hibari("graph", "xor", "--out", workspace.path(name)))
            let text = String(decoding: try workspace.read(name), as: UTF8.self)
            #expect(text.hasPrefix(start) && text.contains("hidden.weight"), "\(name)")
        }
        let text = expectSuccess(try hibari("graph", "expression")).output
        #expect(text.contains("∂ 138.8") && text.contains("∂ 645.6") && text.contains("g = add"))
        let shapes = expectSuccess(try hibari("graph", "linreg", "--format", "mermaid", "--shapes-only"))
            .output
        #expect(shapes.hasPrefix("flowchart TB") && !shapes.contains("∂"))
    }

    @Test func models() throws {
        let workspace = try Workspace()
        try workspace.pretrain("run", "--layers", "4")
        let short = expectSuccess(try hibari("graph", workspace.path("run"), "--format", "dot")).output
        let whole = expectSuccess(try hibari("graph", workspace.path("run"), "--format", "dot", "--expand"))
            .output
        #expect(short.contains("3 × the same") && !whole.contains("the same"))
        #expect(whole.contains("model.layers.3") && short.count < whole.count)
        #expect(short.contains("[1, 8"))
        expectError(try hibari("graph", workspace.path("run"), "--time", "99"), 64, "--time is 99")
    }

    /// A small model of a task is drawn with its values, whatever it was trained on.
    @Test func modelsOfTasks() throws {
        let workspace = try Workspace()
        expectSuccess(try hibari("run", "linreg", "--epochs", "3", "--out", workspace.path("line")))
        let text = expectSuccess(try hibari("graph", workspace.path("line"))).output
        #expect(text.contains("loss = meanSquaredError") && text.contains("0.weight") && text.contains("∂ "))
        let shapes = expectSuccess(
            try hibari("graph", workspace.path("line"), "--shapes-only", "--batch", "3")
        )
        .output
        #expect(!shapes.contains("∂") && shapes.contains("[3, 1]"))
        expectError(try hibari("graph", workspace.path("line"), "--time", "4"), 64, "--time is 4")
        for name in ["moons", "digits", "names"] {
            #expect(
                expectSuccess(try hibari("graph", name)).output.contains("loss = crossEntropy"), "\(name)")
        }
    }

    @Test func mistakes() throws {
        expectError(
            try hibari("graph", "nonsense"), 64,
            "unknown example or model nonsense; one of expression, linreg")
        expectError(try hibari("graph", "xor", "--expand"), 64, "--expand does not apply together with")
        expectError(try hibari("graph", "xor", "--format", "gif"), 64, "gif")
        expectError(try hibari("graph", "xor", "--out", "/nowhere/at/all.svg"), 73, "/nowhere/at/all.svg")
    }
}
