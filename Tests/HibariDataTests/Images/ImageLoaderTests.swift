import HibariData
import HibariSupport
import Testing

@Suite(.serialized) struct ImageLoaderTests {
    private static let shape = ImageShape(channels: 2, height: 5, width: 4)

    private static func dataset(_ count: Int, _ shape: ImageShape = shape) -> ImageDataset {
        var random = RandomStream(seed: 1, purpose: .testing)
        return ImageDataset(
            images: (0..<count * shape.count).map { _ in UInt8(1 + random.index(below: 255)) }, shape: shape,
            labels: (0..<count).map { Int32($0 % 3) }, classNames: ["a", "b", "c"])
    }

    /// A batch of samples as they are in the file.
    private static func batch(
        _ dataset: ImageDataset, _ indices: [Int], _ augmentation: Augmentation, stream: UInt64? = 0
    ) -> [Float] {
        let zeros = [Float](repeating: 0, count: dataset.shape.channels)
        // 255 · (x / 255 − 0) / 255 · 255: samples come out as 0...255.
        let loader = ImageLoader(
            dataset, mean: zeros, standardDeviation: zeros.map { _ in 1 / 255 }, augmentation: augmentation)
        return fill(
            loader, indices, stream.map { RandomStream(seed: 4, purpose: .augmentation, stream: $0) })
    }

    private static func fill(_ loader: ImageLoader, _ indices: [Int], _ random: RandomStream?) -> [Float] {
        var images = [Float](repeating: -1, count: indices.count * loader.dataset.shape.count)
        var labels = [Int32](repeating: -1, count: indices.count)
        images.withUnsafeMutableBufferPointer { images in
            labels.withUnsafeMutableBufferPointer { labels in
                loader.fill(indices, images: images, labels: labels, random: random)
            }
        }
        #expect(labels == indices.map { loader.dataset.labels[$0] })
        return images
    }

    private static func floats(_ pixels: some Sequence<UInt8>) -> [Float] { pixels.map { Float($0) } }

    private static func isClose(_ one: [Float], _ other: [Float], _ tolerance: Float = 1e-3) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= tolerance }
    }

    @Test func normalization() {
        let dataset = Self.dataset(50)
        let loader = ImageLoader(dataset)
        let images = Self.fill(loader, Array(0..<50), nil)
        for channel in 0..<2 {
            let values = (0..<50).flatMap { n in (0..<20).map { Double(images[n * 40 + channel * 20 + $0]) } }
            let mean = values.reduce(0, +) / 1000
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1000
            #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4)
        }
        #expect(
            Self.isClose(
                Self.batch(dataset, [7, 3], Augmentation(), stream: nil),
                Self.floats(Array(dataset.image(7)) + dataset.image(3))))
    }

    /// Without a stream, and with nothing to change, pictures stay as they are.
    @Test func nothingToDo() {
        let dataset = Self.dataset(3)
        let plain = Self.floats(dataset.images)
        let all = Augmentation(
            shift: 1, cropPadding: 1, flip: true, rotation: 20, brightness: 0.5, noise: 0.1, cutout: 2)
        #expect(Self.isClose(Self.batch(dataset, [0, 1, 2], all, stream: nil), plain))
        #expect(Self.isClose(Self.batch(dataset, [0, 1, 2], Augmentation()), plain))
        #expect(!Self.isClose(Self.batch(dataset, [0, 1, 2], all), plain))
    }

    /// Each picture of a batch is one of those that the definition allows, and all of them occur.
    private func expectVariants(_ augmentation: Augmentation, _ variants: [[UInt8]], _ dataset: ImageDataset)
    {
        let size = dataset.shape.count
        var seen: Set<Int> = []
        let batch = Self.batch(dataset, [Int](repeating: 0, count: 600), augmentation)
        for place in 0..<600 {
            let image = Array(batch[place * size..<(place + 1) * size])
            guard let found = variants.firstIndex(where: { Self.isClose(Self.floats($0), image) }) else {
                Issue.record("picture \(place) is none of the \(variants.count) variants")
                return
            }
            seen.insert(found)
        }
        #expect(seen.count == variants.count)
    }

    private func variants(_ dataset: ImageDataset, _ offsets: [(Int, Int)], _ value: (Int, Int, Int) -> UInt8)
        -> [[UInt8]]
    {
        offsets.map { dy, dx in
            var pixels: [UInt8] = []
            for c in 0..<dataset.shape.channels {
                for y in 0..<dataset.shape.height {
                    for x in 0..<dataset.shape.width { pixels.append(value(c, y + dy, x + dx)) }
                }
            }
            return pixels
        }
    }

    private static let offsets = [-1, 0, 1].flatMap { dy in [-1, 0, 1].map { (dy, $0) } }

    @Test func crop() {
        let dataset = Self.dataset(1)
        let all = variants(dataset, Self.offsets) { c, y, x in
            (0..<5).contains(y) && (0..<4).contains(x) ? dataset.images[c * 20 + y * 4 + x] : 0
        }
        expectVariants(Augmentation(cropPadding: 1), all, dataset)
    }

    @Test func shift() {
        let dataset = Self.dataset(1)
        let all = variants(dataset, Self.offsets) { c, y, x in
            dataset.images[c * 20 + min(max(0, y), 4) * 4 + min(max(0, x), 3)]
        }
        expectVariants(Augmentation(shift: 1), all, dataset)
    }

    @Test func flip() {
        let dataset = Self.dataset(1)
        let mirrored = (0..<10).flatMap { row in (0..<4).map { dataset.images[row * 4 + 3 - $0] } }
        expectVariants(Augmentation(flip: true), [dataset.images, mirrored], dataset)
    }

    @Test func cutout() {
        let shape = ImageShape(channels: 2, height: 3, width: 3)
        let dataset = Self.dataset(1, shape)
        // A side of 2: the corner is one up and left of the center.
        let all = (0..<9).map { center in
            let (top, left) = (center / 3 - 1, center % 3 - 1)
            return (0..<18).map { i -> UInt8 in
                let (y, x) = (i % 9 / 3, i % 3)
                return (top..<top + 2).contains(y) && (left..<left + 2).contains(x) ? 0 : dataset.images[i]
            }
        }
        expectVariants(Augmentation(cutout: 2), all, dataset)
    }

    @Test func brightnessAndNoise() {
        let shape = ImageShape(channels: 1, height: 32, width: 32)
        let dataset = ImageDataset(
            images: [UInt8](repeating: 200, count: 1024), shape: shape, labels: [0], classNames: ["a"])
        let indices = [Int](repeating: 0, count: 200)
        let bright = Self.batch(dataset, indices, Augmentation(brightness: 0.4))
        let levels = (0..<200).map { bright[$0 * 1024] }
        for place in 0..<200 {
            #expect(bright[place * 1024..<(place + 1) * 1024].allSatisfy { $0 == levels[place] })
        }
        #expect(levels.allSatisfy { $0 >= 119.9 && $0 <= 255.1 })
        #expect(levels.contains { $0 > 254.9 } && levels.contains { $0 < 130 })

        let noisy = Self.batch(dataset, indices, Augmentation(noise: 0.1)).map { Double($0) - 200 }
        let mean = noisy.reduce(0, +) / Double(noisy.count)
        let variance = noisy.reduce(0) { $0 + $1 * $1 } / Double(noisy.count)
        #expect(abs(mean) < 0.3 && abs(variance.squareRoot() - 25.5) < 0.3)
        // Neighbors are independent.
        let product = zip(noisy, noisy.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(noisy.count)
        #expect(abs(product) / variance < 0.01)
    }

    /// A picture that is a plane stays one: values turned about the center, bilinear sampling being exact for it.
    @Test func rotation() {
        let shape = ImageShape(channels: 1, height: 21, width: 21)
        let images = (0..<441).map { UInt8(100 + 5 * ($0 % 21 - 10)) }
        let dataset = ImageDataset(images: images, shape: shape, labels: [0], classNames: ["a"])
        let batch = Self.batch(dataset, [Int](repeating: 0, count: 100), Augmentation(rotation: 30))
        var slopes: [Float] = []
        for place in 0..<100 {
            func at(_ y: Int, _ x: Int) -> Float { batch[place * 441 + y * 21 + x] }
            #expect(abs(at(10, 10) - 100) < 1e-3)
            let (right, down) = (at(10, 15) - 100, at(15, 10) - 100)
            // 25 · (cos θ, sin θ)
            #expect(abs((right * right + down * down).squareRoot() - 25) < 0.01)
            #expect(abs(at(15, 15) - 100 - right - down) < 0.01)
            slopes.append(down)
        }
        #expect(
            slopes.allSatisfy { abs($0) <= 12.51 } && slopes.contains { $0 > 8 }
                && slopes.contains { $0 < -8 })
    }

    /// The same for every number of threads, and for a place whatever the rest of the batch is.
    @Test func threadsDoNotMatter() {
        let shape = ImageShape(channels: 3, height: 32, width: 32)
        let dataset = Self.dataset(40, shape)
        let augmentation = Augmentation(
            shift: 2, cropPadding: 4, flip: true, rotation: 15, brightness: 0.2, noise: 0.05, cutout: 8)
        let indices = (0..<40).map { ($0 * 7) % 40 }
        let pool = ThreadPool.shared
        let before = pool.threadCount
        defer { pool.setThreadCount(before) }
        pool.setThreadCount(1)
        let one = Self.batch(dataset, indices, augmentation)
        pool.setThreadCount(3)
        let three = Self.batch(dataset, indices, augmentation)
        let isSame = one == three
        #expect(isSame)
        let isPrefix =
            Self.batch(dataset, Array(indices.prefix(5)), augmentation) == Array(one.prefix(5 * 3072))
        #expect(isPrefix)
        let isOther = Self.batch(dataset, indices, augmentation, stream: 1) != one
        #expect(isOther)
    }
}
