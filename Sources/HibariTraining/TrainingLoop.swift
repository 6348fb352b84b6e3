import HibariCheckpoint
import HibariKernels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor

/// The one training loop: schedule, accumulation, clipping, metrics, evaluation, checkpoints, resume,
/// signals.
public final class TrainingLoop {
    private let task: any TrainingTask
    private let optimizer: any Optimizer
    private let average: WeightAverage?
    private let gradientNorm: GradientNorm
    private let schedule: LearningRateSchedule
    private let options: LoopOptions
    private let run: RunDirectory?
    private let observe: (TrainingEvent) throws -> Void
    private var state = TrainingState()
    private var metrics: MetricsLog?
    private var speeds: [Double] = []
    private var secondsBefore = 0.0
    private var startTime = 0.0
    private var lastLogged = (time: 0.0, step: 0)
    private var lastSaved: Int?

    /// - Parameters:
    ///   - average: of the weights: what is evaluated, sampled from and published; nil for the weights as they
    ///     are trained.
    ///   - run: where metrics and checkpoints go; nil for a run that leaves nothing.
    ///   - observe: called as things happen, on the training thread.
    public init(
        _ task: any TrainingTask, optimizer: any Optimizer, average: WeightAverage? = nil,
        schedule: LearningRateSchedule, options: LoopOptions, run: RunDirectory? = nil,
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) {
        self.task = task
        self.optimizer = optimizer
        self.average = average
        gradientNorm = GradientNorm(task.parameters)
        self.schedule = schedule
        self.options = options
        self.run = run
        self.observe = observe
        state.totalSteps = options.totalSteps
        state.kernels = KernelTable.activeName
        state.gemm = GemmBackend.active.rawValue
    }

    /// Takes up the run at a checkpoint; the parameters are already those of the checkpoint.
    public func resume(from checkpoint: String) throws {
        let path = joinPath(checkpoint, "state.json")
        let saved = try TrainingState(path: path)
        guard saved.totalSteps == state.totalSteps else {
            throw RunError.badState(path: path, problem: "it belongs to a run of \(saved.totalSteps) steps")
        }
        if saved.kernels != state.kernels || saved.gemm != state.gemm {
            throw RunError.changedData(
                path: path, what: "kernels", expected: "\(saved.kernels)/\(saved.gemm)",
                got: "\(state.kernels)/\(state.gemm)")
        }
        let file = try SafetensorsFile(path: joinPath(checkpoint, "optimizer.safetensors"))
        func tensor(_ name: String, _ shape: Shape) throws -> Tensor {
            guard file.shape(of: name) == shape.array else {
                throw CheckpointError.wrongShape(
                    path: file.path, tensor: name, expected: shape.array, got: file.shape(of: name) ?? [])
            }
            return try file.tensor(named: name, .float32)
        }
        try optimizer.restore(stepCount: saved.optimizerSteps, tensor)
        try average?.restore(tensor)
        state = saved
        secondsBefore = saved.seconds
        lastSaved = saved.step
        // A run killed between writing a checkpoint and linking to it.
        try run?.link(step: saved.step, isBest: saved.isBest)
        if saved.isBest || saved.bestLoss == nil { try run?.publish(checkpoint) }
    }

    /// Trains to the last step, or until a signal.
    public func train() throws -> TrainingResult {
        startTime = monotonicSeconds()
        if state.step >= options.totalSteps { return result(nil, nil, stoppedBy: nil) }
        if let run { metrics = try MetricsLog(path: run.metricsFile, byteCount: state.metricsBytes) }
        lastLogged = (startTime, state.step)
        var report: StepReport?
        var evaluation: Evaluation?
        while state.step < options.totalSteps {
            let isLast = state.step + 1 == options.totalSteps
            report = try trainStep()
            state.step += 1
            if isDue(options.logEvery) || isLast { try log(&report!) }
            if isDue(options.evaluateEvery) || isLast { evaluation = try self.evaluate(isFinal: isLast) }
            if isDue(options.sampleEvery) || (isLast && options.sampleEvery > 0) {
                try averaged { try observe(.sample(step: state.step)) }
            }
            let signal = isLast ? nil : StopSignal.pending
            if isDue(options.saveEvery) || isLast || signal != nil { try save(isBest: false) }
            if let signal { return result(report, evaluation, stoppedBy: signal) }
        }
        return result(report, evaluation, stoppedBy: nil)
    }

    /// Runs `body` on the weights that count for others: the averaged ones, if there is an average.
    private func averaged<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let average else { return try body() }
        return try average.withAverages(body)
    }

    private func isDue(_ interval: Int) -> Bool { interval > 0 && state.step % interval == 0 }

    private func trainStep() throws -> StepReport {
        let rate = schedule.rate(at: state.step)
        for parameter in task.parameters { parameter.clearGradient() }
        var loss = 0.0
        let share = 1 / Double(options.accumulation)
        for index in 0..<options.accumulation {
            let microBatch = state.step * options.accumulation + index
            loss +=
                share * (try valueWithGradient(weight: share) { try task.loss(microBatch: microBatch) }).item
        }
        let norm = gradientNorm()
        OpProfile.current?.mark(.gradientNorm)
        guard loss.isFinite, norm.isFinite else {
            throw notFinite(step: state.step + 1, loss: loss, gradientNorm: norm)
        }
        let scale = options.clip > 0 ? min(1, options.clip / (norm + 1e-6)) : 1
        optimizer.step(learningRate: rate, gradientScale: scale)
        average?.update(step: state.step + 1)
        OpProfile.current?.mark(.optimizer)
        let tokens = (state.step + 1) * options.accumulation * task.tokensPerMicroBatch
        return StepReport(
            step: state.step + 1, tokens: tokens, loss: loss, learningRate: rate, gradientNorm: norm,
            tokensPerSecond: 0, seconds: 0)
    }

    private func notFinite(step: Int, loss: Double, gradientNorm: Double? = nil) -> RunError {
        .lossNotFinite(
            step: step, loss: loss, gradientNorm: gradientNorm,
            kept: lastSaved.flatMap { step in run?.checkpoint(step) })
    }

    private func log(_ report: inout StepReport) throws {
        let now = monotonicSeconds()
        let steps = state.step - lastLogged.step
        report.tokensPerSecond =
            Double(steps * options.accumulation * task.tokensPerMicroBatch) / max(1e-9, now - lastLogged.time)
        report.seconds = elapsed(now)
        lastLogged = (now, state.step)
        speeds.append(report.tokensPerSecond)
        try metrics?.append([
            "type": "train", "step": .integer(report.step), "tokens": .integer(report.tokens),
            "loss": .number(report.loss), "lr": .number(report.learningRate),
            "grad_norm": .number(report.gradientNorm),
            "tokens_per_second": .number(report.tokensPerSecond.rounded()),
            "seconds": .number(rounded(report.seconds)),
        ])
        try observe(.step(report, totalSteps: options.totalSteps))
    }

    private func evaluate(isFinal: Bool) throws -> Evaluation? {
        guard let evaluation = try averaged({ try task.evaluate(isFinal: false) }) else { return nil }
        guard evaluation.loss.isFinite else { throw notFinite(step: state.step, loss: evaluation.loss) }
        let isBest = state.bestLoss.map { evaluation.loss < $0 } ?? true
        if isBest { state.bestLoss = evaluation.loss }
        try logEvaluation("eval", evaluation, isBest: isBest)
        var last = evaluation
        // Before the checkpoint, which ends the run: a run resumed from it logs nothing more.
        if isFinal, !evaluation.isComplete, let complete = try averaged({ try task.evaluate(isFinal: true) })
        {
            try logEvaluation("final", complete, isBest: isBest)
            last = complete
        }
        if isBest { try save(isBest: true) }
        // Speeds count training alone.
        lastLogged = (monotonicSeconds(), state.step)
        return last
    }

    private func logEvaluation(_ type: String, _ evaluation: Evaluation, isBest: Bool) throws {
        try metrics?.append([
            "type": .string(type), "step": .integer(state.step), "val_loss": .number(evaluation.loss),
            "val_bits_per_byte": evaluation.bitsPerByte.map { .number($0) } ?? .null, "best": .bool(isBest),
            "seconds": .number(rounded(elapsed(monotonicSeconds()))),
        ])
        try observe(.evaluation(step: state.step, evaluation, isBest: isBest, isFinal: type == "final"))
    }

    private func save(isBest: Bool) throws {
        guard let run, isBest || lastSaved != state.step else { return }
        // The last step may have thrown the weights out of range, which only the next loss would show: by
        // then this checkpoint could have replaced a good one.
        guard task.parameters.allSatisfy({ $0.value.sumOfSquares.isFinite }) else {
            throw notFinite(step: state.step, loss: .nan)
        }
        state.seconds = elapsed(monotonicSeconds())
        state.optimizerSteps = optimizer.stepCount
        state.isBest = isBest
        state.metricsBytes = metrics?.byteCount ?? 0
        try metrics?.synchronize()
        try run.writeCheckpoint(step: state.step, isBest: isBest) { folder in
            try averaged { try task.saveModel(to: folder) }
            try writeSafetensors(
                (optimizer.state + (average?.weights ?? [])).map {
                    SafetensorsTensor(name: $0.name, $0.tensor)
                },
                to: joinPath(folder, "optimizer.safetensors"))
            try writeFileAtomically(joinPath(folder, "state.json"), state.json.bytes(pretty: true))
        }
        lastSaved = state.step
        if isBest || state.bestLoss == nil { try run.publish(run.checkpoint(state.step)) }
        try run.prune(keeping: options.keep)
        try observe(.checkpoint(step: state.step, path: run.checkpoint(state.step)))
    }

    private func elapsed(_ now: Double) -> Double { secondsBefore + now - startTime }
    private func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    private func result(_ report: StepReport?, _ evaluation: Evaluation?, stoppedBy signal: Int32?)
        -> TrainingResult
    {
        let sorted = speeds.sorted()
        return TrainingResult(
            steps: state.step, totalSteps: options.totalSteps, lastLoss: report?.loss ?? .nan,
            evaluation: evaluation,
            seconds: elapsed(monotonicSeconds()),
            tokensPerSecond: sorted.isEmpty ? 0 : sorted[sorted.count / 2],
            stoppedBy: signal)
    }
}
