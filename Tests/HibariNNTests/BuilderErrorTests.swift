import HibariNN
import HibariTensor
import HibariTestSupport
import Testing

/// An error names the layer, where it stands, what it got and what it wanted.
@Suite struct BuilderErrorTests {
    private func message(input: Shape, @LayerBuilder _ layers: () -> [any LayerSpecification]) -> String {
        errorMessage { _ = try Sequential(layers).build(input: input) }
    }

    @Test func wrongShapes() {
        #expect(
            message(input: [4]) {
                Dense(3)
                Reshape([2, 2])
            } == "layer 1 (Reshape): the input of one example has shape [3], wanted 4 numbers, as [2, 2] has")
        #expect(
            message(input: [4]) {
                Dense(4)
                Residual {
                    Dense(4)
                    Residual { Dense(3) }.named("inner")
                }
            }
                == "layer 1.inner (Residual): the shapes [4] and [3] do not join, wanted equal shapes; "
                + "give Residual a projection to [3]")
        #expect(
            message(input: [2, 3]) { DenseConnection { Reshape([6]) } }
                == "layer 0 (DenseConnection): the shapes [2, 3] and [6] do not join, wanted equal shapes but for axis 1"
        )
        #expect(
            message(input: [2]) {
                Parallel(.add) {
                    Dense(2)
                    Dense(3)
                }
            } == "layer 0 (Parallel): the shapes [2] and [3] do not join, wanted equal shapes to add")
        #expect(
            message(input: []) { Dense(2) }
                == "layer 0 (Dense): the input of one example has shape [], wanted [..., inputs]")
    }

    @Test func wrongSettings() {
        #expect(
            message(input: [2]) { Dropout(1) }
                == "layer 0 (Dropout): probability is 1.0, expected from 0 up to but not including 1")
        #expect(
            message(input: [2]) { Dense(0) }
                == "layer 0 (Dense): outputs is 0, expected a positive number")
        #expect(message(input: [2]) {} == "the model has no layer; give Sequential at least one")
        #expect(
            message(input: [2]) {
                Dense(2).named("a")
                Dense(2).named("a")
            } == "the model: two layers are named \"a\"; rename one")
    }

    @Test func wrongInput() throws {
        let model = try Sequential { Dense(2) }.build(input: [3])
        for (tensor, got) in [
            (Tensor(zeros: [2, 4]), "float32 [2, 4]"), (Tensor(zeros: [3]), "float32 [3]"),
            (Tensor(zeros: [2, 3], .int32), "int32 [2, 3]"),
        ] {
            let error = #expect(throws: ModelError.self) { try model.checkInput(tensor) }
            #expect(error?.description == "the model was given \(got), wanted float32 [batch, 3]")
        }
        try model.checkInput(Tensor(zeros: [7, 3]))
    }
}
