import HibariTasks
import HibariTensor
import Testing

@Suite struct DescentTests {
    /// On ½·(x² + y²) gradient descent multiplies both numbers by 1 − rate.
    @Test func gradientDescentOnABowl() throws {
        let path = try Descent("sgd", learningRate: 0.5, on: .bowl, steps: 20)
        let start = LossSurface.bowl.start
        for step in 0...20 {
            let factor = 1 / Double(1 << step)
            #expect(abs(path.x[step] - start.x * factor) < 1e-12)
            #expect(abs(path.y[step] - start.y * factor) < 1e-12)
        }
        // A thousandth of the height is 1/√1000 of the way: 2⁻⁵ just fits.
        #expect(path.stepsToMinimum == 5)
        #expect(try Descent("sgd", learningRate: 0.5, on: .bowl, steps: 4).stepsToMinimum == nil)
    }

    @Test func pathsThatLeaveEnd() throws {
        let path = try Descent("sgd", learningRate: 100, on: .rosenbrock, steps: 50)
        #expect(path.values.count < 50 && path.stepsToMinimum == nil)
        let isFinite = path.values.allSatisfy { $0.isFinite }
        #expect(isFinite)
    }

    /// Momentum is faster than SGD in a ravine, and every optimizer gets down a bowl.
    @Test func whatOptimizersAreFor() throws {
        let sgd = try #require(try Descent.best("sgd", on: .ravine, steps: 150).stepsToMinimum)
        let momentum = try #require(try Descent.best("momentum", on: .ravine, steps: 150).stepsToMinimum)
        #expect(momentum < sgd)
        for name in ["adagrad", "adadelta", "rmsprop", "adam", "adamw", "nadam", "adamax", "lion"] {
            #expect(try Descent.best(name, on: .bowl, steps: 150).stepsToMinimum != nil, "\(name)")
        }
    }

    /// The gradient at the lowest point is zero, and the value what it is said to be.
    @Test(arguments: [
        (LossSurface.bowl, 0.0, 0.0), (.ravine, 0, 0), (.rosenbrock, 1, 1), (.saddle, 0, 1),
        (.himmelblau, 3, 2),
    ])
    func minima(_ surface: LossSurface, _ x: Double, _ y: Double) {
        let place = Parameter(Tensor([x, y], shape: [2]))
        let value = valueWithGradient {
            surface.value(place.tensor.slice(0..<1), place.tensor.slice(1..<2))
        }
        #expect(abs(value.item - surface.minimum) < 1e-12)
        #expect(place.gradient.array(of: Double.self).allSatisfy { abs($0) < 1e-12 })
    }
}
