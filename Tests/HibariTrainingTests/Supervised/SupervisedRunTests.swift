import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

/// Run directories of supervised training: a run that is cut and resumed ends with the bytes of one that was not.
@Suite struct SupervisedRunTests {
    private let directory = TemporaryDirectory()

    private func callbacks(_ name: String) -> [any Callback] {
        [
            EarlyStopping(monitor: "val_accuracy", patience: 3), CSVLog(directory.path + "/\(name).csv"),
            ReduceOnPlateau(monitor: "loss", factor: 0.5, patience: 1, minimumChange: 0.05),
        ]
    }

    @discardableResult
    private func fit(
        _ name: String, resumes: Bool = false, epochs: Int = 6, data: Examples = Points.clouds(50),
        model: Model? = nil, loss: Loss = .crossEntropy, callbacks: [any Callback]? = nil,
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) throws -> (history: History, model: Model) {
        let model = try model ?? Points.model()
        let history = try model.fit(
            data, validation: Points.clouds(40, seed: 2), epochs: epochs, batch: 16,
            optimizer: .adam(learningRate: 3e-2), loss: loss, metrics: [.accuracy, .rocAUC],
            callbacks: callbacks ?? self.callbacks(name), seed: 3, monitor: "val_accuracy",
            run: directory.path + "/" + name,
            resumes: resumes, observe: observe)
        return (history, model)
    }

    /// The lines of a file without the times in them.
    private func rows(_ name: String) throws -> [JSONValue] {
        try readFile(directory.path + "/\(name)/metrics.jsonl").split(separator: UInt8(ascii: "\n")).map {
            var row = try JSONValue(parsing: Array($0)).object ?? JSONObject()
            row["seconds"] = nil
            row["examples_per_second"] = nil
            return .object(row)
        }
    }

    private func csv(_ name: String) throws -> [[Substring]] {
        String(decoding: try readFile(directory.path + "/\(name).csv"), as: UTF8.self)
            .split(separator: "\n").map { $0.split(separator: ",").dropLast() }
    }

    @Test(arguments: [1, 3, 4, 6, 9, 12]) func interruptedInAStep(_ step: Int) throws {
        let whole = try fit("whole")
        var seen = 0
        #expect(throws: Interruption.self) {
            try fit("cut") { event in
                if case .step = event { seen += 1 }
                if case .step = event, seen == step { throw Interruption() }
            }
        }
        let resumed = try fit("cut", resumes: true)
        try expectSame(whole, resumed)
    }

    @Test(arguments: [1, 2, 3, 4]) func interruptedAfterAnEpoch(_ epoch: Int) throws {
        let whole = try fit("whole")
        #expect(throws: Interruption.self) {
            try fit("cut") { if case .epoch(let report) = $0, report.epoch == epoch { throw Interruption() } }
        }
        try expectSame(whole, try fit("cut", resumes: true))
    }

    private func expectSame(
        _ whole: (history: History, model: Model), _ cut: (history: History, model: Model)
    ) throws {
        for file in [
            "last/model.safetensors", "last/optimizer.safetensors", "model.safetensors", "model.json",
        ] {
            let isSame =
                try readFile(directory.path + "/whole/" + file) == readFile(directory.path + "/cut/" + file)
            #expect(isSame, "\(file)")
        }
        let (wholeRows, cutRows) = try (rows("whole"), rows("cut"))
        #expect(wholeRows == cutRows && !wholeRows.isEmpty)
        #expect(try csv("whole") == csv("cut"))
        let isSame = Points.weights(whole.model) == Points.weights(cut.model)
        #expect(isSame, "weights after training")
        #expect(whole.history.epochs.map(\.values) == cut.history.epochs.map(\.values))
        #expect(whole.history.stopReason == cut.history.stopReason)
    }

    @Test func float64IsResumedToTheBit() throws {
        let (input, target) = Points.clouds(24).batch(indices: Array(0..<24), random: nil)
        let data = Examples(inputs: input.cast(to: .float64), targets: target)
        func fit(
            _ name: String, resumes: Bool = false,
            observe: @escaping (TrainingEvent) throws -> Void = { _ in }
        ) throws -> [Double] {
            let model = try Sequential {
                Dense(4, activation: .tanh)
                Dense(3)
            }.build(input: [2], seed: 1, dtype: .float64)
            try model.fit(
                data, validation: data, epochs: 3, batch: 8, loss: .crossEntropy, metrics: [.accuracy],
                callbacks: [EarlyStopping(patience: 3)], run: directory.path + "/" + name, resumes: resumes,
                observe: observe)
            return model.parameters.flatMap { $0.value.array(of: Double.self) }
        }
        let whole = try fit("whole")
        #expect(throws: Interruption.self) {
            _ = try fit("cut") { if case .epoch(let report) = $0, report.epoch == 2 { throw Interruption() } }
        }
        let isSame = try fit("cut", resumes: true) == whole
        #expect(isSame)
    }

    @Test func resumingAFinishedRunChangesNothing() throws {
        let whole = try fit("whole")
        let again = try fit("whole", resumes: true)
        #expect(again.history.epochs.map(\.values) == whole.history.epochs.map(\.values))
        let isSame = Points.weights(whole.model) == Points.weights(again.model)
        #expect(isSame)
    }

    @Test func theRunHoldsTheBestModel() throws {
        let (history, _) = try fit("run")
        let folder = directory.path + "/run"
        let model = try Model.load(folder)
        let evaluation = try model.evaluate(
            Points.clouds(40, seed: 2), loss: .crossEntropy, metrics: [.accuracy])
        #expect(evaluation["accuracy"] == history.best?["val_accuracy"])
        #expect(evaluation.loss == history.best?["val_loss"])
        let run = try JSONValue(contentsOf: folder + "/run.json")
        #expect(run["configuration"]?["optimizer"] == "adam" && run["configuration"]?["batch"] == 16)
        #expect(run["data"]?["training"]?["examples"] == 50 && run["parameters"] == 99)
        let types = try rows("run").compactMap { $0["type"]?.string }
        #expect(Set(types) == ["train", "eval", "epoch"])
        let last = try #require(try rows("run").last { $0["type"] == "train" })
        #expect(last["examples"]?.int == 50 * history.epochs.count)
    }

    @Test func whatChangedIsRefused() throws {
        try fit("run")
        #expect(errorMessage { try fit("run") }.contains("already holds a run"))
        #expect(
            errorMessage { try fit("run", resumes: true, epochs: 7) }.contains("the setting epochs changed"))
        #expect(
            errorMessage { try fit("run", resumes: true, data: Points.clouds(50, seed: 9)) }
                .contains("the training data changed"))
        #expect(
            errorMessage { try fit("run", resumes: true, loss: .crossEntropy(labelSmoothing: 0.1)) }
                .contains("the setting loss_settings changed"))
        // As many callbacks, but others, or in another order.
        #expect(
            errorMessage { try fit("run", resumes: true, callbacks: callbacks("run").reversed()) }
                .contains(
                    "(EarlyStopping, CSVLog, ReduceOnPlateau then, ReduceOnPlateau, CSVLog, EarlyStopping"))
        #expect(
            errorMessage { try fit("run", resumes: true, callbacks: []) }
                .contains("the list of callbacks changed"))
        let other = try Sequential { Dense(3) }.build(input: [2])
        #expect(
            errorMessage { try fit("run", resumes: true, model: other) }.contains("the architecture changed"))
    }
}
