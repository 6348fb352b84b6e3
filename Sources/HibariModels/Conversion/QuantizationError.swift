import HibariCheckpoint
import HibariTensor

/// How far the weights of one type in a file are from those they were made of.
public struct QuantizationError: Sendable {
    /// The type in the file.
    public let type: String
    public private(set) var tensorCount = 0
    public private(set) var elementCount = 0
    public private(set) var byteCount = 0
    /// √(Σ(w − ŵ)² / Σw²); 0 for nothing but zeros.
    public var relativeError: Double {
        sumOfSquares > 0 ? (sumOfSquaredErrors / sumOfSquares).squareRoot() : 0
    }
    private var sumOfSquares = 0.0
    private var sumOfSquaredErrors = 0.0

    private init(type: String) { self.type = type }

    /// Compares the parameters of a model with those in a llama.cpp file written from it, one tensor at a time.
    ///
    /// - Returns: the types in the order in which they first come.
    public static func measure(_ model: any LanguageModel, ggufFile path: String) throws
        -> [QuantizationError]
    {
        let file = try GGUFTensors(path: path)
        let names = GGUFTensorNames(model.configuration)
        let written = GGUFModelTensors(file, model.configuration, ignoring: [])
        var errors: [QuantizationError] = []
        for parameter in model.parameters {
            guard let stored = names.entry(named: parameter.name)?.stored,
                let entry = file.entry(named: stored),
                let type = entry.type, let range = entry.range
            else { throw CheckpointError.missingTensor(path: path, tensor: parameter.name) }
            let index = errors.firstIndex { $0.type == type.name } ?? errors.count
            if index == errors.count { errors.append(QuantizationError(type: type.name)) }
            errors[index].add(
                parameter.value.dequantized(), try written.tensor(named: parameter.name, .float32),
                byteCount: range.count)
        }
        return errors
    }

    private mutating func add(_ source: Tensor, _ result: Tensor, byteCount: Int) {
        tensorCount += 1
        elementCount += source.count
        self.byteCount += byteCount
        let (a, b) = (source.input(Float.self), result.input(Float.self))
        for i in 0..<source.count {
            let (value, difference) = (Double(a[i]), Double(a[i]) - Double(b[i]))
            sumOfSquares += value * value
            sumOfSquaredErrors += difference * difference
        }
        withExtendedLifetime((source, result)) {}
    }
}
