import HibariTasks
import Testing

@Suite struct PerceptronTests {
    @Test func twoPoints() {
        var perceptron = Perceptron(inputs: 2)
        let history = perceptron.learn([[1, 0], [-1, 0]], [1, -1], passes: 10)
        // w = 0 is a mistake on the first point: w = (1, 0), b = 1. The second then scores 0, a mistake too.
        #expect(history == [2, 0])
        #expect(perceptron.weights == [2, 0])
        #expect(perceptron.bias == 0)
    }

    @Test func neverSettlesOnXOR() {
        var perceptron = Perceptron(inputs: 2)
        let corners: [[Double]] = [[-1, -1], [-1, 1], [1, -1], [1, 1]]
        let history = perceptron.learn(corners, [-1, 1, 1, -1], passes: 50)
        #expect(history.count == 50)
        #expect(history.allSatisfy { $0 > 0 })
        #expect(perceptron.mistakeBound(corners, [-1, 1, 1, -1]) == nil)
    }

    /// Novikoff's bound holds for every line that parts the points.
    @Test func mistakesStayBelowTheBound() {
        var points: [[Double]] = []
        for k in 0..<60 {
            let point = [Double(k * 37 % 61) / 30 - 1, Double(k * 23 % 59) / 30 - 1]
            if abs(point[0] + point[1]) > 0.1 { points.append(point) }
        }
        let labels: [Double] = points.map { $0[0] + $0[1] > 0 ? 1 : -1 }
        var perceptron = Perceptron(inputs: 2)
        let history = perceptron.learn(points, labels, passes: 1000)
        #expect(history.last == 0)
        let mistakes = Double(history.reduce(0, +))
        for line in [perceptron, Perceptron(weights: [1, 1], bias: 0)] {
            let bound = line.mistakeBound(points, labels)
            #expect(mistakes <= (bound ?? 0))
        }
        // R² of (x, 1) is at most 3, γ is the distance 0.1/√2 or more of the nearest point.
        let known = Perceptron(weights: [1, 1], bias: 0).mistakeBound(points, labels)
        #expect((known ?? .infinity) <= 3 / 0.005)
    }
}
