import HibariCheckpoint
import HibariNN
import HibariSupport
import HibariTensor

/// A classic network in a folder: model.safetensors, and model.json with all that is needed to build the model again.
///
///     { "format": "hibari-model", "version": 1, "input": [784], "input_type": "float32",
///       "architecture": { "type": "Sequential", "layers": [ { "type": "Dense", "outputs": 10, … } ] },
///       "notes": { … } }
public enum ModelFile {
    public static let descriptionName = "model.json"
    public static let weightsName = "model.safetensors"
    private static let format = "hibari-model"
    private static let version = 1

    /// The description of a model.
    ///
    /// `architecture` is null for a model that only a program can build: a struct of layers, or one with a
    /// `Function`.
    static func description(of model: Model) throws -> JSONValue {
        [
            "format": .string(format), "version": .integer(version),
            "input": .array(model.input.array.map { .integer($0) }),
            "input_type": .string(model.inputType.rawValue),
            "architecture": try architecture(of: model), "notes": .object(model.notes),
        ]
    }

    private static func architecture(of model: Model) throws -> JSONValue {
        guard let specification = model.specification else { return .null }
        do {
            return try JSONValue(encoding: AnyLayer(specification))
        } catch ModelError.notDescribable {
            return .null
        }
    }

    /// Writes the two files into an existing folder.
    public static func write(_ model: Model, to folder: String) throws {
        try writeFileAtomically(
            joinPath(folder, descriptionName), try description(of: model).bytes(pretty: true))
        try writeSafetensors(
            model.parameters.map { SafetensorsTensor(name: $0.name, $0.value) },
            to: joinPath(folder, weightsName))
    }

    /// Reads a model.
    ///
    /// - Parameter path: a folder, e.g. of a run.
    public static func read(_ path: String) throws -> Model {
        let file = joinPath(path, descriptionName)
        let json = try JSONValue(contentsOf: file)
        guard json["format"]?.string == format else {
            throw ModelFileError(path: file, problem: "it does not describe a model of Hibari")
        }
        guard json["version"]?.int == version else {
            throw ModelFileError(
                path: file,
                problem: "version \(json["version"]?.text() ?? "none"), this program reads \(version)")
        }
        guard let architecture = json["architecture"], !architecture.isNull else {
            throw ModelFileError(
                path: file,
                problem:
                    "the architecture is code of the program that made it; build it there and use loadWeights"
            )
        }
        guard let inputType = json["input_type"]?.string.flatMap(DType.init) else {
            throw ModelFileError(
                path: file,
                problem: "input_type is \(json["input_type"]?.text() ?? "missing"), expected one of "
                    + DType.plain.map(\.rawValue).joined(separator: ", "))
        }
        do {
            guard let sequential = try architecture.decode(AnyLayer.self).specification as? Sequential else {
                throw ModelFileError(path: file, problem: "the architecture is no Sequential")
            }
            let weights = try SafetensorsFile(path: joinPath(path, weightsName))
            // Behind ids the parameters have the type that they were written in.
            let isDouble =
                inputType == .int32
                ? weights.entries.contains { $0.dtype == .float64 } : inputType == .float64
            let model = try Model(
                sequential, input: try input(json, file),
                ParameterScope(.read(weights), dtype: isDouble ? .float64 : .float32))
            guard model.inputType == inputType else {
                throw ModelFileError(
                    path: file, problem: "input_type is \(inputType), the layers take \(model.inputType)")
            }
            model.notes = json["notes"]?.object ?? JSONObject()
            return model
        } catch let error as JSONFormError {
            throw ModelFileError(path: file, problem: "in the architecture: \(error)")
        } catch let error as ModelError {
            throw ModelFileError(path: file, problem: error.description)
        }
    }

    private static func input(_ json: JSONValue, _ file: String) throws -> Shape {
        do {
            return try (json["input"] ?? .null).decode()
        } catch let error as JSONFormError {
            throw ModelFileError(path: file, problem: "in the input: \(error)")
        }
    }
}

/// Why a model.json cannot be used.
public struct ModelFileError: UserError, Equatable {
    public let path: String
    public let problem: String

    package init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    public var exitStatus: ExitStatus { .badData }
    public var description: String { "\(path): \(problem)" }
}

extension Model {
    /// Writes model.safetensors and model.json into a folder, which is made if it is not there.
    public func save(to folder: String) throws {
        try makeDirectories(folder)
        try ModelFile.write(self, to: folder)
    }

    /// Reads a model that `save(to:)` or a run wrote.
    public static func load(_ folder: String) throws -> Model { try ModelFile.read(folder) }

    /// Takes the parameters from a safetensors file, whoever wrote it; names and shapes must be those of this model.
    ///
    /// - Parameter path: the file, or a folder with a model.safetensors.
    /// - Throws: `ParameterError` naming what is missing, of another shape, or unknown.
    public func loadWeights(_ path: String) throws {
        let file = try SafetensorsFile(
            path: directoryExists(path) ? joinPath(path, ModelFile.weightsName) : path)
        var problems: [String] = []
        for parameter in parameters {
            switch file.shape(of: parameter.name) {
            case nil: problems.append("\(parameter.name) \(parameter.shape) is missing")
            case parameter.shape.array?: break
            case let shape?:
                problems.append("\(parameter.name) has shape \(shape), the model asks for \(parameter.shape)")
            }
        }
        let known = Set(parameters.map(\.name))
        problems += file.tensorNames.filter { !known.contains($0) }.map { "\($0) is unknown" }
        if !problems.isEmpty { throw ParameterError.mismatch(location: file.path, problems: problems) }
        for parameter in parameters {
            parameter.assign(try file.tensor(named: parameter.name, parameter.value.dtype))
        }
    }
}
