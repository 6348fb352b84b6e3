import Glibc
import HibariModels
import HibariSupport
import HibariTestSupport
import HibariTraining
import Testing

/// A folder with a small text, and runs on it that take a fraction of a second.
final class TinyRun {
    private let directory = TemporaryDirectory()
    var folder: String { directory.path }

    init() throws {
        try writeFileAtomically(corpus, Self.text(sentences: 60))
    }

    var corpus: String { folder + "/corpus.txt" }

    static func text(sentences: Int) -> String {
        (0..<sentences).map { "The lark number \($0 * 7 % 13) sings song \($0) over field \($0 % 5).\n" }
            .joined()
    }

    /// 16 steps with dropout, evaluations every 4 and checkpoints every 5.
    func configuration(_ change: (inout PretrainConfiguration) -> Void = { _ in }) -> PretrainConfiguration {
        var c = PretrainConfiguration()
        c.corpus = [corpus]
        (c.layers, c.heads, c.dim, c.context, c.batch) = (1, 2, 16, 16, 4)
        (c.horizon, c.dropout, c.learningRate) = (.steps(16), 0.1, 1e-2)
        (c.evaluateEvery, c.evaluationBatches, c.saveEvery, c.logEvery) = (4, 1, 5, 1)
        change(&c)
        return c
    }

    func run(_ name: String) -> RunDirectory { RunDirectory(path: folder + "/" + name) }

    /// Trains to the end in `name`.
    @discardableResult
    func train(
        _ name: String, _ configuration: PretrainConfiguration,
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) throws -> TrainingResult {
        try Pretraining(configuration, run: run(name)).start(
            command: ["test"], version: "test", observe: observe)
    }

    @discardableResult
    func resume(
        _ name: String, _ configuration: PretrainConfiguration,
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) throws -> TrainingResult {
        try Pretraining(resuming: run(name), configuration).start(
            command: ["test"], version: "test", observe: observe)
    }

    /// The rows of metrics.jsonl without what differs between two runs of the same program.
    func metrics(_ name: String) throws -> [JSONValue] {
        try readFile(run(name).metricsFile).split(separator: UInt8(ascii: "\n")).map { line in
            var row = try JSONValue(parsing: Array(line)).object ?? JSONObject()
            row["seconds"] = nil
            row["tokens_per_second"] = nil
            return .object(row)
        }
    }

    /// Expects the same final weights, optimizer state and rows in two runs.
    func expectSame(_ one: String, _ other: String, _ comment: Comment? = nil) throws {
        for file in [
            "last/model.safetensors", "last/optimizer.safetensors", "best/model.safetensors",
            "model.safetensors",
        ] {
            let (a, b) = try (readFile(run(one).path + "/" + file), readFile(run(other).path + "/" + file))
            // As a boolean: a report of how two files differ byte by byte takes hours.
            let isSame = a == b
            #expect(isSame, "\(file) \(comment ?? "")")
        }
        #expect(try metrics(one) == metrics(other), comment)
        #expect(try run(one).steps() == run(other).steps(), comment)
    }

    /// What the link `name` of a run points to.
    func link(_ name: String, of run: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink(self.run(run).path + "/" + name, &buffer, buffer.count)
        return length < 0
            ? nil : String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// What a test throws to stop a run.
struct Interruption: Error {}
