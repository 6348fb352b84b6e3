import HibariSupport
import HibariTensor
import Testing

@Suite struct RecordedGraphTests {
    private func scalar(_ value: Double, _ name: String = "") -> Parameter {
        Parameter(Tensor(scalar: value), name: name)
    }

    /// The example of Karpathy's micrograd, with the values and gradients that its README gives.
    @Test func scalarExpression() {
        let (a, b) = (scalar(-4, "a"), scalar(2, "b"))
        let one = Tensor(scalar: 1.0)
        let (value, graph) = recordedGraph {
            let (a, b) = (a.tensor, b.tensor)
            var c = a + b
            var d = a * b + b * b * b
            c = c + (c + one)
            c = c + (one + c - a)
            d = d + (2 * d + relu(b + a))
            d = d + (3 * d + relu(b - a))
            let e = (c - d).named("e")
            let f = e * e
            return (0.5 * f + Tensor(scalar: 10.0) / f).named("g")
        }
        #expect(abs(value.item - 24.704081632653061) < 1e-12)
        func vertex(_ name: String) -> RecordedGraph.Vertex? { graph.vertices.first { $0.name == name } }
        #expect(abs((vertex("a")?.gradient?.item ?? .nan) - 138.83381924198252) < 1e-9)
        #expect(abs((vertex("b")?.gradient?.item ?? .nan) - 645.5772594752186) < 1e-9)
        #expect(vertex("g")?.gradient?.item == 1 && graph.vertices[graph.output].name == "g")
        #expect(vertex("e")?.value?.item == -7 && vertex("a")?.kind == .parameter)
        // One vertex for each parameter and each constant, however often they are used.
        #expect(graph.vertices.filter { $0.kind == .parameter }.count == 2)
        #expect(graph.vertices.filter { $0.kind == .constant }.count == 2)
        #expect(
            graph.vertices.filter { $0.kind == .operation(.scale) }.map(\.detail) == [
                "× 2.0", "× 3.0", "× 0.5",
            ])
    }

    /// Every gradient in the graph is the derivative of the output by the vertex's tensor: also those between the ops.
    @Test func gradientsAreThoseOfDifferences() {
        let weight = Parameter(Tensor([0.3, -0.2, 0.5, 0.1], shape: [2, 2]), name: "w")
        let bias = Parameter(Tensor([0.1, -0.4], shape: [2]), name: "b")
        let input = Tensor([1.0, 2, -1, 0.5, 0.25, -2], shape: [3, 2])
        let targets = Tensor([0, 1, 1] as [Int32], shape: [3])
        // `shift` moves the hidden layer, whose gradient no parameter shows.
        let shift = Parameter(Tensor(zeros: [3, 2], .float64), name: "shift")
        func loss() -> Tensor {
            let hidden = linear(input, weights: [weight.tensor], bias: bias.tensor)
            return crossEntropy(tanh((hidden + shift.tensor).named("h")), targets)
        }
        let graph = recordedGraph(loss).graph
        let hidden = graph.vertices.first { $0.name == "h" }
        let checked = checkGradients(parameters: [weight, bias, shift], loss: loss)
        #expect(checked.passed, "\(checked.worst)")
        let expected = shift.gradient.array(of: Double.self)
        let got = hidden?.gradient?.array(of: Double.self) ?? []
        #expect(got.count == 6 && zip(got, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        for (name, parameter) in [("w", weight), ("b", bias)] {
            let shown = graph.vertices.first { $0.name == name }?.gradient?.array(of: Double.self) ?? []
            let differs = zip(shown, parameter.gradient.array(of: Double.self)).contains {
                abs($0 - $1) > 1e-12
            }
            #expect(shown.count == parameter.shape.count && !differs, "\(name)")
        }
    }

    @Test func inputsComeFirstAndInOrder() {
        let (weight, bias) = (
            Parameter(Tensor(zeros: [2, 3]), name: "w"), Parameter(Tensor(zeros: [2]), name: "b")
        )
        let x = Tensor(zeros: [4, 3])
        let graph = recordedGraph {
            linear(x.named("x"), weights: [weight.tensor], bias: bias.tensor, activation: .relu).sum()
        }.graph
        for (index, vertex) in graph.vertices.enumerated() {
            #expect(vertex.inputs.allSatisfy { $0 < index })
        }
        let vertex = graph.vertices.first { $0.kind == .operation(.linear) }
        #expect(vertex?.inputs.map { graph.vertices[$0].name } == ["x", "w", "b"])
        #expect(vertex?.shape == [4, 2] && vertex?.detail == "with relu")
    }

    @Test func largeTensorsHaveNoValues() {
        let parameter = Parameter(Tensor(zeros: [9]), name: "w")
        let graph = recordedGraph(valueLimit: 8) { parameter.tensor.sum() }.graph
        #expect(graph.vertices[0].value == nil && graph.vertices[0].gradient == nil)
        #expect(graph.vertices[1].value != nil && graph.vertices[1].gradient != nil)
    }

    /// What is recomputed in the backward pass is one vertex, not the ops of the second run.
    @Test func recomputedPartsAreOneVertex() {
        let parameter = Parameter(Tensor([1.0, 2], shape: [2]), name: "w")
        let graph = recordedGraph { recomputed(parameter.tensor) { exp($0) * $0 }.sum() }.graph
        #expect(graph.vertices.map(\.kind) == [.parameter, .operation(.recompute), .operation(.sum)])
    }

    @Test func namesCostNothingElsewhere() {
        let parameter = Parameter(Tensor(scalar: 2.0))
        #expect(valueWithGradient { parameter.tensor.named("x") }.item == 2)
        #expect(Tensor(scalar: 1.0).named("y").item == 1)
    }
}
