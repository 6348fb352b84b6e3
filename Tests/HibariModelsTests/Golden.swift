import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor

/// A tiny model of `transformers` and what PyTorch computes with it; Tools/golden/README.md names the
/// tensors.
struct Golden {
    static let models = [
        "gpt2", "gpt2_nobias", "llama", "llama_biases", "llama_gqa_untied", "qwen2", "qwen3",
    ]

    let name: String
    let file: SafetensorsFile
    let weights: SafetensorsFile
    let configuration: DecoderConfiguration
    let model: any LanguageModel

    init(_ name: String, _ dtype: DType = .float32) throws {
        let folder = Self.folder(name)
        let path = joinPath(folder, ModelFolder.configurationName)
        self.name = name
        file = try SafetensorsFile(path: joinPath(folder, "golden.safetensors"))
        weights = try SafetensorsFile(path: joinPath(folder, ModelFolder.weightsName))
        var configuration = try DecoderConfiguration(huggingFace: try JSONValue(contentsOf: path), path: path)
        // The biases of this fixture are zero and frozen, which transformers has no key for.
        if name == "gpt2_nobias" { configuration.hasBias = false }
        self.configuration = configuration
        model = try configuration.makeModel(ParameterScope(.read(weights), dtype: dtype))
    }

    static func folder(_ name: String) -> String {
        joinPath(splitPath(#filePath).directory, "Fixtures/\(name)")
    }

    var inputs: Tensor { get throws { try ids("input_ids") } }

    /// A tensor of token ids.
    func ids(_ name: String) throws -> Tensor {
        let bytes = try file.bytes(of: name)
        let values = stride(from: 0, to: bytes.count, by: 8).map {
            Int32(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self)))
        }
        return Tensor(values, shape: Shape(file.shape(of: name) ?? []))
    }

    func numbers(_ name: String) throws -> [Double] { try file.floats(of: name).map(Double.init) }

    /// The parameters that have a tensor called `prefix`/NAME.
    func names(under prefix: String) -> [String] {
        file.tensorNames.filter { $0.hasPrefix(prefix + "/") }.map { String($0.dropFirst(prefix.count + 1)) }
            .sorted()
    }

    /// Clears the gradients and computes those of the loss on the fixture's batch.
    func backward(targets name: String = "targets") throws -> Double {
        for parameter in model.parameters { parameter.clearGradient() }
        let (inputs, targets) = (try inputs, try ids(name))
        return valueWithGradient { model.loss(inputs, targets) }.item
    }
}

extension Tensor {
    /// The elements of a tensor of either floating-point type.
    var numbers: [Double] { cast(to: .float64).array(of: Double.self) }
}

/// ‖a − b‖ / ‖b‖; the plain norm of a where b is zero.
func relativeError(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "relativeError: \(a.count) numbers against \(b.count)")
    let difference = zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    let norm = b.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
    return norm == 0 ? difference : difference / norm
}
