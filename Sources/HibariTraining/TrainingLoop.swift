import HibariCheckpoint
import HibariKernels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor

/// The settings of the loop that serves every task.
public struct LoopOptions: Sendable {
    public var totalSteps: Int
    /// Micro-batches per step.
    public var accumulation: Int
    /// Limit of the global gradient norm; 0 for none.
    public var clip: Double
    public var logEvery: Int
    /// 0 for only at the end.
    public var evaluateEvery: Int
    /// 0 for never.
    public var sampleEvery: Int
    /// 0 for only at the end.
    public var saveEvery: Int
    /// How many of the newest checkpoints stay, besides the best.
    public var keep: Int

    public init(
        totalSteps: Int, accumulation: Int = 1, clip: Double = 1, logEvery: Int = 10,
        evaluateEvery: Int = 250,
        sampleEvery: Int = 0, saveEvery: Int = 0, keep: Int = 2
    ) {
        self.totalSteps = totalSteps
        self.accumulation = accumulation
        self.clip = clip
        self.logEvery = logEvery
        self.evaluateEvery = evaluateEvery
        self.sampleEvery = sampleEvery
        self.saveEvery = saveEvery
        self.keep = keep
    }
}

/// What happened in a run, for progress lines and logs.
public enum TrainingEvent {
    case step(StepReport, totalSteps: Int)
    case evaluation(step: Int, Evaluation, isBest: Bool, isFinal: Bool)
    case sample(step: Int)
    case checkpoint(step: Int, path: String)
}

/// One step of training.
public struct StepReport: Sendable, Equatable {
    /// Steps done, this one included.
    public var step: Int
    public var tokens: Int
    public var loss: Double
    public var learningRate: Double
    /// Before clipping.
    public var gradientNorm: Double
    public var tokensPerSecond: Double
    /// Training time of the whole run so far.
    public var seconds: Double
}

/// How a run ended.
public struct TrainingResult: Sendable {
    public var steps: Int
    public var totalSteps: Int
    public var lastLoss: Double
    /// The final evaluation, over all held-out data.
    public var evaluation: Evaluation?
    public var seconds: Double
    /// Median over the logged intervals of this session.
    public var tokensPerSecond: Double
    /// The signal that stopped the run early; nil if it ran to its end.
    public var stoppedBy: Int32?
}

/// The one training loop: schedule, accumulation, clipping, metrics, evaluation, checkpoints, resume,
/// signals.
public final class TrainingLoop {
    private let task: any TrainingTask
    private let optimizer: any Optimizer
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
    ///   - run: where metrics and checkpoints go; nil for a run that leaves nothing.
    ///   - observe: called as things happen, on the training thread.
    public init(
        _ task: any TrainingTask, optimizer: any Optimizer, schedule: LearningRateSchedule,
        options: LoopOptions,
        run: RunDirectory? = nil, observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) {
        self.task = task
        self.optimizer = optimizer
        gradientNorm = GradientNorm(task.parameters)
        self.schedule = schedule
        self.options = options
        self.run = run
        self.observe = observe
        state.totalSteps = options.totalSteps
        state.kernels = KernelTable.activeName
        state.gemm = GemmBackend.active.rawValue
        state.threads = ThreadPool.shared.threadCount
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
        if saved.gemm == GemmBackend.openBLAS.rawValue, saved.threads != state.threads {
            throw RunError.changedData(
                path: path, what: "number of threads", expected: "\(saved.threads)", got: "\(state.threads)")
        }
        let file = try SafetensorsFile(path: joinPath(checkpoint, "optimizer.safetensors"))
        try optimizer.restore(stepCount: saved.optimizerSteps) { name, shape in
            guard file.shape(of: name) == shape.array else {
                throw CheckpointError.wrongShape(
                    path: file.path, tensor: name, expected: shape.array, got: file.shape(of: name) ?? [])
            }
            return try file.tensor(named: name, .float32)
        }
        state = saved
        state.threads = ThreadPool.shared.threadCount
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
                try observe(.sample(step: state.step))
            }
            let signal = isLast ? nil : StopSignal.pending
            if isDue(options.saveEvery) || isLast || signal != nil { try save(isBest: false) }
            if let signal { return result(report, evaluation, stoppedBy: signal) }
        }
        return result(report, evaluation, stoppedBy: nil)
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
        guard let evaluation = try task.evaluate(isFinal: false) else { return nil }
        guard evaluation.loss.isFinite else { throw notFinite(step: state.step, loss: evaluation.loss) }
        let isBest = state.bestLoss.map { evaluation.loss < $0 } ?? true
        if isBest { state.bestLoss = evaluation.loss }
        try logEvaluation("eval", evaluation, isBest: isBest)
        var last = evaluation
        // Before the checkpoint, which ends the run: a run resumed from it logs nothing more.
        if isFinal, !evaluation.isComplete, let complete = try task.evaluate(isFinal: true) {
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
            try task.saveModel(to: folder)
            try writeSafetensors(
                optimizer.state.map { SafetensorsTensor(name: $0.name, $0.tensor) },
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
