import Glibc
import HibariSupport

/// How one picture is written: the random numbers behind it.
struct DigitHand {
    /// In pixels.
    let penRadius: Float
    /// How dark the ink is, up to 1.
    let strength: Float
    /// Standard deviation of the noise on every pixel.
    let noise: Float
    private let origin: SIMD2<Float>
    private let columnX: SIMD2<Float>
    private let columnY: SIMD2<Float>
    private var random: RandomStream

    /// How far a point of a form strays, in units of the picture's side.
    private static let wobble: Float = 0.0315

    init(_ stream: RandomStream) {
        random = stream
        penRadius = 0.7 + 0.9 * random.unit()
        strength = 0.65 + 0.35 * random.unit()
        noise = 0.08 * random.unit()
        let angle = 0.34 * random.signedUnit()
        let slant = 0.26 * random.signedUnit()
        let width = 17 * (1 + 0.19 * random.signedUnit())
        let height = 21 * (1 + 0.135 * random.signedUnit())
        let (cosine, sine) = (cosf(angle), sinf(angle))
        // Scale, slant to the right with height, turn.
        columnX = SIMD2(cosine, sine) * width
        columnY = SIMD2(-slant * cosine - sine, cosine - slant * sine) * height
        let center = SIMD2<Float>(14, 14) + SIMD2(random.signedUnit(), random.signedUnit()) * 1.9
        origin = center - columnX * 0.5 - columnY * 0.5
    }

    mutating func choice(_ count: Int) -> Int { random.index(below: count) }

    mutating func normal() -> Float { random.normalPair().x }

    /// The corners of the line to draw, in pixels.
    mutating func path(_ stroke: DigitStroke) -> [SIMD2<Float>] {
        let points = stroke.points.map { point in
            place(point + random.normalPair() * Self.wobble)
        }
        return stroke.isStraight ? points : smoothed(points)
    }

    private func place(_ point: SIMD2<Float>) -> SIMD2<Float> {
        origin + columnX * point.x + columnY * point.y
    }

    /// Points of the curve through `points` whose direction at each is that from its neighbor before to the one
    /// after. Source: Catmull & Rom 1974, "A class of local interpolating splines".
    private func smoothed(_ points: [SIMD2<Float>]) -> [SIMD2<Float>] {
        let steps = 5
        var path = [points[0]]
        for i in 0..<points.count - 1 {
            let before = points[max(0, i - 1)]
            let (start, end) = (points[i], points[i + 1])
            let after = points[min(points.count - 1, i + 2)]
            let linear = (end - before) * 0.5
            let square = before - start * 2.5 + end * 2 - after * 0.5
            let cube = (start - end) * 1.5 + (after - before) * 0.5
            for step in 1...steps {
                let t = Float(step) / Float(steps)
                path.append(start + (linear + (square + cube * t) * t) * t)
            }
        }
        return path
    }
}
