import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

/// Callbacks, on a model of one number that every step lowers by the learning rate.
@Suite struct CallbackTests {
    /// Validation loss of epoch n: what the list says for a weight of about −n. With a learning rate of 1.
    private func fit(
        _ losses: [Double], _ callbacks: [any Callback], isHigherBetter: Bool = false
    ) throws -> (history: History, weight: Double) {
        let model = try Sequential { Dense(1, bias: false, initializer: .zeros) }.build(input: [1])
        let data = Examples([[1]], values: [[0]])
        let script = Metric("script", isHigherBetter: isHigherBetter) { Reading(losses: losses) }
        let loss = Loss("sum") { prediction, _ in prediction.sum() }
        let history = try model.fit(
            data, validation: data, epochs: losses.count, batch: 1, optimizer: .sgd(learningRate: 1),
            loss: loss,
            metrics: [script], callbacks: callbacks, monitor: "val_script")
        return (history, model.parameters[0].value.item)
    }

    private struct Reading: MetricAccumulator {
        let losses: [Double]
        var value = 0.0
        mutating func add(_ prediction: Tensor, _ target: Tensor) {
            // The weight is the prediction; before the first step it is 0.
            let epoch = Int((-prediction.item).rounded())
            value = losses[max(1, min(losses.count, epoch)) - 1]
        }
    }

    @Test func earlyStoppingTakesBackTheBest() throws {
        let losses = [5.0, 4, 3, 3.5, 3, 3.2, 2, 1]
        let (history, weight) = try fit(losses, [EarlyStopping(monitor: "val_script", patience: 3)])
        #expect(history["val_script"] == [5, 4, 3, 3.5, 3, 3.2])
        #expect(history.stopReason == "val_script has not improved for 3 epochs")
        #expect(weight == -3)
        #expect(history.best?.epoch == 3)
        let keeps = try fit(
            losses, [EarlyStopping(monitor: "val_script", patience: 3, restoresBest: false)])
        #expect(keeps.weight == -6)
        // A run that is not stopped gets the best weights too.
        let whole = try fit([5, 1, 4], [EarlyStopping(monitor: "val_script", patience: 3)])
        #expect(whole.weight == -2 && whole.history.stopReason == nil && whole.history.epochs.count == 3)
    }

    @Test func smallChangesAreNoImprovement() throws {
        let (history, weight) = try fit(
            [5, 4.9, 4.8, 4.7], [EarlyStopping(monitor: "val_script", patience: 2, minimumChange: 0.3)])
        #expect(history.epochs.count == 3 && weight == -1)
        let rising = try fit(
            [1, 2, 3, 2, 2, 2], [EarlyStopping(monitor: "val_script", patience: 2)], isHigherBetter: true)
        #expect(rising.history.epochs.count == 5 && rising.weight == -3 && rising.history.best?.epoch == 3)
    }

    /// The rates that Keras's ReduceLROnPlateau gives; an epoch still ends with the rate it began with.
    @Test func reduceOnPlateau() throws {
        func rates(_ losses: [Double], cooldown: Int, minimumRate: Double = 0) throws -> [Double] {
            let script = Script()
            _ = try fit(
                losses,
                [
                    ReduceOnPlateau(
                        monitor: "val_script", factor: 0.5, patience: 2, cooldown: cooldown,
                        minimumRate: minimumRate),
                    script,
                ])
            return script.rates
        }
        // The weight moves by the rate, so the script is of losses that only rise.
        let flat = [1.0, 1, 1, 1, 1, 1, 1]
        #expect(try rates(flat, cooldown: 0) == [1, 1, 1, 0.5, 0.5, 0.25, 0.25])
        #expect(try rates(flat, cooldown: 2) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25])
        #expect(try rates(flat, cooldown: 0, minimumRate: 0.4) == [1, 1, 1, 0.5, 0.5, 0.4, 0.4])
    }

    @Test func csvLog() throws {
        let folder = TemporaryDirectory()
        let path = try folder.write("log.csv", "old contents\n")
        let (history, _) = try fit([3, 2], [CSVLog(path)])
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        #expect(lines[0] == ["epoch", "step", "loss", "val_loss", "val_script", "lr", "seconds"])
        #expect(lines.count == 3 && lines[2][..<2] == ["2", "2"] && lines[2][4] == "2.0")
        #expect(Double(lines[1][2]) == history["loss"][0])
    }

    @Test func saveModel() throws {
        let folder = TemporaryDirectory()
        let (best, every) = (folder.path + "/best", folder.path + "/all/epoch-{epoch}")
        _ = try fit([5, 3, 4, 2.5, 6], [SaveModel(best, bestBy: "val_script"), SaveModel(every, every: 2)])
        #expect(try Model.load(best).parameters[0].value.item == -4)
        #expect(try listDirectory(folder.path + "/all") == ["epoch-2", "epoch-4"])
        #expect(try Model.load(folder.path + "/all/epoch-2").parameters[0].value.item == -2)
    }

    /// What a callback remembers is of one run.
    @Test func aSecondRunBeginsAnew() throws {
        let folder = TemporaryDirectory()
        let (log, best) = (folder.path + "/log.csv", folder.path + "/best")
        let script = Script()
        let callbacks: [any Callback] = [
            EarlyStopping(monitor: "val_script", patience: 2), SaveModel(best, bestBy: "val_script"),
            CSVLog(log), script,
        ]
        let first = try fit([1, 5, 5, 5], callbacks)
        #expect(first.history.epochs.count == 3 && first.weight == -1)
        let second = try fit([5, 4, 3, 3.5], callbacks)
        #expect(second.history.epochs.count == 4 && second.weight == -3)
        #expect(try Model.load(best).parameters[0].value.item == -3)
        let lines = String(decoding: try readFile(log), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 5 && lines[0].hasPrefix("epoch,step,"))

        let plateau = ReduceOnPlateau(monitor: "val_script", factor: 0.5, patience: 2)
        let rates = Script()
        _ = try fit([1, 1], [plateau, rates])
        _ = try fit([2, 1, 1], [plateau, rates])
        // The first run has waited once, and knows of a loss of 1; the second one waits once too.
        #expect(rates.rates == [1, 1, 1, 1, 1])
        #expect(script.rates.count == 7)
    }

    @Test func aFunctionEndsTheRun() throws {
        let (history, _) = try fit(
            [5, 4, 3, 2],
            [OnEpochEnd { report, control in if report["val_script"] == 4 { control.stop("enough") } }])
        #expect(history.stopReason == "enough" && history.epochs.count == 2)
    }
}
