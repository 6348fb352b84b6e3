import HibariNN
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// The loss of a model around its weights θ, on a plane through them: L(θ + a·δ + b·η) for two random directions.
///
/// Each filter of a direction (the weights of one output) is scaled to the length of that filter in θ; biases and other
/// vectors stay. So pictures of networks with weights of different size can be compared.
/// Source: Li et al. 2018, arXiv:1712.09913.
package struct LossLandscape {
    /// The loss at `grid` × `grid` points, row by row from the lowest b.
    package let surface: ScalarGrid
    /// a and b reach from −span to span.
    package let span: Double

    /// - Parameters:
    ///   - model: has its weights again afterwards.
    ///   - grid: points on a side; odd, so that one is θ itself.
    package init(
        of model: Model, _ examples: any ExampleSource, grid: Int, span: Double, seed: UInt64,
        progress: (_ row: Int) -> Void = { _ in }
    ) throws {
        let trained = model.parameters.filter { $0.role != .buffer && $0.shape.rank > 1 }
        let origin = trained.map { $0.value.copied() }
        let directions = (0..<2).map { number in
            trained.enumerated().map { index, parameter in
                Self.direction(like: parameter.value, seed: seed, stream: UInt64(2 * index + number))
            }
        }
        defer { for (parameter, value) in zip(trained, origin) { parameter.assign(value) } }
        var values: [Double] = []
        for row in 0..<grid {
            progress(row)
            for column in 0..<grid {
                let (a, b) = (Self.place(column, grid, span), Self.place(row, grid, span))
                for (index, parameter) in trained.enumerated() {
                    parameter.assign(origin[index] + a * directions[0][index] + b * directions[1][index])
                }
                values.append(try model.evaluate(examples, loss: .crossEntropy).loss)
            }
        }
        surface = ScalarGrid(columns: grid, rows: grid, values: values)
        self.span = span
    }

    private static func place(_ index: Int, _ grid: Int, _ span: Double) -> Double {
        span * (2 * Double(index) / Double(grid - 1) - 1)
    }

    /// Normal numbers, each row along the first axis as long as that of `weight`.
    package static func direction(like weight: Tensor, seed: UInt64, stream: UInt64) -> Tensor {
        let random = RandomStream(seed: seed, purpose: .noise, stream: stream)
        let drawn = Tensor(normal: weight.shape, deviation: 1, stream: random)
        var numbers = drawn.array(of: Float.self)
        let lengths = weight.array(of: Float.self)
        let size = weight.count / weight.shape[0]
        func norm(_ values: ArraySlice<Float>) -> Float {
            values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        for row in stride(from: 0, to: numbers.count, by: size) {
            let scale = norm(lengths[row..<row + size]) / max(norm(numbers[row..<row + size]), 1e-12)
            for index in row..<row + size { numbers[index] *= scale }
        }
        return Tensor(numbers, shape: weight.shape)
    }

    /// The loss at θ.
    package var center: Double { surface.values[surface.values.count / 2] }

    /// The mean loss at each distance from θ: of the points from half a grid step nearer to half a step further.
    package var profile: (distances: [Double], losses: [Double]) {
        let (grid, middle) = (surface.columns, surface.columns / 2)
        var sums = [Double](repeating: 0, count: middle + 1)
        var counts = [Int](repeating: 0, count: middle + 1)
        for row in 0..<grid {
            for column in 0..<grid {
                let squared = (row - middle) * (row - middle) + (column - middle) * (column - middle)
                let ring = Int(Double(squared).squareRoot().rounded())
                let value = surface.values[row * grid + column]
                guard ring <= middle, value.isFinite else { continue }
                sums[ring] += value
                counts[ring] += 1
            }
        }
        let step = span / Double(max(1, middle))
        return (
            sums.indices.map { Double($0) * step }, zip(sums, counts).map { $1 == 0 ? .nan : $0 / Double($1) }
        )
    }

    /// The mean loss at half the span from θ, above that at θ; between two rings, what lies between their means.
    package var sharpness: Double {
        let losses = profile.losses
        let place = Double(losses.count - 1) / 2
        let (low, high) = (losses[Int(place)], losses[Int(place.rounded(.up))])
        return low + (high - low) * (place - place.rounded(.down)) - center
    }

    /// The share of the plane where the loss is below `loss`.
    package func share(below loss: Double) -> Double {
        Double(surface.values.count { $0 < loss }) / Double(surface.values.count)
    }
}
