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
