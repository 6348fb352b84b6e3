import HibariCheckpoint
import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import Testing

/// A tiny model with adapters that PEFT made, and what it computes with them; Tools/golden/README.md names the
/// tensors.
struct GoldenAdapter {
    static let names = [
        "llama_lora", "llama_rslora", "llama_dora", "llama_pattern", "gpt2_lora", "gpt2_dora",
    ]

    let folder: AdapterFolder
    let file: SafetensorsFile
    let base: SafetensorsFile
    let model: any LanguageModel

    init(_ name: String, _ dtype: DType = .float32) throws {
        let path = Golden.folder("adapters/\(name)")
        folder = try AdapterFolder(path: path)
        file = try SafetensorsFile(path: joinPath(path, "golden.safetensors"))
        base = try SafetensorsFile(path: joinPath(folder.basePath, ModelFolder.weightsName))
        let configurationPath = joinPath(folder.basePath, ModelFolder.configurationName)
        let configuration = try DecoderConfiguration(
            huggingFace: try JSONValue(contentsOf: configurationPath), path: configurationPath)
        model = try configuration.makeModel(
            ParameterScope(.read(base), dtype: dtype, lowRank: folder.plan))
    }

    func ids(_ name: String) throws -> Tensor {
        let bytes = try file.bytes(of: name)
        let values = stride(from: 0, to: bytes.count, by: 8).map {
            Int32(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self)))
        }
        return Tensor(values, shape: Shape(file.shape(of: name) ?? []))
    }

    func numbers(_ name: String) throws -> [Double] { try file.floats(of: name).map(Double.init) }

    var adapterParameters: [Parameter] { model.adapters.flatMap(\.parameters) }
}

/// Adapters made by PEFT: the same logits, loss and gradients as there, and merging changes nothing.
@Suite struct GoldenAdapterTests {
    @Test(arguments: GoldenAdapter.names, [DType.float32, .float64])
    func logitsLossAndGradients(_ name: String, _ dtype: DType) throws {
        let golden = try GoldenAdapter(name, dtype)
        let limit = GoldenForwardTests.tolerance(dtype)
        let (ids, targets) = (try golden.ids("input_ids"), try golden.ids("targets"))
        let logits = relativeError(golden.model.logits(ids).numbers, try golden.numbers("logits"))
        #expect(logits <= limit, "logits: relative error \(logits)")
        let loss = valueWithGradient { golden.model.loss(ids, targets) }.item
        #expect(relativeError([loss], try golden.numbers("loss")) <= limit)
        let expected = golden.file.tensorNames.filter { $0.hasPrefix("grad/") }
        #expect(golden.adapterParameters.map { "grad/" + $0.name }.sorted() == expected.sorted())
        for parameter in golden.adapterParameters {
            let error = relativeError(
                parameter.gradient.numbers, try golden.numbers("grad/\(parameter.name)"))
            #expect(error <= limit, "\(parameter.name): relative error \(error)")
        }
    }

    @Test(arguments: GoldenAdapter.names, [DType.float32, .float64])
    func mergedEqualsUnmerged(_ name: String, _ dtype: DType) throws {
        let golden = try GoldenAdapter(name, dtype)
        let ids = try golden.ids("input_ids")
        let unmerged = golden.model.logits(ids).numbers
        try golden.model.mergeAdapters()
        let merged = golden.model.logits(ids).numbers
        let error = relativeError(merged, unmerged)
        #expect(error <= (dtype == .float64 ? 1e-13 : 2e-6), "relative error \(error)")
        #expect(golden.model.adapters.allSatisfy(\.isMerged) && golden.model.trainedParameters.isEmpty)
        try golden.model.mergeAdapters()
        let isUnchanged = golden.model.logits(ids).numbers == merged
        #expect(isUnchanged, "merging twice")
    }

    /// A step of training changes the adapters alone.
    @Test(arguments: GoldenAdapter.names)
    func theModelItselfStaysAsItIs(_ name: String) throws {
        let golden = try GoldenAdapter(name)
        let (ids, targets) = (try golden.ids("input_ids"), try golden.ids("targets"))
        let trained = golden.model.trainedParameters
        #expect(trained.map(\.name) == golden.adapterParameters.map(\.name))
        let before = valueWithGradient { golden.model.loss(ids, targets) }.item
        AdamW(trained, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0)
            .step(learningRate: 1e-3, gradientScale: 1)
        #expect(golden.model.loss(ids, targets).item < before)
        for parameter in golden.model.parameters {
            #expect(!parameter.hasGradient && !parameter.isTrainable, "\(parameter.name)")
            let isUnchanged =
                try parameter.value.array(of: Float.self) == golden.base.floats(of: parameter.name)
            #expect(isUnchanged, "\(parameter.name)")
        }
    }

    /// Token by token over a cache, to the bit as all at once over a cache, and as without.
    @Test(arguments: GoldenAdapter.names)
    func cachedDecoding(_ name: String) throws {
        let golden = try GoldenAdapter(name)
        let ids = Array(try golden.ids("input_ids").array(of: Int32.self).prefix(9))
        let whole = golden.model.nextLogits(after: ids, cache: golden.model.makeCache())
        let cache = golden.model.makeCache()
        var last = whole
        for id in ids { last = golden.model.nextLogits(after: [id], cache: cache) }
        let isSame = last.array(of: Float.self) == whole.array(of: Float.self)
        #expect(isSame)
        let plain = golden.model.logits(Tensor(ids, shape: [1, ids.count]))
        let error = relativeError(whole.numbers, Array(plain.numbers.suffix(whole.count)))
        #expect(error < 1e-5, "relative error \(error)")
    }
}
