import CKernels
import HibariSupport

extension Float {
    package static func convolve(
        _ problem: ConvolutionProblem, _ x: Input, _ w: Input, bias: Input?, appliesReLU: Bool, _ y: Output
    ) {
        let correlation = Correlation(
            problem.axes.map { CorrelationAxis(forward: $0) }, channels: problem.groupInputs,
            minimumBands: (8 + problem.batch - 1) / max(1, problem.batch))
        let weights = WeightOrder(
            rows: problem.groupOutputs,
            groupStride: problem.groupOutputs * problem.groupInputs * problem.taps,
            rowStride: problem.groupInputs * problem.taps, channelStride: problem.taps)
        correlation.run(
            problem, weights, x, w, bias: bias, relu: appliesReLU, y, inputPlane: problem.inputPlane,
            outputPlane: problem.outputPlane, accumulate: false)
    }

    /// One correlation with the gradient for each remainder of an input place modulo the strides.
    package static func convolveInputGradient(
        _ problem: ConvolutionProblem, _ dy: Input, _ w: Input, bias: Input?, _ dx: Output, accumulate: Bool
    ) {
        let weights = WeightOrder(
            rows: problem.groupInputs, groupStride: problem.groupOutputs * problem.groupInputs * problem.taps,
            rowStride: problem.taps, channelStride: problem.groupInputs * problem.taps)
        let axes = problem.axes
        for a in 0..<axes[0].stride {
            for b in 0..<axes[1].stride {
                for c in 0..<axes[2].stride {
                    let correlation = Correlation(
                        zip(axes, [a, b, c]).map { CorrelationAxis(backward: $0, remainder: $1) },
                        channels: problem.groupOutputs,
                        minimumBands: (8 + problem.batch - 1) / max(1, problem.batch))
                    correlation.run(
                        problem, weights, dy, w, bias: bias, relu: false, dx,
                        inputPlane: problem.outputPlane, outputPlane: problem.inputPlane,
                        accumulate: accumulate)
                }
            }
        }
    }

    /// The batch is cut into ranges, each with sums of its own, which are added in order: as many as sizes alone
    /// allow, so that the result is the same for every thread count.
    package static func convolveWeightGradient(
        _ problem: ConvolutionProblem, _ x: Input, _ dy: Input, _ dw: Output, accumulate: Bool
    ) {
        let count = problem.weightCount
        if !accumulate { dw.update(repeating: 0, count: count) }
        guard count > 0, problem.outputPlane > 0 else { return }
        let work = WeightGradientWork(problem)
        withScratch(Float.self, count: work.rangeCount * count) { sums in
            ThreadPool.shared.run(work.taskCount) { work.run($0, x, dy, sums) }
            let add = KernelTable.active.add!
            parallelFor(count, grain: 16_384) { part in
                for range in 0..<work.rangeCount {
                    let own = sums + range * count + part.lowerBound
                    add(part.count, dw + part.lowerBound, own, dw + part.lowerBound)
                }
            }
        }
    }

    package static func sumChannels(
        batch: Int, channels: Int, plane: Int, _ x: Input, _ y: Output, accumulate: Bool
    ) {
        let sum = KernelTable.active.sum!
        parallelFor(channels, grain: max(1, 16_384 / max(1, batch * plane))) { range in
            for channel in range {
                var total = 0.0
                for image in 0..<batch {
                    total += Double(sum(plane, x + (image * channels + channel) * plane))
                }
                y[channel] = (accumulate ? y[channel] : 0) + Float(total)
            }
        }
    }
}

/// Where the weight of (output row, input channel, tap) of a group lies.
private struct WeightOrder {
    let rows, groupStride, rowStride, channelStride: Int

    /// Packs the weights of all groups into panels, in the order of the taps of `correlation`.
    func pack(
        _ w: UnsafePointer<Float>, groups: Int, _ problem: ConvolutionProblem, _ correlation: Correlation,
        _ packed: UnsafeMutablePointer<Float>
    ) {
        let (axes, kernels) = (correlation.axes, problem.axes.map(\.kernel))
        var taps: [Int] = []
        for a in axes[0].taps {
            for b in axes[1].taps {
                for c in axes[2].taps { taps.append((a.tap * kernels[1] + b.tap) * kernels[2] + c.tap) }
            }
        }
        let (height, depth) = (Int(correlation.table.correlate_rows), correlation.depth)
        let panels = (rows + height - 1) / height
        parallelFor(groups * panels, grain: max(1, 16_384 / max(1, height * depth))) { range in
            for index in range {
                let (group, panel) = (index / panels, index % panels)
                var out = packed + index * height * depth
                for channel in 0..<correlation.channels {
                    for tap in taps {
                        let source = w + group * groupStride + channel * channelStride + tap
                        for row in panel * height..<(panel + 1) * height {
                            out[row - panel * height] = row < rows ? source[row * rowStride] : 0
                        }
                        out += height
                    }
                }
            }
        }
    }
}

extension Correlation {
    /// Tasks are bands of groups of images; each output element is one chain of multiply-adds.
    fileprivate func run(
        _ problem: ConvolutionProblem, _ weights: WeightOrder, _ x: UnsafePointer<Float>,
        _ w: UnsafePointer<Float>, bias: UnsafePointer<Float>?, relu: Bool, _ y: UnsafeMutablePointer<Float>,
        inputPlane: Int, outputPlane: Int, accumulate: Bool
    ) {
        guard !isEmpty else { return }
        let height = Int(table.correlate_rows)
        let panelCount = roundUp(weights.rows, height) * depth
        let lastBand = band(bandCount - 1).count
        // The last band may be smaller than the others.
        let layouts = Set([bandSize, lastBand]).map { (size: $0, taps: tapOffsets($0), places: places($0)) }
        withScratch(Float.self, count: problem.groups * panelCount) { packed in
            weights.pack(w, groups: problem.groups, problem, self, packed)
            ThreadPool.shared.run(problem.batch * problem.groups * bandCount) { task in
                let band = band(task % bandCount)
                let group = task / bandCount % problem.groups
                // Images and groups count together.
                let unit = task / bandCount
                let layout = layouts.first { $0.size == band.count }!
                let source = x + unit * channels * inputPlane
                withScratch(Float.self, count: paddedCount(band.count)) { padded in
                    if !readsInPlace { pad(band, source, padded) }
                    table.correlate(
                        weights.rows, depth, packed + group * panelCount, layout.taps,
                        readsInPlace ? source + offsetInPlace(band) : UnsafePointer(padded),
                        layout.places.count, layout.places, bias.map { $0 + group * weights.rows },
                        relu ? 1 : 0, y + unit * weights.rows * outputPlane + outputOffset(band), outputPlane,
                        axes[2].outputStep, accumulate ? 1 : 0)
                }
            }
        }
    }
}

/// How the gradient of the weights is cut into tasks: ranges of the batch × groups × parts of the output channels.
private struct WeightGradientWork {
    private let problem: ConvolutionProblem
    private let correlation: Correlation
    private let layouts: [(size: Int, taps: [Int32], places: [hibari_places])]
    private let imagesPerRange, parts, channelsPerPart: Int
    /// Vectors of dy lie as they are in memory, without lanes that are no place.
    private let readsGradientInPlace: Bool
    let rangeCount: Int

    init(_ problem: ConvolutionProblem) {
        self.problem = problem
        let correlation = Correlation(
            problem.axes.map { CorrelationAxis(forward: $0) }, channels: problem.groupInputs)
        self.correlation = correlation
        // 16 ranges, or fewer if their sums were more than four million floats; parts make up for them.
        let ranges = max(1, min(16, problem.batch, (1 << 22) / problem.weightCount))
        imagesPerRange = (problem.batch + ranges - 1) / ranges
        rangeCount = (problem.batch + imagesPerRange - 1) / imagesPerRange
        let height = Int(correlation.table.correlate_rows)
        let panels = (problem.groupOutputs + height - 1) / height
        let wanted = min(panels, rangeCount * problem.groups >= 8 ? 1 : 8 / (rangeCount * problem.groups))
        channelsPerPart = (panels + wanted - 1) / wanted * height
        parts = (problem.groupOutputs + channelsPerPart - 1) / channelsPerPart
        let last = correlation.band(correlation.bandCount - 1).count
        let sizes = Set([correlation.bandSize, last])
        let all = (UInt32(1) << UInt32(correlation.table.lanes)) - 1
        let layouts = sizes.map {
            (size: $0, taps: correlation.tapOffsets($0), places: correlation.places($0))
        }
        self.layouts = layouts
        readsGradientInPlace = layouts.allSatisfy { $0.places.allSatisfy { $0.lanes == all } }
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
        let (depth, plane) = (correlation.depth, problem.outputPlane)
        let own = sums + range * problem.weightCount + firstOutput * depth
        own.update(repeating: 0, count: channels * depth)
        let images = range * imagesPerRange..<min(problem.batch, (range + 1) * imagesPerRange)
        for band in 0..<correlation.bandCount {
            let band = correlation.band(band)
            let layout = layouts.first { $0.size == band.count }!
            // Few enough images that a few channels of their gradients stay in the first-level cache.
            let vectorCount = layout.places.count * Int(correlation.table.lanes)
            let block = max(1, min(images.count, 1024 / max(1, vectorCount)))
            for first in stride(from: images.lowerBound, to: images.upperBound, by: block) {
                let block = first..<min(images.upperBound, first + block)
                let sources = x + (first * problem.groups + group) * problem.groupInputs * problem.inputPlane
                let gradients = dy + (first * problem.outputChannels + firstOutput) * plane
                withInputs(block.count, band, sources) { inputs, inputStride in
                    withGradients(block.count, channels, band, layout.places, gradients) {
                        gradient, imageStride, channelStride, places in
                        correlation.table.correlate_weights(
                            channels, depth, layout.taps, block.count, inputs, inputStride, gradient,
                            imageStride, channelStride, places.count, places, own, depth)
                    }
                }
            }
        }
    }

    /// The padded inputs of a band of several images, and the distance between images.
    private func withInputs(
        _ images: Int, _ band: Range<Int>, _ x: UnsafePointer<Float>,
        _ body: (UnsafePointer<Float>, Int) -> Void
    ) {
        let stride = problem.inputChannels * problem.inputPlane
        if correlation.readsInPlace { return body(x + correlation.offsetInPlace(band), stride) }
        let count = correlation.paddedCount(band.count)
        withScratch(Float.self, count: images * count) { padded in
            for image in 0..<images { correlation.pad(band, x + image * stride, padded + image * count) }
            body(padded, count)
        }
    }

    /// The gradients of a band in whole vectors, the distances between images and channels, and the vectors.
    private func withGradients(
        _ images: Int, _ channels: Int, _ band: Range<Int>, _ places: [hibari_places],
        _ dy: UnsafePointer<Float>,
        _ body: (UnsafePointer<Float>, Int, Int, [hibari_places]) -> Void
    ) {
        let plane = problem.outputPlane
        let start = dy + correlation.outputOffset(band)
        if readsGradientInPlace { return body(start, problem.outputChannels * plane, plane, places) }
        let lanes = Int(correlation.table.lanes)
        let width = places.count * lanes
        withScratch(Float.self, count: images * channels * width) { vectors in
            for image in 0..<images {
                for channel in 0..<channels {
                    correlation.table.gather_places(
                        places.count, places, start + (image * problem.outputChannels + channel) * plane,
                        vectors + (image * channels + channel) * width)
                }
            }
            let packed = places.enumerated().map {
                hibari_places(input: $1.input, output: Int32($0 * lanes), lanes: $1.lanes)
            }
            body(vectors, channels * width, width, packed)
        }
    }
}
