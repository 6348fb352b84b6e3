import HibariData
import HibariNN
import HibariSupport
import HibariTensor
import HibariTraining

/// How a model's inputs are made from files, as `hibari run` notes it in model.json and `hibari predict` reads it.
enum ModelInput {
    case table(TableEncoder)
    /// Mean and standard deviation of each channel, for samples in 0...1.
    case images(ImageShape, mean: [Float], standardDeviation: [Float], classNames: [String])

    static let key = "input"

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
    /// - Throws: `ModelFileError` if the note is damaged, or is not about such inputs and outputs as the model has.
    init(of model: Model, path: String) throws {
        let file = joinPath(path, ModelFile.descriptionName)
        let note = model.notes[Self.key]
        switch note?["kind"]?.string {
        case "table":
            self = .table(try TableEncoder(json: note?["encoder"] ?? .null, path: file))
        case "images":
            guard let images = note.flatMap(Self.images) else {
                throw ModelFileError(path: file, problem: "the note about its pictures is damaged")
            }
            self = images
        default:
            throw ModelFileError(
                path: file,
                problem:
                    "it does not say how files become its inputs; hibari predict takes models of tables and pictures"
            )
        }
        try requireFit(model, file)
    }

    /// Nil unless sizes, means, deviations and classes are all there and can be true.
    private static func images(_ note: JSONValue) -> ModelInput? {
        func floats(_ key: String) -> [Float] {
            (note[key]?.array ?? []).map { Float($0.double ?? .nan) }
        }
        let sizes = (note["shape"]?.array ?? []).map { $0.int ?? 0 }
        let (mean, deviation) = (floats("mean"), floats("standard_deviation"))
        let classes = note["classes"]?.array ?? []
        let classNames = classes.compactMap(\.string)
        // The product of three such sizes is still a number.
        guard sizes.count == 3, sizes.allSatisfy({ (1...1 << 20).contains($0) }),
            mean.count == sizes[0], mean.allSatisfy(\.isFinite),
            deviation.count == sizes[0], deviation.allSatisfy({ $0 > 0 && $0.isFinite }),
            classNames.count == classes.count, Set(classNames).count >= 2
        else { return nil }
        return .images(
            ImageShape(channels: sizes[0], height: sizes[1], width: sizes[2]), mean: mean,
            standardDeviation: deviation, classNames: classNames)
    }

    /// Throws unless the model takes these inputs and gives a number, or a logit for each class; two classes may share
    /// one.
    private func requireFit(_ model: Model, _ file: String) throws(ModelFileError) {
        let input: Shape
        let inputs: String
        let classCount: Int?
        switch self {
        case .table(let encoder):
            input = [encoder.inputCount]
            inputs = "its table gives \(encoder.inputCount) numbers a row"
            if case .classes(_, let names) = encoder.target {
                classCount = names.count
            } else {
                classCount = nil
            }
        case .images(let shape, _, _, let classNames):
            input = [shape.channels, shape.height, shape.width]
            inputs = "its pictures are \(shape)"
            classCount = classNames.count
        }
        guard model.input == input else {
            throw ModelFileError(path: file, problem: "it takes inputs \(model.input), \(inputs)")
        }
        let width = model.parts.last?.output.count ?? 0
        guard width == classCount ?? 1 || width == 1 && classCount == 2 else {
            throw ModelFileError(
                path: file,
                problem: "it gives \(width) numbers a row, which do not fit what it says it predicts")
        }
    }
}
