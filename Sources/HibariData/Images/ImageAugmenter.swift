import Glibc
import HibariSupport

/// Where the columns and rows of an augmented picture come from; kept by a thread from picture to picture.
struct AugmentationScratch {
    /// The column of the source for each column, −1 for black.
    fileprivate var columns: [Int]
    fileprivate var rows: [Int]
    /// `[C, H + 3, W + 3]`: a picture with one black pixel before and two behind it along each axis.
    fileprivate var framed: [Float]

    init(_ shape: ImageShape) {
        columns = Array(repeating: 0, count: shape.width)
        rows = Array(repeating: 0, count: shape.height)
        framed = Array(repeating: 0, count: shape.channels * (shape.height + 3) * (shape.width + 3))
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
            rotate(source, into: target, &scratch, angle: angle, gain: gain)
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
        _ scratch: inout AugmentationScratch, angle: Float, gain: Float
    ) {
        frame(source, &scratch)
        let shape = dataset.shape
        let (width, height) = (Float(shape.width), Float(shape.height))
        let (centerX, centerY) = ((width - 1) / 2, (height - 1) / 2)
        let (cosine, sine) = (cosf(angle), sinf(angle))
        let stride = shape.width + 3
        let normalizations = (0..<shape.channels).map { affine($0) }
        scratch.framed.withUnsafeBufferPointer { framed in
            for y in 0..<shape.height {
                for x in 0..<shape.width {
                    let (dx, dy) = (Float(x) - centerX, Float(y) - centerY)
                    // All that is a pixel or more outside is as black as the frame.
                    let sourceX = min(max(-1, cosine * dx + sine * dy + centerX), width)
                    let sourceY = min(max(-1, cosine * dy - sine * dx + centerY), height)
                    let (left, top) = (sourceX.rounded(.down), sourceY.rounded(.down))
                    let (right, lower) = (sourceX - left, sourceY - top)
                    var corner = (Int(top) + 1) * stride + Int(left) + 1
                    var place = y * shape.width + x
                    for channel in 0..<shape.channels {
                        let (scale, offset) = normalizations[channel]
                        let upperRow = framed[corner] * (1 - right) + framed[corner + 1] * right
                        let lowerRow =
                            framed[corner + stride] * (1 - right) + framed[corner + stride + 1] * right
                        let value = upperRow * (1 - lower) + lowerRow * lower
                        target[place] = min(value * gain, 255) * scale + offset
                        corner += (shape.height + 3) * stride
                        place += shape.height * shape.width
                    }
                }
            }
        }
    }

    /// Writes the cropped, flipped and shifted picture into its black frame.
    private func frame(_ source: UnsafeBufferPointer<UInt8>, _ scratch: inout AugmentationScratch) {
        let shape = dataset.shape
        let (rows, columns) = (scratch.rows, scratch.columns)
        scratch.framed.withUnsafeMutableBufferPointer { framed in
            for channel in 0..<shape.channels {
                for y in 0..<shape.height {
                    let place = (channel * (shape.height + 3) + y + 1) * (shape.width + 3) + 1
                    let from = (channel * shape.height + rows[y]) * shape.width
                    for x in 0..<shape.width {
                        framed[place + x] =
                            rows[y] < 0 || columns[x] < 0 ? 0 : Float(source[from + columns[x]])
                    }
                }
            }
        }
    }

    private func addNoise(to target: UnsafeMutableBufferPointer<Float>, _ random: inout RandomStream) {
        let area = dataset.shape.height * dataset.shape.width
        for channel in 0..<dataset.shape.channels {
            let amount = augmentation.noise / standardDeviation[channel]
            let end = (channel + 1) * area
            NormalTable.values.withUnsafeBufferPointer { values in
                for i in stride(from: channel * area, to: end, by: 2) {
                    let word = random.nextWord()
                    target[i] += values[Int(word & 0xFFF)] * amount
                    if i + 1 < end { target[i + 1] += values[Int(word >> 20)] * amount }
                }
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
