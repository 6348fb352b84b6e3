import HibariData
import HibariNN
import HibariSupport
import HibariTraining

/// How a model's inputs are made from files, as `hibari run` notes it in model.json and `hibari predict` reads it.
enum ModelInput {
    case table(TableEncoder)
    /// Mean and standard deviation of each channel, for samples in 0...1.
    case images(ImageShape, mean: [Float], standardDeviation: [Float], classNames: [String])

    private static let key = "input"

    /// Notes it in a model.
    func note(in model: Model) {
        switch self {
        case .table(let encoder):
            model.notes[Self.key] = ["kind": "table", "encoder": encoder.json]
        case .images(let shape, let mean, let deviation, let classNames):
            model.notes[Self.key] = [
                "kind": "images",
                "shape": .array([shape.channels, shape.height, shape.width].map { .integer($0) }),
                "mean": .array(mean.map { .number(Double($0)) }),
                "standard_deviation": .array(deviation.map { .number(Double($0)) }),
                "classes": .array(classNames.map { .string($0) }),
            ]
        }
    }

    /// What is noted in a model.
    ///
    /// - Parameter path: where the model came from, for errors.
    init(of model: Model, path: String) throws {
        let file = joinPath(path, ModelFile.descriptionName)
        let note = model.notes[Self.key]
        switch note?["kind"]?.string {
        case "table":
            self = .table(try TableEncoder(json: note?["encoder"] ?? .null, path: file))
        case "images":
            func numbers(_ key: String) -> [Double] { (note?[key]?.array ?? []).compactMap(\.double) }
            let sizes = numbers("shape").map { Int($0) }
            let classNames = (note?["classes"]?.array ?? []).compactMap(\.string)
            guard sizes.count == 3, sizes.allSatisfy({ $0 > 0 }), numbers("mean").count == sizes[0],
                numbers("standard_deviation").count == sizes[0], !classNames.isEmpty
            else { throw ModelFileError(path: file, problem: "the note about its pictures is damaged") }
            self = .images(
                ImageShape(channels: sizes[0], height: sizes[1], width: sizes[2]),
                mean: numbers("mean").map { Float($0) },
                standardDeviation: numbers("standard_deviation").map { Float($0) }, classNames: classNames)
        default:
            throw ModelFileError(
                path: file,
                problem: "it does not say how inputs are made from a file; only models of hibari run do")
        }
    }
}
