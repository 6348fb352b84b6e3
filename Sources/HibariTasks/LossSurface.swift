import ArgumentParser
import HibariTensor

/// Functions of two numbers that are hard for optimizers in different ways.
package enum LossSurface: String, CaseIterable, ExpressibleByArgument {
    case bowl, ravine, rosenbrock, saddle, himmelblau

    var title: String {
        switch self {
        case .bowl: "a round bowl, ½·(x² + y²)"
        case .ravine: "a ravine, ½·(x² + 40·y²): forty times as steep across as along"
        case .rosenbrock: "Rosenbrock's valley, (1 − x)² + 100·(y − x²)²: narrow and bent"
        case .saddle: "a saddle, ½·x² − ½·y² + ¼·y⁴, with a minimum on either side"
        case .himmelblau: "Himmelblau's function, (x² + y − 11)² + (x + y² − 7)², with four minima"
        }
    }

    /// The value at every pair of elements.
    package func value(_ x: Tensor, _ y: Tensor) -> Tensor {
        func number(_ value: Double) -> Tensor { Tensor(scalar: value) }
        switch self {
        case .bowl: return 0.5 * (x * x + y * y)
        case .ravine: return 0.5 * (x * x + 40 * (y * y))
        case .rosenbrock:
            let (across, along) = (y - x * x, number(1) - x)
            return along * along + 100 * (across * across)
        case .saddle: return 0.5 * (x * x) - 0.5 * (y * y) + 0.25 * (y * y * y * y)
        case .himmelblau:
            let (first, second) = (x * x + y - number(11), x + y * y - number(7))
            return first * first + second * second
        }
    }

    /// Where optimizers begin. On the saddle beside the ridge, where the slope to either side is small.
    package var start: (x: Double, y: Double) {
        switch self {
        case .bowl: (-1.6, 1.2)
        case .ravine: (-4, 0.9)
        case .rosenbrock: (-1.2, 1)
        case .saddle: (-1.5, 0.01)
        case .himmelblau: (-0.3, -0.6)
        }
    }

    /// The lowest value.
    package var minimum: Double { self == .saddle ? -0.25 : 0 }

    /// What pictures show.
    var ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>) {
        switch self {
        case .bowl: (-2...2, -2...2)
        case .ravine: (-4.5...4.5, -1.5...1.5)
        case .rosenbrock: (-1.8...1.8, -0.8...2.2)
        case .saddle: (-2...2, -1.7...1.7)
        case .himmelblau: (-5...5, -5...5)
        }
    }
}
