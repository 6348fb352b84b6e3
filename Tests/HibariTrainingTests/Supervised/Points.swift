import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTraining

/// Small problems and models for tests of supervised training.
enum Points {
    /// Three overlapping clouds in the plane, of two, one and one parts of the examples.
    static func clouds(_ count: Int, seed: UInt64 = 1) -> Examples {
        let noise = Tensor(
            normal: [count, 2], deviation: 0.8, stream: RandomStream(seed: seed, purpose: .testing)
        ).array(of: Float.self)
        let classes = (0..<count).map { [0, 1, 0, 2][$0 % 4] }
        let centers: [(Float, Float)] = [(-1, 0), (1, 1), (1, -1)]
        return Examples(
            classes.enumerated().map { [noise[2 * $0] + centers[$1].0, noise[2 * $0 + 1] + centers[$1].1] },
            classes: classes)
    }

    /// y = 3a − 2b + 1.
    static func line(_ count: Int) -> Examples {
        let x = Tensor(
            normal: [count, 2], deviation: 1, stream: RandomStream(seed: 4, purpose: .testing)
        ).array(of: Float.self)
        let rows = (0..<count).map { [x[2 * $0], x[2 * $0 + 1]] }
        return Examples(rows, values: rows.map { [3 * $0[0] - 2 * $0[1] + 1] })
    }

    static func model(dropout: Double = 0.2) throws -> Model {
        try Sequential {
            Dense(16, activation: .relu)
            Dropout(dropout)
            Dense(3)
        }.build(input: [2], seed: 1)
    }

    static func weights(_ model: Model) -> [Float] {
        model.parameters.flatMap { $0.value.array(of: Float.self) }
    }
}

/// Says what the validation loss of each epoch is, for tests of callbacks.
final class Script: Callback {
    private(set) var rates: [Double] = []

    func epochEnded(_ report: EpochReport, _ control: TrainingControl) { rates.append(report.learningRate) }
}
