import Foundation
import HibariSupport
import HibariTestSupport
import Testing

/// A new folder with a small text, removed when this goes out of scope.
final class Workspace {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "hibari-commands-" + UUID().uuidString
        try makeDirectories(folder)
        try write("corpus.txt", Self.text)
    }

    deinit { try? removeTree(folder) }

    static let text = (0..<80).map {
        "The lark number \($0 * 7 % 13) sings song \($0) over field \($0 % 5).\n"
    }.joined()

    /// Options of a model that trains in a fraction of a second.
    static let tiny = [
        "--layers", "1", "--heads", "2", "--dim", "16", "--context", "16", "--batch", "4", "--steps", "12",
        "--eval-every", "4", "--log-every", "1", "--threads", "1",
    ]

    func path(_ name: String) -> String { folder + "/" + name }
    func exists(_ name: String) -> Bool { fileExists(path(name)) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try writeFileAtomically(path(name), bytes)
        return path(name)
    }

    /// The arguments of a tiny run into `out`.
    func pretraining(_ out: String, _ more: String...) -> [String] {
        ["pretrain", "--corpus", path("corpus.txt"), "--out", path(out)] + Self.tiny + more
    }

    @discardableResult
    func pretrain(_ out: String, _ more: String...) throws -> Outcome {
        let arguments = ["pretrain", "--corpus", path("corpus.txt"), "--out", path(out)] + Self.tiny + more
        return expectSuccess(try hibari(arguments))
    }

    /// A copy of a run's model to damage.
    func copyModel(_ run: String, to name: String) throws {
        try makeDirectories(path(name))
        for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
            try write(name + "/" + file, try readFile(path(run) + "/" + file))
        }
    }

    func read(_ name: String) throws -> [UInt8] { try readFile(path(name)) }
    func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

    /// The rows of a run's metrics.jsonl without times.
    func metrics(_ run: String) throws -> [JSONValue] {
        try read(run + "/metrics.jsonl").split(separator: UInt8(ascii: "\n")).map { line in
            var row = try JSONValue(parsing: Array(line)).object ?? JSONObject()
            row["seconds"] = nil
            row["tokens_per_second"] = nil
            return .object(row)
        }
    }

    /// Expects the same weights, optimizer state and rows in two runs.
    func expectSame(_ one: String, _ other: String) throws {
        for file in [
            "last/model.safetensors", "last/optimizer.safetensors", "best/model.safetensors",
            "model.safetensors",
        ] {
            #expect(try read(one + "/" + file) == read(other + "/" + file), "\(file)")
        }
        #expect(try metrics(one) == metrics(other))
    }
}
