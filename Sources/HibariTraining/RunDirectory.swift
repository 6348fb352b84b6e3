import Glibc
import HibariModels
import HibariSupport

/// The folder of one training run:
///
///     config.json, generation_config.json, model.safetensors, tokenizer.json, tokenizer_config.json   the best model;
///                         of a classic network model.safetensors and model.json
///     run.json            command, resolved configuration, seed, versions, hashes
///     metrics.jsonl       one row per logged step, evaluation and sample
///     report.html         curves, samples, settings and data on one page
///     checkpoints/step-N/ weights, optimizer.safetensors, state.json
///     best, last          links to checkpoints
///
/// Each checkpoint appears whole or not at all.
public struct RunDirectory: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    public var runFile: String { joinPath(path, "run.json") }
    public var metricsFile: String { joinPath(path, "metrics.jsonl") }
    public var reportFile: String { joinPath(path, "report.html") }
    public var checkpointsFolder: String { joinPath(path, "checkpoints") }
    public var best: String { joinPath(path, "best") }
    public var last: String { joinPath(path, "last") }

    /// The folder of the checkpoint of a step.
    public func checkpoint(_ step: Int) -> String { joinPath(checkpointsFolder, "step-\(step)") }

    /// Throws unless a new run can have this folder: it holds no run and no model, and is no file.
    public func checkFree() throws {
        if fileExists(runFile) || fileExists(joinPath(path, "config.json"))
            || fileExists(joinPath(path, ModelFile.descriptionName))
            || fileExists(joinPath(path, AdapterFolder.configurationName))
            || fileExists(joinPath(path, ClassifierFolder.descriptionName))
        {
            throw RunError.holdsRun(path: path)
        }
        if fileExists(path), !directoryExists(path) { throw RunError.notAFolder(path: path) }
    }

    /// Makes the folder of a new run.
    public func create() throws {
        try checkFree()
        try makeDirectories(checkpointsFolder)
    }

    /// Writes the checkpoint of `step` with `fill`, and points `last` (and `best`) to it.
    public func writeCheckpoint(step: Int, isBest: Bool, fill: (_ folder: String) throws -> Void) throws {
        try writeDirectoryAtomically(checkpoint(step), replacing: true, fill: fill)
        try link(step: step, isBest: isBest)
    }

    /// Points `last` (and `best`) to the checkpoint of `step`.
    func link(step: Int, isBest: Bool) throws {
        if isBest { try replaceSymbolicLink(at: best, target: "checkpoints/step-\(step)") }
        try replaceSymbolicLink(at: last, target: "checkpoints/step-\(step)")
    }

    /// Makes the model files of a checkpoint those of the run; the weights as a second name of the same file
    /// where the file system can do that.
    public func publish(_ checkpoint: String) throws {
        for name in try listDirectory(checkpoint)
        where name != "optimizer.safetensors" && name != "state.json" {
            let (source, target) = (joinPath(checkpoint, name), joinPath(path, name))
            let temporary = joinPath(path, ".\(name).new")
            unlink(temporary)
            if Glibc.link(source, temporary) == 0, rename(temporary, target) == 0 { continue }
            try writeFileAtomically(target, try readFile(source))
        }
    }

    /// Removes all checkpoints but the newest `count`, and but those that `best` and `last` lead to.
    public func prune(keeping count: Int) throws {
        let kept = Set([linkedStep(best), linkedStep(last)].compactMap { $0 })
        for step in try steps().dropLast(max(1, count)) where !kept.contains(step) {
            try removeTree(checkpoint(step))
        }
    }

    /// The steps that have a checkpoint, ascending.
    public func steps() throws -> [Int] {
        try listDirectory(checkpointsFolder).compactMap { name in
            name.hasPrefix("step-") ? Int(name.dropFirst(5)) : nil
        }.sorted()
    }

    /// The step whose weights are published: the best on the held-out data; nil without any.
    public var bestStep: Int? { linkedStep(best) }

    private func linkedStep(_ link: String) -> Int? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink(link, &buffer, buffer.count - 1)
        guard length > 0 else { return nil }
        let target = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Int(target.split(separator: "-").last ?? "")
    }
}

/// Why a run cannot start or go on.
public enum RunError: UserError {
    case holdsRun(path: String)
    case notAFolder(path: String)
    case nothingToResume(path: String)
    /// Another process is writing the run.
    case inUse(path: String)
    case changedData(path: String, what: String, expected: String, got: String)
    case lossNotFinite(step: Int, loss: Double, gradientNorm: Double?, kept: String?)
    case notEnoughMemory(needed: Double, present: Int)
    /// A callback, or the choice of the best weights, wants a metric that the run does not have.
    case notMeasured(name: String, measured: [String])
    case badState(path: String, problem: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .holdsRun, .notAFolder: .cannotCreate
        case .inUse: .unavailable
        case .nothingToResume: .inputMissing
        case .changedData, .lossNotFinite, .badState: .badData
        case .notEnoughMemory: .unavailable
        case .notMeasured: .usage
        }
    }

    public var description: String {
        switch self {
        case .holdsRun(let path):
            "\(path) already holds a run or a model; continue a run with --resume, or choose another --out"
        case .notAFolder(let path): "\(path) is a file; choose a folder for --out"
        case .nothingToResume(let path):
            "\(path) holds no checkpoint to resume; start the run again with --out and a new folder"
        case .inUse(let path):
            "\(path): another process is training this run; wait for it, or stop it with Ctrl-C"
        case .changedData(let path, let what, let expected, let got):
            "\(path): the \(what) changed since the run started (\(expected) then, \(got) now); restore it to resume"
        case .lossNotFinite(let step, let loss, let norm, let kept):
            "step \(step): the loss is \(loss)\(norm.map { ", the gradient norm \($0)" } ?? ""); stopped. "
                + (kept.map { "The last good checkpoint is \($0); " } ?? "No checkpoint was written yet; ")
                + "try a lower --lr or a longer --warmup"
        case .notEnoughMemory(let needed, let present):
            "training needs more than \(Int(needed / 0x1p30)) GiB of memory, this machine has \(present >> 30); choose a "
                + "smaller model, --micro-batch or --context"
        case .notMeasured(let name, let measured):
            "the run does not measure \(quoted(name)); it measures \(measured.joined(separator: ", "))"
        case .badState(let path, let problem):
            "\(path): \(problem); remove the newest folder in checkpoints to resume from the one before"
        }
    }
}
