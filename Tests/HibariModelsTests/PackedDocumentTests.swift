import HibariModels
import HibariNN
import HibariTensor
import Testing

/// Documents one after the other in a batch of one row are what each is as a sequence of its own.
@Suite struct PackedDocumentTests {
    /// More tokens in all than the context.
    private let segments = [5, 1, 26, 9]
    private var rows: [Range<Int>] {
        var start = 0
        return segments.map { length in
            defer { start += length }
            return start..<start + length
        }
    }
    private let ids = (0..<41).map { Int32($0 * 37 % 61) }
    /// Every fourth token is not learned.
    private let targets = (0..<41).map { $0 % 4 == 3 ? ignoredTarget : Int32($0 * 29 % 61) }

    private func model(_ family: ModelFamily, _ dtype: DType) throws -> any LanguageModel {
        try DecoderConfiguration(
            family: family, vocabularySize: 64, contextLength: 26, layerCount: 2, hiddenSize: 32,
            headCount: 4, keyValueHeadCount: family == .gpt2 ? nil : 2
        ).makeModel(ParameterScope(.initialize(seed: 3), dtype: dtype))
    }

    private func tensor(_ numbers: [Int32], _ range: Range<Int>) -> Tensor {
        Tensor(Array(numbers[range]), shape: [1, range.count])
    }

    private func packed(_ recompute: Recompute = .none) -> ForwardContext {
        var context = ForwardContext()
        context.segments = segments
        context.recompute = recompute
        return context
    }

    @Test(arguments: ModelFamily.allCases, [DType.float64, .float32])
    func logitsAndLosses(_ family: ModelFamily, _ dtype: DType) throws {
        let model = try model(family, dtype)
        let limit = dtype == .float64 ? 1e-12 : 1e-5
        let whole = tensor(ids, 0..<41)
        let logits = model.logits(whole, packed())
        let losses = model.losses(whole, tensor(targets, 0..<41), packed())
        for range in rows {
            let alone = model.logits(tensor(ids, range))
            #expect(difference(logits.slice(axis: 1, range), alone) <= limit, "rows \(range)")
            let ownLosses = model.losses(tensor(ids, range), tensor(targets, range))
            #expect(difference(losses.slice(range), ownLosses) <= limit, "rows \(range)")
        }
        // The documents do matter to each other if nothing keeps them apart.
        let short = tensor(ids, 0..<6)
        var apart = ForwardContext()
        apart.segments = [5, 1]
        #expect(difference(model.logits(short), model.logits(short, apart)) > 1e-3)
    }

    @Test(arguments: ModelFamily.allCases, [DType.float64, .float32])
    func gradients(_ family: ModelFamily, _ dtype: DType) throws {
        let model = try model(family, dtype)
        func gradients(_ body: () -> Double) -> (loss: Double, gradients: [Tensor]) {
            for parameter in model.parameters { parameter.clearGradient() }
            let loss = body()
            return (loss, model.parameters.map { $0.gradient.copied() })
        }
        func inOne(_ recompute: Recompute) -> (loss: Double, gradients: [Tensor]) {
            gradients {
                valueWithGradient {
                    model.loss(tensor(ids, 0..<41), tensor(targets, 0..<41), packed(recompute))
                }.item
            }
        }
        let learned = targets.count { $0 != ignoredTarget }
        let oneByOne = gradients {
            rows.reduce(0) { sum, range in
                let share = Double(targets[range].count { $0 != ignoredTarget }) / Double(learned)
                return sum + share
                    * valueWithGradient(weight: share) {
                        model.loss(tensor(ids, range), tensor(targets, range))
                    }.item
            }
        }
        let limit = dtype == .float64 ? 1e-12 : 1e-5
        for recompute in Recompute.allCases {
            let together = inOne(recompute)
            #expect(abs(together.loss - oneByOne.loss) <= limit, "\(recompute)")
            for (index, parameter) in model.parameters.enumerated() {
                let error = difference(together.gradients[index], oneByOne.gradients[index])
                #expect(error <= limit, "\(recompute), \(parameter.name)")
            }
        }
    }

    /// The largest difference of two elements.
    private func difference(_ a: Tensor, _ b: Tensor) -> Double {
        let (a, b) = (
            a.cast(to: .float64).array(of: Double.self), b.cast(to: .float64).array(of: Double.self)
        )
        guard a.count == b.count else { return .infinity }
        return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test func aCacheHoldsOneDocument() async {
        await #expect(processExitsWith: .failure) {
            let model = try DecoderConfiguration(
                family: .gpt2, vocabularySize: 8, contextLength: 8, layerCount: 1, hiddenSize: 8, headCount: 1
            ).makeModel(ParameterScope(.initialize(seed: 3)))
            var context = ForwardContext.cached(model.makeCache())
            context.segments = [1, 1]
            _ = model.logits(Tensor([1, 2] as [Int32], shape: [1, 2]), context)
        }
    }
}
