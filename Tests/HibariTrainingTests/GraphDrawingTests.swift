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
        let (parameters, value) = example.computation()
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
        let graph = Graph(recordedGraph(GraphExample.expression.computation().value).graph)
        func details(_ title: String) -> [String]? {
            graph.nodes.first { $0.title.hasPrefix(title) }?.details
        }
        // Of the README of micrograd: g = 24.7041, dg/da = 138.8338, dg/db = 645.5773.
        #expect(details("g = add") == ["24.7", "∂ 1"])
        #expect(details("a") == ["-4", "∂ 138.8"] && details("b") == ["2", "∂ 645.6"])
        #expect(graph.nodes.last?.kind == .output)
    }

    @Test func shapesOnly() {
        let graph = Graph(recordedGraph(GraphExample.xor.computation().value).graph, showsValues: false)
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
}
