import Glibc
import HibariSupport

/// Points with a class or a number each, to learn small things from. Everything follows from the seed.
public struct ToyPoints: Sendable {
    /// `[N, dimensions]`.
    public let inputs: [Float]
    public let dimensions: Int
    /// `[N]`; empty if the targets are numbers.
    public let labels: [Int32]
    /// `[N]`; empty if the targets are classes.
    public let targets: [Float]
    public let classNames: [String]

    public var count: Int { inputs.count / dimensions }

    /// Two half circles of radius 1, one upside down and moved by (1, 0.5), so that no line parts them.
    ///
    /// - Parameter noise: standard deviation of what is added to both coordinates.
    public static func moons(count: Int = 400, noise: Float = 0.15, seed: UInt64) -> ToyPoints {
        classes(["upper", "lower"], count: count, noise: noise, seed: seed) { label, random in
            let angle = Float.pi * random.unit()
            let point = SIMD2(cosf(angle), sinf(angle))
            return label == 0 ? point : SIMD2(1, 0.5) - point
        }
    }

    /// Arms that wind around the origin, out to radius 1.
    ///
    /// - Parameters:
    ///   - arms: classes.
    ///   - turns: how often each goes round.
    public static func spiral(
        count: Int = 600, arms: Int = 3, turns: Float = 0.75, noise: Float = 0.03, seed: UInt64
    ) -> ToyPoints {
        precondition(arms > 1, "ToyPoints.spiral: \(arms) arms, expected at least 2")
        return classes((0..<arms).map { "arm \($0 + 1)" }, count: count, noise: noise, seed: seed) {
            arm, random in
            let radius = random.unit()
            let angle = 2 * .pi * (turns * radius + Float(arm) / Float(arms))
            return SIMD2(cosf(angle), sinf(angle)) * radius
        }
    }

    /// Four clouds at (±1, ±1); the class says whether the signs differ.
    public static func xor(count: Int = 200, noise: Float = 0.2, seed: UInt64) -> ToyPoints {
        classes(["same", "different"], count: count, noise: noise, seed: seed) { label, random in
            let x: Float = random.unit() < 0.5 ? -1 : 1
            return SIMD2(x, label == 0 ? x : -x)
        }
    }

    /// Round clouds whose middles lie evenly on a circle of radius 1.
    ///
    /// - Parameters:
    ///   - clouds: classes.
    ///   - deviation: standard deviation of a cloud in both directions.
    public static func clouds(count: Int = 300, clouds: Int = 2, deviation: Float = 0.5, seed: UInt64)
        -> ToyPoints
    {
        precondition(clouds > 1, "ToyPoints.clouds: \(clouds) clouds, expected at least 2")
        let names = (0..<clouds).map { "cloud \($0 + 1)" }
        return classes(names, count: count, noise: deviation, seed: seed) { label, _ in
            let angle = 2 * .pi * (Float(label) / Float(clouds) + 0.1)
            return SIMD2(cosf(angle), sinf(angle))
        }
    }

    /// Points of the square −1..<1 on both sides of the line 2x + y = 0.3, none nearer to it than `margin`.
    public static func separable(count: Int = 100, margin: Float = 0.1, seed: UInt64) -> ToyPoints {
        precondition((0...0.5).contains(margin), "ToyPoints.separable: margin \(margin), expected 0 to 0.5")
        let normal = SIMD2<Float>(2, 1) / Float(5).squareRoot()
        return classes(["below", "above"], count: count, noise: 0, seed: seed) { label, random in
            while true {
                let point = SIMD2(random.signedUnit(), random.signedUnit())
                let distance = (normal * point).sum() - 0.3 / Float(5).squareRoot()
                if label == 0 ? distance <= -margin : distance >= margin { return point }
            }
        }
    }

    /// y = bias + Σ weights[i] · x[i] + noise, with x uniform in −1..<1.
    public static func linear(
        count: Int = 200, weights: [Float] = [2, -3], bias: Float = 0.5, noise: Float = 0.1, seed: UInt64
    ) -> ToyPoints {
        precondition(!weights.isEmpty, "ToyPoints.linear: no weights")
        return regression(count: count, dimensions: weights.count, noise: noise, seed: seed) { x in
            zip(weights, x).reduce(bias) { $0 + $1.0 * $1.1 }
        }
    }

    /// y = sin(π x) + noise, with x uniform in −1..<1.
    public static func sine(count: Int = 60, noise: Float = 0.2, seed: UInt64) -> ToyPoints {
        regression(count: count, dimensions: 1, noise: noise, seed: seed) { sinf(.pi * $0[0]) }
    }

    /// Classes take turns; `point` places one before the noise.
    private static func classes(
        _ names: [String], count: Int, noise: Float, seed: UInt64,
        _ point: (_ label: Int, _ random: inout RandomStream) -> SIMD2<Float>
    ) -> ToyPoints {
        var random = RandomStream(seed: seed, purpose: .synthesis)
        var inputs: [Float] = []
        for i in 0..<count {
            let place = point(i % names.count, &random) + random.normalPair() * noise
            inputs += [place.x, place.y]
        }
        return ToyPoints(
            inputs: inputs, dimensions: 2, labels: (0..<count).map { Int32($0 % names.count) }, targets: [],
            classNames: names)
    }

    private static func regression(
        count: Int, dimensions: Int, noise: Float, seed: UInt64, _ value: ([Float]) -> Float
    ) -> ToyPoints {
        var random = RandomStream(seed: seed, purpose: .synthesis)
        var inputs: [Float] = []
        var targets: [Float] = []
        for _ in 0..<count {
            let x = (0..<dimensions).map { _ in 2 * random.unit() - 1 }
            inputs += x
            targets.append(value(x) + noise * random.normalPair().x)
        }
        return ToyPoints(inputs: inputs, dimensions: dimensions, labels: [], targets: targets, classNames: [])
    }
}
