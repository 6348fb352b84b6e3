import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

/// What does not go together is refused with one line, before training begins.
@Suite struct FitErrorTests {
    private func message(_ body: (Model) throws -> Void) throws -> String {
        let model = try Points.model()
        return errorMessage { try body(model) }
    }

    @Test func wrongData() throws {
        let classes = Tensor([0, 1, 5] as [Int32], shape: [3])
        let inputs = Tensor(zeros: [3, 2])
        #expect(
            try message { try $0.fit(Examples(inputs: inputs, targets: classes), loss: .crossEntropy) }
                == "loss cross_entropy: class 5 is out of range; the model has the classes 0 to 2")
        #expect(
            try message {
                try $0.fit(Examples(inputs: Tensor(zeros: [3, 4]), targets: classes), loss: .crossEntropy)
            } == "the model was given float32 [1, 4], wanted float32 [batch, 2]")
        #expect(
            try message {
                try $0.fit(Examples(inputs: inputs, targets: Tensor(zeros: [3])), loss: .crossEntropy)
            } == "loss cross_entropy: logits [1, 3] want int32 classes [1], the target is float32 [1]")
        #expect(
            try message { try $0.fit(Examples(inputs: inputs, targets: classes), loss: .meanSquaredError) }
                .contains("want targets of that type and shape, got int32 [1]"))
        #expect(
            try message {
                try $0.fit(
                    Examples(inputs: Tensor(zeros: [0, 2]), targets: Tensor(zeros: [0], .int32)),
                    loss: .crossEntropy)
            } == "there are no examples; give at least one")
    }

    @Test func wrongOptions() throws {
        let data = Points.clouds(8)
        #expect(
            try message { try $0.fit(data, epochs: 0, loss: .crossEntropy) }
                == "epochs is 0, expected from 1 to 2^30")
        #expect(
            try message { try $0.fit(data, batch: -1, loss: .crossEntropy) }
                == "batch is -1, expected from 1 to 2^30")
        #expect(
            try message { try $0.fit(data, optimizer: .adam(learningRate: 0), loss: .crossEntropy) }
                == "learningRate is 0.0, expected a positive number")
        #expect(
            try message { try $0.fit(data, loss: .crossEntropy, monitor: "val_accuracy") }
                == "the run does not measure \"val_accuracy\"; it measures loss")
        #expect(
            try message {
                try $0.fit(
                    data, loss: .crossEntropy, callbacks: [EarlyStopping(monitor: "val_loss", patience: 1)])
            } == "the run does not measure \"val_loss\"; it measures loss")
        #expect(
            try message { _ in _ = try OptimizerChoice(named: "adamm") }.contains("there are sgd, momentum"))
        #expect(try message { _ in _ = try Loss(named: "mse") }.contains("there are cross_entropy"))
        for name in OptimizerChoice.names {
            let choice = try OptimizerChoice(named: name, learningRate: 0.5)
            #expect(choice.learningRate == 0.5, "\(name)")
            let before = try Points.weights(Points.model())
            let model = try Points.model()
            try model.fit(data, optimizer: choice, loss: .crossEntropy)
            let isSame = Points.weights(model) == before
            #expect(!isSame, "\(name)")
        }
    }

    /// Of one example a BatchNorm has a variance only where a channel has several places, or where it does not learn.
    @Test func batchNormalizationOfOneExample() throws {
        let images = Examples(
            inputs: Tensor(repeating: 1, shape: [4, 1, 3, 3]),
            targets: Tensor([0, 1, 0, 1] as [Int32], shape: [4]))
        let flat = try Sequential {
            Conv2d(2, kernel: 3)
            Flatten()
            Dense(4)
            BatchNormalization()
            Dense(2)
        }.build(input: [1, 3, 3], seed: 1)
        #expect(
            errorMessage { try flat.fit(images, batch: 1, loss: .crossEntropy) }
                == "batch is 1 example, expected at least 2 for batch normalization")
        try flat.fit(images, batch: 3, loss: .crossEntropy)
        try flat.freeze("3.*")
        try flat.fit(images, batch: 1, loss: .crossEntropy)
        let spatial = try Sequential {
            BatchNormalization()
            Flatten()
            Dense(2)
        }.build(input: [1, 3, 3], seed: 1)
        try spatial.fit(images, batch: 1, loss: .crossEntropy)
        // A struct of layers too.
        struct Normed: Layer {
            let norm: BatchNorm
            func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
                norm(x, residual: nil, context)
            }
        }
        let code = try Model(input: [2]) { Normed(norm: try BatchNorm($0, channels: 2)) }
        #expect(
            errorMessage { try code.fit(Points.clouds(8), batch: 1, loss: .crossEntropy) }
                .contains("at least 2 for batch normalization"))
    }

    /// A step that fails leaves the model as it was, with the running statistics that its forward pass has moved.
    @Test func aStepThatIsNotFiniteLeavesTheModel() throws {
        var rows = (0..<8).map { [Float($0), 1] }
        rows[7][1] = .nan
        let model = try Sequential {
            Dense(4)
            BatchNormalization()
            Dense(2)
        }.build(input: [2], seed: 1)
        let before = Points.weights(model)
        let history = try model.fit(
            Examples(rows, classes: [0, 1, 0, 1, 0, 1, 0, 1]), batch: 8, loss: .crossEntropy,
            callbacks: [TerminateOnNaN()])
        #expect(history.stopReason == "the loss is not finite" && history.steps == 0)
        let isSame = Points.weights(model) == before
        #expect(isSame)
    }

    @Test func aLossThatIsNotFinite() throws {
        let data = Points.clouds(64)
        let error = try message {
            try $0.fit(data, epochs: 9, batch: 64, optimizer: .sgd(learningRate: 1e30), loss: .crossEntropy)
        }
        #expect(error.hasPrefix("step ") && error.contains("the loss is"))
        let model = try Points.model()
        let history = try model.fit(
            data, epochs: 9, batch: 64, optimizer: .sgd(learningRate: 1e30), loss: .crossEntropy,
            callbacks: [TerminateOnNaN()])
        #expect(history.stopReason == "the loss is not finite" && history.steps < 9)
    }
}
