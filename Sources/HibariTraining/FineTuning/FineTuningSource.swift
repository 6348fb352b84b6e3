import HibariModels
import HibariSupport
import HibariTensor

/// Where a fine-tuning run learns from, as options name it.
public protocol FineTuningSource: Sendable {
    /// Its options.
    var settings: [(key: String, value: JSONValue)] { get }
    /// What the option for the tokens of a sequence is called.
    var contextOption: String { get }
    func validate() throws
    /// Reads the data.
    ///
    /// - Parameter context: tokens of a sequence.
    func read(for base: LoadedModel, _ recipe: TrainingRecipe, context: Int) throws -> any FineTuningData
}

/// The data of a fine-tuning run, read and encoded.
public protocol FineTuningData {
    /// What the data are, for run.json, with the key.
    var record: (key: String, value: JSONValue) { get }
    /// A line for a person.
    var summary: String { get }
    /// What a person should know before it is learned, a line each.
    var notes: [String] { get }
    var stepsPerEpoch: Double { get }
    /// On average.
    var tokensPerStep: Double { get }
    /// The most tokens of a micro-batch.
    var tokensAtOnce: Int { get }
    /// What an evaluation over all held-out data scores.
    var heldOutUnits: Int { get }
    /// Throws unless the data are those of a run.json.
    func checkUnchanged(since description: JSONValue, _ run: RunDirectory) throws
    /// - Parameters:
    ///   - parameters: what is trained.
    ///   - save: writes the result to an existing folder.
    func task(
        _ base: LoadedModel, parameters: [Parameter], save: @escaping (_ folder: String) throws -> Void
    ) throws -> any TrainingTask
}
