import HibariSupport
import HibariTokenizers

/// Where a run of a language model is taken up.
struct ResumedRun {
    /// nil: before its first checkpoint.
    let checkpoint: String?
    /// The run.json.
    let description: JSONValue
    let totalSteps: Int

    /// Finds the newest checkpoint, and removes what a killed process left half written.
    init(_ run: RunDirectory) throws {
        guard fileExists(run.runFile), directoryExists(run.checkpointsFolder) else {
            throw RunError.nothingToResume(path: run.path)
        }
        _ = try removeAbandonedTemporaries(in: run.checkpointsFolder)
        _ = try removeAbandonedTemporaries(in: run.path)
        description = try JSONValue(contentsOf: run.runFile)
        guard let steps = description["total_steps"]?.int else {
            throw RunError.badState(path: run.runFile, problem: "the key total_steps is missing")
        }
        totalSteps = steps
        checkpoint = try run.steps().last.map(run.checkpoint)
    }
}

extension RunDirectory {
    /// Throws unless what a run was started with is what it is resumed with.
    ///
    /// - Parameters:
    ///   - saved: a hash in run.json.
    ///   - now: the hash now.
    func checkUnchanged(_ what: String, _ saved: JSONValue?, _ now: String?) throws(RunError) {
        guard saved?.string != now else { return }
        throw .changedData(
            path: path, what: what, expected: String((saved?.string ?? "unknown").prefix(12)),
            got: String((now ?? "none").prefix(12)))
    }

    /// Runs `body` as the only process that writes the run.
    ///
    /// - Parameters:
    ///   - resumed: where the run goes on; nil for a new one, whose folder and run.json are made first.
    ///   - description: the run.json of a new run.
    func hold<Result>(
        _ resumed: ResumedRun?, _ loop: TrainingLoop, description: () throws -> JSONValue,
        _ body: () throws -> Result
    ) throws -> Result {
        let lock: RunLock
        if let resumed {
            lock = try RunLock(self)
            if let checkpoint = resumed.checkpoint { try loop.resume(from: checkpoint) }
        } else {
            try create()
            try writeFileAtomically(runFile, try description().bytes(pretty: true))
            lock = try RunLock(self)
        }
        // Held until the run ends, however it ends.
        return try withExtendedLifetime(lock) { try body() }
    }
}

/// What every run.json of a language model begins and ends with.
///
/// - Parameters:
///   - command: the command line.
///   - data: what the run learns from, by the names of the keys.
func runDescription(
    command: [String], version: String, configuration: JSONValue, totalSteps: Int, parameters: Int,
    data: [(key: String, value: JSONValue)], tokenizer: any Tokenizer
) -> JSONValue {
    let start: [(key: String, value: JSONValue)] = [
        ("command", .array(command.map { .string($0) })), ("version", .string(version)),
        ("directory", .string(currentDirectory())), ("configuration", configuration),
        ("total_steps", .integer(totalSteps)), ("parameters", .integer(parameters)),
    ]
    let end: [(key: String, value: JSONValue)] = [
        (
            "tokenizer",
            ["kind": .string(tokenizer.kind), "sha256": .string(tokenizer.tokenizerHash)]
        )
    ]
    return .object(JSONObject(start + data + end))
}

extension LoopOptions {
    /// The loop of a recipe.
    init(_ recipe: TrainingRecipe, totalSteps: Int) {
        self.init(
            totalSteps: totalSteps, accumulation: recipe.accumulation, clip: recipe.clip,
            logEvery: recipe.logEvery, evaluateEvery: recipe.evaluateEvery, sampleEvery: recipe.sampleEvery,
            saveEvery: recipe.saveEvery, keep: recipe.keep)
    }
}
