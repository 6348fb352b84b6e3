import HibariCheckpoint
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor

/// The training of a model on examples, ready to start; `Model.fit` is the short way to it.
public final class SupervisedTraining {
    public let options: FitOptions
    private let task: SupervisedTask
    private let callbacks: [any Callback]
    private let run: RunDirectory?
    private let resumes: Bool
    private let identities: JSONObject

    /// - Parameters:
    ///   - validation: evaluated after each epoch.
    ///   - run: the folder of the run; nil for one that leaves nothing.
    ///   - resumes: continue the run in the folder from its newest checkpoint, or begin it if there is none.
    /// - Throws: if examples, model, loss and metrics do not go together, or the folder is taken.
    public init(
        _ model: Model, training: any ExampleSource, validation: (any ExampleSource)? = nil,
        _ options: FitOptions,
        callbacks: [any Callback] = [], run: RunDirectory? = nil, resumes: Bool = false
    ) throws {
        task = try SupervisedTask(model, training: training, validation: validation, options)
        self.options = options
        self.callbacks = callbacks
        self.run = run
        if resumes, run == nil {
            throw SupervisedError.wrongOption(name: "resumes", value: "true", expected: "a run to resume")
        }
        self.resumes = resumes && run.map { fileExists($0.runFile) } == true
        if !self.resumes { try run?.checkFree() }
        func identity(_ source: (any ExampleSource)?) -> JSONValue {
            guard run != nil else { return .null }
            return source.map {
                [
                    "examples": .integer($0.count),
                    "identity": $0.identity.map { .string($0) } ?? .null,
                ]
            } ?? .null
        }
        identities = ["training": identity(training), "validation": identity(validation)]
    }

    public var stepsPerEpoch: Int { task.stepsPerEpoch }

    /// Trains to the end, until a callback ends the run, or until a signal.
    ///
    /// - Parameters:
    ///   - command: the command line, for run.json.
    ///   - details: what else run.json is to say.
    public func start(
        command: [String] = [], version: String = "", details: JSONObject = JSONObject(),
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) throws -> TrainingResult {
        let loop = TrainingLoop(
            task, optimizer: options.optimizer.optimizer(task.parameters),
            schedule: options.schedule(stepsPerEpoch: stepsPerEpoch),
            options: options.loopOptions(stepsPerEpoch: stepsPerEpoch), run: run, callbacks: callbacks,
            observe: observe)
        guard let run else { return try loop.train() }
        let description = try description(command, version, details)
        let lock: RunLock
        if resumes {
            lock = try RunLock(run)
            _ = try removeAbandonedTemporaries(in: run.checkpointsFolder)
            _ = try removeAbandonedTemporaries(in: run.path)
            try checkUnchanged(run, description)
            if let step = try run.steps().last {
                try task.model.loadWeights(run.checkpoint(step))
                try loop.resume(from: run.checkpoint(step))
            }
        } else {
            try run.create()
            try writeFileAtomically(run.runFile, description.bytes(pretty: true))
            lock = try RunLock(run)
        }
        // Held until the run ends, however it ends.
        return try withExtendedLifetime(lock) { try loop.train() }
    }

    private func description(_ command: [String], _ version: String, _ details: JSONObject) throws
        -> JSONValue
    {
        var object: JSONObject = [
            "command": .array(command.map { .string($0) }), "version": .string(version),
            "directory": .string(currentDirectory()), "configuration": .object(options.json),
            "total_steps": .integer(options.epochs * stepsPerEpoch),
            "parameters": .integer(task.model.parameterCount), "data": .object(identities),
            "model": try ModelFile.description(of: task.model),
        ]
        for (key, value) in details { object[key] = value }
        return .object(object)
    }

    /// A run goes on only with the settings, the data and the architecture it was started with.
    private func checkUnchanged(_ run: RunDirectory, _ now: JSONValue) throws {
        let saved = try JSONValue(contentsOf: run.runFile)
        func check(_ what: String, _ then: JSONValue?, _ now: JSONValue?) throws {
            // Through the file, in which 1.0 and 1 are the same number.
            let (then, now) = (then?.text() ?? "none", now?.text() ?? "none")
            if then != now {
                throw RunError.changedData(
                    path: run.path, what: what, expected: String(then.prefix(60)), got: String(now.prefix(60))
                )
            }
        }
        for key in options.json.keys {
            try check("setting \(key)", saved["configuration"]?[key], now["configuration"]?[key])
        }
        for key in ["training", "validation"] {
            try check("\(key) data", saved["data"]?[key], now["data"]?[key])
        }
        for key in ["input", "architecture"] { try check(key, saved["model"]?[key], now["model"]?[key]) }
    }
}

extension Model {
    /// Trains the model on examples.
    ///
    ///     let history = try model.fit(
    ///         training, validation: held, epochs: 5, batch: 128, optimizer: .adam(learningRate: 1e-3),
    ///         loss: .crossEntropy, metrics: [.accuracy], callbacks: [EarlyStopping(patience: 2)], seed: 1)
    ///
    /// The same seed gives the same weights to the bit, on any number of threads.
    /// - Parameters:
    ///   - validation: evaluated after each epoch.
    ///   - callbacks: asked in this order.
    ///   - seed: of the order of the examples, augmentation and dropout.
    ///   - run: a folder for metrics, checkpoints and the best model; nil for none.
    ///   - resumes: continue the run in that folder from its newest checkpoint, or begin it if there is none.
    ///   - observe: called as things happen, for progress lines.
    @discardableResult
    public func fit(
        _ training: any ExampleSource, validation: (any ExampleSource)? = nil, epochs: Int = 1,
        batch: Int = 32,
        optimizer: OptimizerChoice = .adam(), loss: Loss, metrics: [Metric] = [],
        schedule: LearningRateSchedule.Shape = .constant, warmup: Double = 0, clip: Double = 0,
        callbacks: [any Callback] = [], seed: UInt64 = 0, monitor: String = "val_loss", run: String? = nil,
        resumes: Bool = false, observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) throws -> History {
        let options = FitOptions(
            epochs: epochs, batch: batch, optimizer: optimizer, loss: loss, metrics: metrics,
            schedule: schedule, warmup: warmup, clip: clip, seed: seed, monitor: monitor,
            saveEvery: run == nil ? 0 : 1)
        let training = try SupervisedTraining(
            self, training: training, validation: validation, options, callbacks: callbacks,
            run: run.map { RunDirectory(path: $0) }, resumes: resumes)
        return History(try training.start(observe: observe))
    }
}
