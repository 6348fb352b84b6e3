import HibariModels
import HibariNN
import HibariReports
import HibariTensor
import HibariTraining
import Testing

@Suite struct GraphDrawingTests {
    /// The gradients that are drawn are the derivatives: of every parameter of every example, against differences.
    @Test(arguments: GraphExample.allCases)
    func shownGradientsAreDerivatives(_ example: GraphExample) throws {
        let (parameters, value) = try example.computation()
        let checked = checkGradients(name: example.rawValue, parameters: parameters, loss: value)
        #expect(checked.passed && checked.elementsChecked > 0, "\(checked.worst)")
        let analytic = parameters.map { $0.gradient.array(of: Double.self) }
        parameters.forEach { $0.clearGradient() }
        let graph = Graph(recordedGraph(value).graph)
        for (parameter, gradient) in zip(parameters, analytic) {
            let node = try #require(graph.nodes.first { $0.title == parameter.name })
            #expect(node.kind == .parameter)
            let shown = node.details.filter { $0.hasPrefix("∂ ") }
                .flatMap { $0.dropFirst(2).split(separator: ", ") }.map(String.init)
            #expect(shown == gradient.map { readable($0) }, "\(parameter.name)")
        }
    }

    @Test func expressionHasTheValuesOfItsSource() throws {
        let graph = Graph(recordedGraph(try GraphExample.expression.computation().value).graph)
        func details(_ title: String) -> [String]? {
            graph.nodes.first { $0.title.hasPrefix(title) }?.details
        }
        // Of the README of micrograd: g = 24.7041, dg/da = 138.8338, dg/db = 645.5773.
        #expect(details("g = add") == ["24.7", "∂ 1"])
        #expect(details("a") == ["-4", "∂ 138.8"] && details("b") == ["2", "∂ 645.6"])
        #expect(graph.nodes.last?.kind == .output)
    }

    @Test func shapesOnly() throws {
        let graph = Graph(recordedGraph(try GraphExample.xor.computation().value).graph, showsValues: false)
        #expect(graph.nodes.first { $0.title == "x" }?.details == ["[4, 2]"])
        #expect(graph.nodes.allSatisfy { $0.details.allSatisfy { !$0.contains("∂") } })
    }

    @Test(arguments: ModelFamily.allCases)
    func layersOfModelsAreGroups(_ family: ModelFamily) throws {
        let configuration = try DecoderConfiguration(
            family: family, vocabularySize: 11, contextLength: 8, layerCount: 5, hiddenSize: 8, headCount: 2,
            feedForwardSize: 16)
        let model = try configuration.makeModel(ParameterScope(.initialize(seed: 1)))
        let graph = Graph(recordedLoss(of: model, batch: 2, time: 4), foldsLeaves: true)
        let prefix = family == .gpt2 ? "transformer.h." : "model.layers."
        #expect(Set(graph.nodes.compactMap(\.group)) == Set((0..<5).map { prefix + "\($0)" }))
        // Every parameter is named once where it is read; tied weights twice.
        let named = graph.nodes.flatMap { node in
            node.details.compactMap { line -> String? in
                guard let name = line.split(separator: " ").first, name.contains("weight") else { return nil }
                return (node.group.map { $0 + "." } ?? "") + name
            }
        }
        let weights = model.parameters.map(\.name).filter { $0.contains("weight") }
        let missing = weights.filter { name in !named.contains { name.hasSuffix($0) } }
        #expect(missing.isEmpty, "\(missing)")
        #expect(graph.nodes.last?.title == "loss = linearCrossEntropy")
        let short = graph.collapsingRepeats()
        #expect(short.nodes.contains { $0.title.contains("× the same") })
        #expect(short.nodes.count < graph.nodes.count / 2, "\(short.nodes.count) of \(graph.nodes.count)")
    }

    /// A loss that fits is drawn, else the sum of the outputs; blocks of layers are groups.
    @Test func classicModels() throws {
        let model = try Sequential {
            Embedding(5, 8)
            for _ in 0..<4 { TransformerBlock(8, heads: 2, depth: 4) }
            Dense(5)
        }.build(input: [3], seed: 1)
        let recorded = try recordedLoss(of: model, .crossEntropy, batch: 2, valueLimit: 0)
        let graph = Graph(recorded, foldsLeaves: true)
        #expect(graph.nodes.last?.title.hasPrefix("loss = ") == true)
        #expect(Set(graph.nodes.compactMap(\.group)) == ["1", "2", "3", "4"])
        #expect(graph.collapsingRepeats().nodes.contains { $0.title == "3 × the same" })
        #expect(graph.nodes.contains { $0.details.contains("5.weight [5, 8]") })

        let regression = try Sequential { Dense(1) }.build(input: [2], seed: 1)
        let squares = Graph(try recordedLoss(of: regression, .meanSquaredError, batch: 1, valueLimit: 8))
        #expect(
            squares.nodes.first { $0.title == "0.weight" }?.details.contains { $0.hasPrefix("∂ ") } == true)
        let sum = Graph(try recordedLoss(of: regression, nil, batch: 1, valueLimit: 8))
        #expect(sum.nodes.last?.title.hasPrefix("sum of the outputs") == true)
    }
}
