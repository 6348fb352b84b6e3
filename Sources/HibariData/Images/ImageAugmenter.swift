import Glibc
import HibariSupport

/// Where the columns and rows of an augmented picture come from; kept by a thread from picture to picture.
struct AugmentationScratch {
    /// The column of the source for each column, −1 for black.
    fileprivate var columns: [Int]
    fileprivate var rows: [Int]

    init(_ shape: ImageShape) {
        columns = Array(repeating: 0, count: shape.width)
        rows = Array(repeating: 0, count: shape.height)
    }
}

extension ImageLoader {
    /// Writes one picture `[C, H, W]`, changed as `augmentation` says by the numbers of `random`.
    func augment(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<Float>,
        _ scratch: inout AugmentationScratch, _ random: inout RandomStream
    ) {
        let shape = dataset.shape
        let isMirrored = augmentation.flip && random.nextWord() & 1 == 1
        setMap(&scratch.columns, isMirrored: isMirrored, &random)
        setMap(&scratch.rows, isMirrored: false, &random)
        let angle = augmentation.rotation > 0 ? augmentation.rotation * random.signedUnit() * .pi / 180 : 0
        let gain = augmentation.brightness > 0 ? 1 + augmentation.brightness * random.signedUnit() : 1
        if angle != 0 {
            rotate(source, into: target, scratch, angle: angle, gain: gain)
        } else {
            let area = shape.height * shape.width
            for channel in 0..<shape.channels {
                let (scale, offset) = affine(channel)
                for y in 0..<shape.height {
                    let row = channel * area + y * shape.width
                    let from = channel * area + scratch.rows[y] * shape.width
                    for x in 0..<shape.width {
                        let column = scratch.columns[x]
                        let value: Float =
                            scratch.rows[y] < 0 || column < 0 ? 0 : Float(source[from + column])
                        target[row + x] = min(value * gain, 255) * scale + offset
                    }
                }
            }
        }
        if augmentation.noise > 0 { addNoise(to: target, &random) }
        if augmentation.cutout > 0 { cutOut(of: target, &random) }
    }

    /// From a place in the result back to the source: shift, flip, crop.
    private func setMap(_ map: inout [Int], isMirrored: Bool, _ random: inout RandomStream) {
        let crop = offset(augmentation.cropPadding, &random)
        let shift = offset(augmentation.shift, &random)
        let last = map.count - 1
        for place in map.indices {
            let shifted = min(max(0, place - shift), last)
            let cropped = (isMirrored ? last - shifted : shifted) + crop
            map[place] = (0...last).contains(cropped) ? cropped : -1
        }
    }

    /// Turns about the center. The sample at a point between pixels is the mean of the four around it, weighted
    /// by nearness.
    private func rotate(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<Float>,
        _ scratch: AugmentationScratch, angle: Float, gain: Float
    ) {
        let shape = dataset.shape
        let area = shape.height * shape.width
        let (centerX, centerY) = (Float(shape.width - 1) / 2, Float(shape.height - 1) / 2)
        let (cosine, sine) = (cosf(angle), sinf(angle))
        /// −1 for black.
        func place(_ y: Int, _ x: Int) -> Int {
            guard y >= 0, y < shape.height, x >= 0, x < shape.width, scratch.rows[y] >= 0,
                scratch.columns[x] >= 0
            else { return -1 }
            return scratch.rows[y] * shape.width + scratch.columns[x]
        }
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                let (dx, dy) = (Float(x) - centerX, Float(y) - centerY)
                let sourceX = cosine * dx + sine * dy + centerX
                let sourceY = cosine * dy - sine * dx + centerY
                let (left, top) = (sourceX.rounded(.down), sourceY.rounded(.down))
                let (right, lower) = (sourceX - left, sourceY - top)
                let (column, row) = (Int(left), Int(top))
                let places = (
                    place(row, column), place(row, column + 1), place(row + 1, column),
                    place(row + 1, column + 1)
                )
                for channel in 0..<shape.channels {
                    let (scale, offset) = affine(channel)
                    let plane = channel * area
                    func sample(_ place: Int) -> Float { place < 0 ? 0 : Float(source[plane + place]) }
                    let upperRow = sample(places.0) * (1 - right) + sample(places.1) * right
                    let lowerRow = sample(places.2) * (1 - right) + sample(places.3) * right
                    let value = upperRow * (1 - lower) + lowerRow * lower
                    target[plane + y * shape.width + x] = min(value * gain, 255) * scale + offset
                }
            }
        }
    }

    private func addNoise(to target: UnsafeMutableBufferPointer<Float>, _ random: inout RandomStream) {
        let area = dataset.shape.height * dataset.shape.width
        for channel in 0..<dataset.shape.channels {
            let amount = augmentation.noise / standardDeviation[channel]
            let end = (channel + 1) * area
            for i in stride(from: channel * area, to: end, by: 2) {
                let pair = random.normalPair() * amount
                target[i] += pair.x
                if i + 1 < end { target[i + 1] += pair.y }
            }
        }
    }

    private func cutOut(of target: UnsafeMutableBufferPointer<Float>, _ random: inout RandomStream) {
        let shape = dataset.shape
        let top = random.index(below: shape.height) - augmentation.cutout / 2
        let left = random.index(below: shape.width) - augmentation.cutout / 2
        for channel in 0..<shape.channels {
            for y in max(0, top)..<min(shape.height, top + augmentation.cutout) {
                let row = (channel * shape.height + y) * shape.width
                // The mean color is zero after normalization.
                for x in max(0, left)..<min(shape.width, left + augmentation.cutout) { target[row + x] = 0 }
            }
        }
    }
}

/// A whole number in −`limit`...`limit`; takes nothing from the stream if that is zero.
private func offset(_ limit: Int, _ random: inout RandomStream) -> Int {
    limit == 0 ? 0 : random.index(below: 2 * limit + 1) - limit
}
