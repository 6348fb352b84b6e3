import ArgumentParser
import HibariCheckpoint
import HibariCommandLine
import HibariModels
import HibariNN
import HibariSupport
import HibariTokenizers
import HibariTraining

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what is in a run directory, a model folder, a safetensors file or a GGUF file.",
        discussion: "Example: hibari inspect checkpoints/stories-en")

    @Argument(help: "A run directory, a model folder, adapters, a .safetensors or a .gguf file.") var path:
        String
    @Flag(help: "List every tensor.") var tensors = false
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        if !directoryExists(path) {
            let mapped = try MappedFile(path: path)
            if mapped.starts(with: Array("GGUF".utf8)) {
                let description = GGUFDescription(try GGUFTensors(GGUFFile(file: mapped)))
                return printResult(json ? try description.json.text() : try description.text)
            }
            if path.hasSuffix(".safetensors") {
                let file = try SafetensorsFile(path: path)
                return printResult(json ? tensorList([file]).text() : tensorTable([file]))
            }
        }
        if fileExists(joinPath(path, ModelFile.descriptionName)) { return try inspectLayers() }
        let loaded = try LoadedModel(path: path)
        let files = try weightFiles()
        if json { return printResult(description(loaded, files).text()) }
        printResult(try summary(loaded))
        if tensors { printResult("\n" + tensorTable(files)) }
    }

    /// Where the folder has its tensors: those of adapters, of the model, or of its parts; none in a checkpoint of another
    /// program.
    private func weightFiles() throws -> [SafetensorsFile] {
        let names = [AdapterFolder.weightsName, ModelFolder.weightsName].map { joinPath(path, $0) }
        if let single = names.first(where: fileExists) {
            return [try SafetensorsFile(path: single, verify: false)]
        }
        let index = joinPath(path, ModelFolder.weightsIndexName)
        return fileExists(index) ? try ShardedSafetensors(path: index, verify: false).shards : []
    }

    /// A network of layers, as hibari run and programs leave it.
    private func inspectLayers() throws {
        let model = try Model.load(path)
        let files = [try SafetensorsFile(path: joinPath(path, ModelFile.weightsName), verify: false)]
        guard json else {
            let rows = try runRows().map { padded($0.0, 14) + $0.1 }
            printResult(([model.summary.description, ""] + rows).joined(separator: "\n"))
            if tensors { printResult("\n" + tensorTable(files)) }
            return
        }
        let description = try JSONValue(contentsOf: joinPath(path, ModelFile.descriptionName))
        let object: JSONValue = [
            "input": description["input"] ?? .null, "architecture": description["architecture"] ?? .null,
            "notes": description["notes"] ?? .null, "parameters": .integer(model.parameterCount),
            "tensors": tensorList(files),
        ]
        printResult(object.text())
    }

    private func summary(_ loaded: LoadedModel) throws -> String {
        let c = loaded.model.configuration
        var rows: [(String, String)] = [
            (
                "model",
                "\(c.family.rawValue), \(c.layerCount) layers, width \(c.hiddenSize), MLP \(c.feedForwardSize)"
            ),
            ("attention", "\(c.headCount) heads of \(c.headDim), \(c.keyValueHeadCount) key-value heads"),
            ("context", "\(c.contextLength) tokens"),
            (
                "vocabulary",
                "\(c.vocabularySize) (\(loaded.tokenizer.kind)), head \(c.tiesEmbeddings ? "tied" : "not tied")"
            ),
            ("parameters", "\(loaded.model.parameterCount)"),
            ("  embedding", "\(c.parameterGroups.embedding)"),
            ("  attention", "\(c.parameterGroups.attention)"),
            ("  MLP", "\(c.parameterGroups.feedForward)"),
            ("  norms", "\(c.parameterGroups.norms)"),
            ("FLOPs", "\(abbreviated(c.trainingFLOPsPerToken)) per token of training at the full context"),
            ("KV cache", "\(abbreviatedBytes(Double(c.cacheBytesPerToken))) per token"),
        ]
        rows += try runRows()
        return rows.map { padded($0.0, 14) + $0.1 }.joined(separator: "\n")
    }

    /// What the folder says of its training, if it is a run.
    private func runRows() throws -> [(String, String)] {
        let run = joinPath(path, "run.json")
        guard fileExists(run) else { return [] }
        let json = try JSONValue(contentsOf: run)
        let corpus = json["corpus"]
        let examples = json["data"]?["training"]?["examples"]?.int
        let data =
            examples.map { counted($0, "example") }
            ?? "\(counted(corpus?["documents"]?.int ?? 0, "document")), \(abbreviatedBytes(corpus?["bytes"]?.double ?? 0)), "
            + "sha256 \((corpus?["sha256"]?.string ?? "").prefix(12))"
        var rows = [
            ("trained on", data),
            ("command", (json["command"]?.array ?? []).compactMap(\.string).joined(separator: " ")),
        ]
        let metricsFile = joinPath(path, "metrics.jsonl")
        if fileExists(metricsFile) {
            let metrics = try readFile(metricsFile)
            // A run that was killed may have left half a row at the end.
            let evaluations = metrics.split(separator: UInt8(ascii: "\n")).compactMap {
                try? JSONValue(parsing: Array($0))
            }
            if let best = evaluations.last(where: {
                ($0["type"] == "eval" || $0["type"] == "epoch") && $0["best"] == true
            }) {
                rows.append(
                    (
                        "best",
                        "validation loss \(fixed(best["val_loss"]?.double ?? 0, 4)) at step \(best["step"]?.int ?? 0)"
                    ))
            }
        }
        return rows
    }

    private func description(_ loaded: LoadedModel, _ files: [SafetensorsFile]) -> JSONValue {
        let c = loaded.model.configuration
        return [
            "configuration": c.huggingFaceJSON(endOfText: loaded.tokenizer.endOfText),
            "parameters": .integer(loaded.model.parameterCount), "tokenizer": .string(loaded.tokenizer.kind),
            "training_flops_per_token": .number(c.trainingFLOPsPerToken), "tensors": tensorList(files),
        ]
    }

    private func tensorList(_ files: [SafetensorsFile]) -> JSONValue {
        .array(
            files.flatMap(\.entries).map { entry in
                [
                    "name": .string(entry.name), "dtype": .string(entry.dtype.rawValue),
                    "shape": .array(entry.shape.map { .integer($0) }), "bytes": .integer(entry.range.count),
                ]
            })
    }

    private func tensorTable(_ files: [SafetensorsFile]) -> String {
        let entries = files.flatMap(\.entries)
        let width = entries.map(\.name.count).max() ?? 0
        let metadata = files.first?.metadata.sorted { $0.key < $1.key } ?? []
        var lines = metadata.map { padded($0.key, width + 2) + $0.value }
        lines += entries.map {
            padded($0.name, width + 2) + padded($0.dtype.rawValue, 6) + padded("\($0.shape)", 16)
                + abbreviatedBytes(Double($0.range.count))
        }
        let total = entries.reduce(0) { $0 + $1.count }
        return (lines + ["\(entries.count) tensors, \(total) elements"]).joined(separator: "\n")
    }
}
