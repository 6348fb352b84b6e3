import HibariReports
import HibariSupport
import HibariTestSupport
import HibariTraining
import Testing

@Suite struct RunReportTests {
    @Test func curvesSamplesAndProvenance() throws {
        let tiny = try TinyRun()
        let configuration = tiny.configuration { $0.sampleEvery = 8 }
        try tiny.train("run", configuration) { event in
            if case .sample(let step, let record) = event { try record("sang <b>\(step)</b> songs") }
        }
        let report = try Report(run: tiny.run("run"))
        #expect(report.sections.map(\.title) == ["Training", "Samples", "Provenance", "Settings"])
        let charts = report.sections[0].blocks.compactMap { $0 as? LineChart }
        #expect(charts.map(\.title) == ["Loss", "Learning rate", "Gradient norm", "Speed"])
        #expect(charts[0].series.map(\.name) == ["training", "held out"])
        #expect(
            charts[0].series[0].x == (1...16).map(Double.init) && charts[0].series[1].x == [4, 8, 12, 16])
        let rows = try tiny.metrics("run").filter { $0["type"] == "train" }
        #expect(charts[0].series[0].y == rows.compactMap { $0["loss"]?.double })
        #expect(charts[1].series[0].y == rows.compactMap { $0["lr"]?.double })
        let run = try JSONValue(contentsOf: tiny.run("run").runFile)
        let page = report.html()
        #expect(page.contains("sang &lt;b&gt;8&lt;/b&gt; songs") && page.contains("Step 16"))
        #expect(page.contains(try #require(run["corpus"]?["sha256"]?.string)))
        #expect(report.figures.contains(SummaryFigure("steps", "16", note: "the whole run")))
    }

    /// Samples are rows of metrics.jsonl, and stay so when a run is resumed.
    @Test func resumedRunsKeepTheirSamples() throws {
        struct Stop: Error {}
        let tiny = try TinyRun()
        let configuration = tiny.configuration { $0.sampleEvery = 4 }
        func observe(stopAt: Int?) -> (TrainingEvent) throws -> Void {
            { event in
                switch event {
                case .sample(let step, let record): try record("sample \(step)")
                case .step(let report, _): if report.step == stopAt { throw Stop() }
                default: break
                }
            }
        }
        try tiny.train("whole", configuration, observe: observe(stopAt: nil))
        // At step 9 the last checkpoint is the best of step 8, written in the middle of that step.
        #expect(throws: Stop.self) { try tiny.train("parts", configuration, observe: observe(stopAt: 9)) }
        try tiny.resume("parts", configuration, observe: observe(stopAt: nil))
        let (whole, parts) = (try tiny.metrics("whole"), try tiny.metrics("parts"))
        #expect(whole == parts)
        #expect(
            parts.filter { $0["type"] == "sample" }.compactMap { $0["text"]?.string }
                == [4, 8, 12, 16].map { "sample \($0)" })
    }

    private func folder(_ metrics: String) throws -> (TemporaryDirectory, RunDirectory) {
        let directory = TemporaryDirectory()
        let run = RunDirectory(path: directory.path)
        try writeFileAtomically(run.runFile, "{}")
        try writeFileAtomically(run.metricsFile, metrics)
        return (directory, run)
    }

    @Test func unfinishedRuns() throws {
        let row =
            #"{"type":"train","step":1,"tokens":8,"loss":2.5,"lr":0.1,"grad_norm":null,"tokens_per_second":9,"seconds":1}"#
        // A killed run leaves half a row; a row of a later version may have another type.
        let (directory, run) = try folder(
            row + "\n" + #"{"type":"new","step":2}"# + "\n" + #"{"type":"train","st"#)
        let report = try Report(run: run)
        let charts = report.sections[0].blocks.compactMap { $0 as? LineChart }
        #expect(charts[0].series[0].y == [2.5] && charts[2].series[0].y[0].isNaN)
        try removeTree(run.metricsFile)
        #expect(try Report(run: run).figures.isEmpty)
        withExtendedLifetime(directory) {}
    }

    /// Of a classic network the loss has no unit, and the best epoch is that of what was monitored.
    @Test func classicNetworks() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/run"
        try Points.model().fit(
            Points.clouds(40), validation: Points.clouds(20, seed: 2), epochs: 2, loss: .crossEntropy,
            metrics: [.accuracy], monitor: "val_accuracy", run: path)
        let report = try Report(run: RunDirectory(path: path))
        let labels = report.figures.map(\.label)
        #expect(labels.contains("Held-out loss") && !labels.contains("best held-out loss"), "\(labels)")
        #expect(!report.html().contains("nats per token"))
    }

    @Test func mistakes() throws {
        let (directory, run) = try folder("{\"type\":\"train\",\"step\":1}\nnonsense\n")
        #expect { try Report(run: run) } throws: { error in
            "\(error)".contains("metrics.jsonl, line 2: ")
                && (error as? any UserError)?.exitStatus == .badData
        }
        try writeFileAtomically(run.metricsFile, "{\"type\":\"train\"}\n")
        #expect { try Report(run: run) } throws: { "\($0)".contains("line 1: a row without a step") }
        let nowhere = RunDirectory(path: directory.path + "/nowhere")
        #expect { try Report(run: nowhere) } throws: { error in
            "\(error)".contains("holds no run.json") && (error as? any UserError)?.exitStatus == .inputMissing
        }
    }
}
