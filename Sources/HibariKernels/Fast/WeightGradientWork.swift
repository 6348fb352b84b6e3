import CKernels
import HibariSupport

/// How the gradient of a convolution's weights is cut into tasks: ranges of the batch × groups × parts of the output
/// channels. Sizes alone decide.
struct WeightGradientWork {
    /// What bands of one size share.
    private struct Layout {
        let size: Int
        let taps: [Int32]
        let places: [hibari_places]
        /// Few enough images that a few channels of their gradients stay in the first-level cache.
        let imagesPerBlock: Int
        /// The places of a block of images, image by image.
        let blockPlaces: [hibari_places]
    }

    private let problem: ConvolutionProblem
    private let correlation: Correlation
    private let imagesPerRange, parts, channelsPerPart: Int
    /// Vectors of dy lie as they are in memory, without lanes that are no place.
    private let readsGradientInPlace: Bool
    private let layouts: [Layout]
    let rangeCount: Int

    init(_ problem: ConvolutionProblem) {
        self.problem = problem
        let correlation = Correlation(
            problem.axes.map { CorrelationAxis(forward: $0) }, channels: problem.groupInputs)
        self.correlation = correlation
        // 16 ranges, or fewer if their sums were more than half a million floats; parts make up for them.
        var ranges = 16
        while ranges > 1, ranges * problem.weightCount > 1 << 19 { ranges /= 2 }
        imagesPerRange = max(1, (problem.batch + ranges - 1) / ranges)
        rangeCount = (problem.batch + imagesPerRange - 1) / imagesPerRange
        let height = Int(correlation.table.correlate_rows)
        let panels = (problem.groupOutputs + height - 1) / height
        let wanted = min(panels, max(1, 16 / max(1, rangeCount * problem.groups)))
        let channelsPerPart = (panels + wanted - 1) / wanted * height
        self.channelsPerPart = channelsPerPart
        parts = (problem.groupOutputs + channelsPerPart - 1) / channelsPerPart

        let sizes = Set([correlation.bandSize, correlation.band(correlation.bandCount - 1).count])
        let all = (UInt32(1) << UInt32(correlation.table.lanes)) - 1
        let places = sizes.map { (size: $0, places: correlation.places($0)) }
        let isWhole = places.allSatisfy { $0.places.allSatisfy { $0.lanes == all } }
        readsGradientInPlace = isWhole
        let images = imagesPerRange
        layouts = places.map { size, places in
            let lanes = Int(correlation.table.lanes)
            let imagesPerBlock = max(1, min(images, 1024 / max(1, places.count * lanes)))
            let inputStride =
                correlation.readsInPlace
                ? problem.inputChannels * problem.inputPlane : correlation.paddedCount(size)
            let gradientStride =
                isWhole
                ? problem.outputChannels * problem.outputPlane : channelsPerPart * places.count * lanes
            let blockPlaces = (0..<imagesPerBlock).flatMap { image in
                places.enumerated().map { index, place in
                    hibari_places(
                        input: place.input + Int32(image * inputStride),
                        output: (isWhole ? place.output : Int32(index * lanes))
                            + Int32(image * gradientStride),
                        lanes: place.lanes)
                }
            }
            return Layout(
                size: size, taps: correlation.tapOffsets(size), places: places,
                imagesPerBlock: imagesPerBlock,
                blockPlaces: blockPlaces)
        }
    }

    var taskCount: Int { rangeCount * problem.groups * parts }

    /// - Parameter sums: `[rangeCount, weights]`; the task's part of one range is overwritten.
    func run(
        _ task: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        let part = task % parts * channelsPerPart
        let group = task / parts % problem.groups
        let range = task / parts / problem.groups
        let channels = min(channelsPerPart, problem.groupOutputs - part)
        let firstOutput = group * problem.groupOutputs + part
        let depth = correlation.depth
        let own = sums + range * problem.weightCount + firstOutput * depth
        own.update(repeating: 0, count: channels * depth)
        let images = range * imagesPerRange..<min(problem.batch, (range + 1) * imagesPerRange)
        for band in 0..<correlation.bandCount {
            let band = correlation.band(band)
            let layout = layouts.first { $0.size == band.count }!
            for first in stride(from: images.lowerBound, to: images.upperBound, by: layout.imagesPerBlock) {
                let count = min(layout.imagesPerBlock, images.upperBound - first)
                let source = x + (first * problem.groups + group) * problem.groupInputs * problem.inputPlane
                let gradient = dy + (first * problem.outputChannels + firstOutput) * problem.outputPlane
                withInputs(count, band, source) { inputs in
                    withGradients(count, channels, band, layout.places, gradient) {
                        gradients, channelStride in
                        correlation.table.correlate_weights(
                            channels, depth, layout.taps, inputs, gradients, channelStride,
                            count * layout.places.count, layout.blockPlaces, own, depth)
                    }
                }
            }
        }
    }

    /// The padded inputs of a band of several images.
    private func withInputs(
        _ images: Int, _ band: Range<Int>, _ x: UnsafePointer<Float>, _ body: (UnsafePointer<Float>) -> Void
    ) {
        if correlation.readsInPlace { return body(x + correlation.offsetInPlace(band)) }
        let count = correlation.paddedCount(band.count)
        withScratch(Float.self, count: images * count) { padded in
            for image in 0..<images {
                correlation.pad(
                    band, x + image * problem.inputChannels * problem.inputPlane, padded + image * count)
            }
            body(padded)
        }
    }

    /// The gradients of a band in whole vectors, and the distance between channels.
    private func withGradients(
        _ images: Int, _ channels: Int, _ band: Range<Int>, _ places: [hibari_places],
        _ dy: UnsafePointer<Float>, _ body: (UnsafePointer<Float>, Int) -> Void
    ) {
        let plane = problem.outputPlane
        let start = dy + correlation.outputOffset(band)
        if readsGradientInPlace { return body(start, plane) }
        let lanes = Int(correlation.table.lanes)
        let width = places.count * lanes
        withScratch(Float.self, count: images * channelsPerPart * width + lanes) { vectors in
            for image in 0..<images {
                for channel in 0..<channels {
                    correlation.table.gather_places(
                        places.count, places, start + (image * problem.outputChannels + channel) * plane,
                        vectors + (image * channelsPerPart + channel) * width)
                }
            }
            body(vectors, width)
        }
    }
}
