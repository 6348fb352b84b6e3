import Glibc
import HibariData
import HibariSupport
import Testing

@Suite(.serialized) struct ToyTests {
    @Test func digitsAreReproducible() {
        let one = SyntheticDigits.make(count: 200, seed: 5)
        let pool = ThreadPool.shared
        let before = pool.threadCount
        pool.setThreadCount(1)
        let serial = SyntheticDigits.make(count: 200, seed: 5)
        pool.setThreadCount(before)
        #expect(one.sha256 == serial.sha256)
        #expect(one.sha256 != SyntheticDigits.make(count: 200, seed: 6).sha256)
        #expect(one.labels == (0..<200).map { Int32($0 % 10) })
        let later = SyntheticDigits.make(count: 10, seed: 5, firstIndex: 50)
        let isSame = later.images == Array(one.images[50 * 784..<60 * 784])
        #expect(isSame)
    }

    /// Every picture has ink, mostly in the middle, and no two are alike.
    @Test func digitsLookLikeDigits() {
        let digits = SyntheticDigits.make(count: 1000, seed: 2)
        var seen: Set<[UInt8]> = []
        for i in 0..<1000 {
            let image = Array(digits.image(i))
            seen.insert(image)
            let dark = image.indices.filter { image[$0] > 128 }
            #expect((15...300).contains(dark.count), "picture \(i), class \(digits.labels[i])")
            let border = dark.count { [0, 27].contains($0 % 28) || [0, 27].contains($0 / 28) }
            #expect(border * 4 <= dark.count, "picture \(i), class \(digits.labels[i])")
        }
        #expect(seen.count == 1000)
    }

    /// The nearest mean picture is right far more often than chance, and far from always.
    @Test func digitsAreNeitherTrivialNorHopeless() {
        let (train, test) = SyntheticDigits.standard(seed: 1, trainCount: 3000, testCount: 1000)
        var means = [[Double]](repeating: [Double](repeating: 0, count: 784), count: 10)
        for i in 0..<train.count {
            for (pixel, value) in train.image(i).enumerated() {
                means[Int(train.labels[i])][pixel] += Double(value) / 300
            }
        }
        let right = (0..<test.count).count { i in
            let image = test.image(i).map { Double($0) }
            let distances = means.map { mean in
                zip(mean, image).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }
            return distances.indices.min { distances[$0] < distances[$1] } == Int(test.labels[i])
        }
        #expect((600...800).contains(right), "\(right) of 1000")
    }

    @Test func pointsFollowTheirFormulas() {
        let moons = ToyPoints.moons(count: 100, noise: 0, seed: 1)
        for i in 0..<100 {
            let (x, y) = (moons.inputs[2 * i], moons.inputs[2 * i + 1])
            let (u, v) = moons.labels[i] == 0 ? (x, y) : (1 - x, 0.5 - y)
            #expect(abs(u * u + v * v - 1) < 1e-5 && v >= -1e-6)
        }
        let spiral = ToyPoints.spiral(count: 90, arms: 3, noise: 0, seed: 1)
        #expect(
            spiral.classNames.count == 3
                && (0..<90).allSatisfy { i in
                    let (x, y) = (spiral.inputs[2 * i], spiral.inputs[2 * i + 1])
                    return x * x + y * y <= 1
                })
        let xor = ToyPoints.xor(count: 100, noise: 0.1, seed: 1)
        #expect(
            (0..<100).allSatisfy {
                (xor.inputs[2 * $0] * xor.inputs[2 * $0 + 1] < 0) == (xor.labels[$0] == 1)
            })
        let linear = ToyPoints.linear(count: 50, weights: [2, -3, 1], bias: 0.5, noise: 0, seed: 1)
        #expect(
            linear.count == 50
                && (0..<50).allSatisfy { i in
                    let x = linear.inputs[3 * i..<3 * i + 3]
                    return abs(2 * x[3 * i] - 3 * x[3 * i + 1] + x[3 * i + 2] + 0.5 - linear.targets[i])
                        < 1e-5
                })
        let sine = ToyPoints.sine(count: 2000, noise: 0.2, seed: 1)
        let noise = (0..<2000).map { sine.targets[$0] - sinf(.pi * sine.inputs[$0]) }
        let deviation = (noise.reduce(0) { $0 + $1 * $1 } / 2000).squareRoot()
        #expect(abs(deviation - 0.2) < 0.02)
        #expect(ToyPoints.moons(seed: 1).inputs == ToyPoints.moons(seed: 1).inputs)
        #expect(ToyPoints.moons(seed: 1).inputs != ToyPoints.moons(seed: 2).inputs)
    }

    @Test func cloudsLieOnACircle() {
        let points = ToyPoints.clouds(count: 3000, clouds: 3, deviation: 0.1, seed: 1)
        #expect(points.classNames == ["cloud 1", "cloud 2", "cloud 3"])
        for label in 0..<3 {
            let own = (0..<points.count).filter { points.labels[$0] == Int32(label) }
            #expect(own.count == 1000)
            let x = own.reduce(0) { $0 + points.inputs[2 * $1] } / 1000
            let y = own.reduce(0) { $0 + points.inputs[2 * $1 + 1] } / 1000
            #expect(abs(hypotf(x, y) - 1) < 0.02)
        }
    }

    @Test(arguments: [0, 0.1, 0.5] as [Float]) func separablePointsKeepTheirDistance(_ margin: Float) {
        let points = ToyPoints.separable(count: 500, margin: margin, seed: 1)
        let distances = (0..<500).map { i -> Float in
            let side = (2 * points.inputs[2 * i] + points.inputs[2 * i + 1] - 0.3) / Float(5).squareRoot()
            return points.labels[i] == 1 ? side : -side
        }
        #expect(distances.allSatisfy { $0 >= margin - 1e-6 })
        #expect(points.labels.count { $0 == 1 } == 250)
    }
}
