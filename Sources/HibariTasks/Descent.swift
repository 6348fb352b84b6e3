import Glibc
import HibariOptimizers
import HibariTensor

/// The path of an optimizer over a surface.
package struct Descent {
    package let optimizer: String
    package let learningRate: Double
    /// Where it was before the first step and after each; shorter than asked for if a number was no longer finite.
    package private(set) var x: [Double] = []
    package private(set) var y: [Double] = []
    package private(set) var values: [Double] = []
    /// The steps after which it stays within a thousandth of the height between start and minimum; nil if it never does.
    package private(set) var stepsToMinimum: Int?

    /// Walks with the optimizer of this name, on a parameter of two numbers and its gradient from the tape.
    package init(_ name: String, learningRate: Double, on surface: LossSurface, steps: Int) throws {
        (optimizer, self.learningRate) = (name, learningRate)
        // A matrix, as weight decay leaves vectors alone.
        let place = Parameter(Tensor([surface.start.x, surface.start.y], shape: [1, 2]), name: "place")
        let optimizer = try OptimizerChoice(named: name, learningRate: learningRate).optimizer([place])
        for step in 0...steps {
            place.clearGradient()
            let value = valueWithGradient {
                surface.value(
                    place.tensor.slice(axis: 1, 0..<1), place.tensor.slice(axis: 1, 1..<2))
            }.item
            let now = place.value.array(of: Double.self)
            guard value.isFinite, now.allSatisfy({ abs($0) < 1e6 }) else { break }
            x.append(now[0])
            y.append(now[1])
            values.append(value)
            if step < steps { optimizer.step(learningRate: learningRate, gradientScale: 1) }
        }
        guard values.count == steps + 1 else { return }
        let goal = surface.minimum + 1e-3 * (values[0] - surface.minimum)
        let last = values.lastIndex { $0 > goal } ?? -1
        stepsToMinimum = last == steps ? nil : last + 1
    }

    /// The fastest of many rates: the one with the fewest steps to the minimum, else with the lowest end. Rates whose
    /// path leaves the picture on the way do not count: with a huge first step one may land in the minimum by luck.
    package static func best(_ name: String, on surface: LossSurface, steps: Int) throws -> Descent {
        let paths = try rates.map {
            try Descent(name, learningRate: $0, on: surface, steps: steps)
        }
        func rank(_ path: Descent) -> (Int, Double) {
            let stays =
                path.values.count == steps + 1 && path.x.allSatisfy(surface.ranges.x.contains)
                && path.y.allSatisfy(surface.ranges.y.contains)
            return stays ? (path.stepsToMinimum ?? steps + 1, path.values[steps]) : (.max, .infinity)
        }
        return paths.min { rank($0) < rank($1) }!
    }

    /// Four in each power of ten, from 0.001 to 100.
    package static let rates = (0...20).map { pow(10, -3 + 0.25 * Double($0)) }
}
