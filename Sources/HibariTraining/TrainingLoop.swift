import HibariKernels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor

/// The one training loop: schedule, accumulation, clipping, metrics, evaluation, checkpoints, resume,
/// signals.
public final class TrainingLoop {
    let task: any TrainingTask
    let optimizer: any Optimizer
    let average: WeightAverage?
    private let gradientNorm: GradientNorm
    /// Running statistics, which the forward pass moves.
    private let buffers: [Parameter]
    let options: LoopOptions
    let run: RunDirectory?
    let callbacks: [any Callback]
    let control: TrainingControl
    let observe: (TrainingEvent) throws -> Void
    var state = TrainingState()
    var metrics: LineLog?
    /// All epochs of the run so far.
    var epochs: [EpochReport] = []
    private var speeds: [Double] = []
    var secondsBefore = 0.0
    private var startTime = 0.0
    private var lastLogged = (time: 0.0, step: 0)
    var lastSaved: Int?

    /// - Parameters:
    ///   - average: of the weights: what is evaluated, sampled from and published; nil for the weights as they
    ///     are trained.
    ///   - run: where metrics and checkpoints go; nil for a run that leaves nothing.
    ///   - callbacks: asked in this order.
    ///   - observe: called as things happen, on the training thread.
    public init(
        _ task: any TrainingTask, optimizer: any Optimizer, average: WeightAverage? = nil,
        schedule: LearningRateSchedule, options: LoopOptions, run: RunDirectory? = nil,
        callbacks: [any Callback] = [],
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) {
        self.task = task
        self.optimizer = optimizer
        self.average = average
        gradientNorm = GradientNorm(task.parameters)
        buffers = task.parameters.filter { $0.role == .buffer }
        self.options = options
        self.run = run
        self.callbacks = callbacks
        control = TrainingControl(task, rate: schedule.rate(at:))
        self.observe = observe
        state.totalSteps = options.totalSteps
        state.kernels = KernelTable.activeName
        state.gemm = GemmBackend.active.rawValue
    }

    /// Trains to the last step, until a callback ends the run, or until a signal.
    public func train() throws -> TrainingResult {
        startTime = monotonicSeconds()
        var report: StepReport?
        var evaluation: Evaluation?
        if !isOver {
            if let run { metrics = try LineLog(path: run.metricsFile, byteCount: state.metricsBytes) }
            lastLogged = (startTime, state.step)
            for callback in callbacks { try callback.trainingBegan(control) }
        }
        while !isOver {
            // nil: a callback took a loss that is not finite for the end.
            guard let next = try trainStep() else { break }
            report = next
            state.step += 1
            for callback in callbacks { try callback.stepEnded(next, control) }
            let isLast = state.step == options.totalSteps
            let endsEpoch = options.stepsPerEpoch.map { state.step % $0 == 0 || isLast } ?? false
            if isDue(options.logEvery) || isLast || endsEpoch { try log(&report!) }
            // Before the evaluation, whose checkpoint then refers to the sample's row: a run resumed from it has both.
            if isDue(options.sampleEvery) || (isLast && options.sampleEvery > 0) {
                try averaged { try observe(.sample(step: state.step, record: logSample)) }
            }
            if isDue(options.evaluateEvery) || isLast || endsEpoch {
                evaluation = try evaluate(next, isFinal: isLast, endsEpoch: endsEpoch)
            }
            let signal = isOver ? nil : StopSignal.pending
            if isDue(options.saveEvery) || isOver || signal != nil { try save(isBest: false) }
            if let signal { return result(report, evaluation, stoppedBy: signal) }
        }
        for callback in callbacks { try callback.trainingEnded(control) }
        return result(report, evaluation, stoppedBy: nil)
    }

    private var isOver: Bool { state.step >= options.totalSteps || control.stopReason != nil }

    /// Runs `body` on the weights that count for others: the averaged ones, if there is an average.
    func averaged<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let average else { return try body() }
        return try average.withAverages(body)
    }

    private func isDue(_ interval: Int) -> Bool { interval > 0 && state.step % interval == 0 }

    private func trainStep() throws -> StepReport? {
        let rate = control.learningRate(at: state.step)
        for parameter in task.parameters { parameter.clearGradient() }
        let before = buffers.map { $0.value.copied() }
        var loss = 0.0
        for index in 0..<options.accumulation {
            let microBatch = state.step * options.accumulation + index
            let share = task.share(microBatch: microBatch, accumulation: options.accumulation)
            loss +=
                share * (try valueWithGradient(weight: share) { try task.loss(microBatch: microBatch) }).item
        }
        let norm = gradientNorm()
        OpProfile.current?.mark(.gradientNorm)
        guard loss.isFinite, norm.isFinite else {
            for (buffer, value) in zip(buffers, before) { buffer.assign(value) }
            if endsQuietly(step: state.step + 1) { return nil }
            throw notFinite(step: state.step + 1, loss: loss, gradientNorm: norm)
        }
        let scale = options.clip > 0 ? min(1, options.clip / (norm + 1e-6)) : 1
        optimizer.step(learningRate: rate, gradientScale: scale)
        average?.update(step: state.step + 1)
        OpProfile.current?.mark(.optimizer)
        return StepReport(
            step: state.step + 1, units: units(steps: state.step + 1), loss: loss, learningRate: rate,
            gradientNorm: norm, unitsPerSecond: 0, seconds: 0)
    }

    private func units(steps: Int) -> Int { task.units(microBatches: steps * options.accumulation) }

    /// Whether a callback takes a loss that is not finite for the end of the run.
    func endsQuietly(step: Int) -> Bool {
        guard callbacks.contains(where: { $0.lossNotFinite(step: step, control) }) else { return false }
        control.stop("the loss is not finite")
        return true
    }

    func notFinite(step: Int, loss: Double, gradientNorm: Double? = nil) -> RunError {
        .lossNotFinite(
            step: step, loss: loss, gradientNorm: gradientNorm,
            kept: lastSaved.flatMap { step in run?.checkpoint(step) })
    }

    private func log(_ report: inout StepReport) throws {
        let now = monotonicSeconds()
        report.unitsPerSecond =
            Double(report.units - units(steps: lastLogged.step)) / max(1e-9, now - lastLogged.time)
        report.seconds = elapsed(now)
        lastLogged = (now, state.step)
        speeds.append(report.unitsPerSecond)
        try metrics?.append([
            "type": "train", "step": .integer(report.step), task.unit: .integer(report.units),
            "loss": .number(report.loss), "lr": .number(report.learningRate),
            "grad_norm": .number(report.gradientNorm),
            task.unit + "_per_second": .number(report.unitsPerSecond.rounded()),
            "seconds": .number(rounded(report.seconds)),
        ])
        try observe(.step(report, totalSteps: options.totalSteps))
    }

    private func evaluate(_ report: StepReport, isFinal: Bool, endsEpoch: Bool) throws -> Evaluation? {
        var last = try averaged { try task.evaluate(isFinal: false) }
        var isBest = false
        if let evaluation = last {
            guard evaluation.loss.isFinite else {
                if endsQuietly(step: state.step) { return evaluation }
                throw notFinite(step: state.step, loss: evaluation.loss)
            }
            isBest = try noteScore(evaluation)
            try logEvaluation("eval", evaluation, isBest: isBest)
            // Before the checkpoint, which ends the run: a run resumed from it logs nothing more.
            if isFinal, !evaluation.isComplete,
                let complete = try averaged({ try task.evaluate(isFinal: true) })
            {
                try logEvaluation("final", complete, isBest: isBest)
                last = complete
            }
        }
        if endsEpoch { try endEpoch(report, last, isBest: isBest) }
        if isBest { try save(isBest: true) }
        // Speeds count training alone.
        lastLogged = (monotonicSeconds(), state.step)
        return last
    }

    /// Whether the weights are the best so far.
    private func noteScore(_ evaluation: Evaluation) throws -> Bool {
        let name = options.monitor.withoutValidation
        guard let score = evaluation[name] else {
            throw RunError.notMeasured(
                name: options.monitor, measured: ["loss"] + evaluation.metrics.map(\.name))
        }
        // A score that is not a number is never the best.
        let isBest =
            state.bestScore.map { task.isHigherBetter(name) ? score > $0 : score < $0 } ?? score.isFinite
        if isBest { state.bestScore = score }
        return isBest
    }

    private func endEpoch(_ step: StepReport, _ evaluation: Evaluation?, isBest: Bool) throws {
        var values = task.takeTrainingMetrics()
        if let evaluation {
            values += ([MetricValue("loss", evaluation.loss)] + evaluation.metrics).map {
                MetricValue("val_" + $0.name, $0.value)
            }
        }
        let report = EpochReport(
            epoch: (state.step - 1) / (options.stepsPerEpoch ?? 1) + 1, step: state.step, values: values,
            learningRate: step.learningRate, isBest: isBest, seconds: rounded(elapsed(monotonicSeconds())))
        epochs.append(report)
        try metrics?.append(report.json)
        for callback in callbacks { try callback.epochEnded(report, control) }
        try observe(.epoch(report))
    }

    private func logEvaluation(_ type: String, _ evaluation: Evaluation, isBest: Bool) throws {
        var row: JSONObject = [
            "type": .string(type), "step": .integer(state.step), "val_loss": .number(evaluation.loss),
        ]
        if let bits = evaluation.bitsPerByte { row["val_bits_per_byte"] = .number(bits) }
        for metric in evaluation.metrics { row["val_" + metric.name] = .number(metric.value) }
        row["best"] = .bool(isBest)
        row["seconds"] = .number(rounded(elapsed(monotonicSeconds())))
        try metrics?.append(.object(row))
        try observe(.evaluation(step: state.step, evaluation, isBest: isBest, isFinal: type == "final"))
    }

    private func logSample(_ text: String) throws {
        try metrics?.append(["type": "sample", "step": .integer(state.step), "text": .string(text)])
    }

    func elapsed(_ now: Double) -> Double { secondsBefore + now - startTime }
    private func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    private func result(_ report: StepReport?, _ evaluation: Evaluation?, stoppedBy signal: Int32?)
        -> TrainingResult
    {
        let sorted = speeds.sorted()
        return TrainingResult(
            steps: state.step, totalSteps: options.totalSteps, lastLoss: report?.loss ?? .nan,
            evaluation: evaluation,
            seconds: elapsed(monotonicSeconds()),
            unitsPerSecond: sorted.isEmpty ? 0 : sorted[sorted.count / 2],
            stoppedBy: signal, stopReason: control.stopReason, epochs: epochs)
    }
}
