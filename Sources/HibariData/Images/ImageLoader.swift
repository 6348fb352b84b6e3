import HibariSupport

/// Makes batches of normalized, augmented pictures.
///
/// A sample x of channel c becomes (x / 255 − mean[c]) / standardDeviation[c].
public struct ImageLoader: Sendable {
    public let dataset: ImageDataset
    public let mean: [Float]
    public let standardDeviation: [Float]
    public let augmentation: Augmentation

    /// A batch of fewer samples is not worth waking other threads for.
    private static let parallelSamples = 1 << 15

    /// - Parameters:
    ///   - mean: per channel, for samples in 0...1; by default that of the data set.
    ///   - standardDeviation: as `mean`. For validation and test sets both must be those of the training set.
    public init(
        _ dataset: ImageDataset, mean: [Float]? = nil, standardDeviation: [Float]? = nil,
        augmentation: Augmentation = Augmentation()
    ) {
        let statistics =
            mean == nil || standardDeviation == nil
            ? dataset.channelStatistics() : (mean: [], standardDeviation: [])
        self.dataset = dataset
        self.mean = mean ?? statistics.mean
        self.standardDeviation = standardDeviation ?? statistics.standardDeviation
        self.augmentation = augmentation
        let channels = dataset.shape.channels
        precondition(
            self.mean.count == channels && self.standardDeviation.count == channels
                && self.standardDeviation.allSatisfy { $0 > 0 },
            "ImageLoader: mean and standard deviation need \(channels) numbers, the deviations above 0")
    }

    /// Writes the pictures and labels at `indices`.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`, B the number of indices.
    ///   - labels: `[B]`.
    ///   - random: decides the augmentation of each place in the batch, by its blocks from place · 2³² on; nil
    ///     for none. The result is the same for every number of threads. Give each step its own stream.
    public func fill(
        _ indices: [Int], images: UnsafeMutableBufferPointer<Float>,
        labels: UnsafeMutableBufferPointer<Int32>,
        random: RandomStream?
    ) {
        let size = dataset.shape.count
        precondition(
            images.count == indices.count * size && labels.count == indices.count,
            "ImageLoader.fill: buffers of \(images.count) and \(labels.count) for \(indices.count) pictures")
        precondition(
            indices.allSatisfy { $0 >= 0 && $0 < dataset.count },
            "ImageLoader.fill: an index outside 0..<\(dataset.count)")
        let random = augmentation == Augmentation() ? nil : random
        dataset.images.withUnsafeBufferPointer { pixels in
            // Every place of the batch is written by one thread; the buffers outlive the loop.
            parallelFor(indices.count, grain: max(1, Self.parallelSamples / size)) { places in
                var scratch = AugmentationScratch(dataset.shape)
                for place in places {
                    let source = UnsafeBufferPointer(
                        rebasing: pixels[indices[place] * size..<(indices[place] + 1) * size])
                    let target = UnsafeMutableBufferPointer(
                        rebasing: images[place * size..<(place + 1) * size])
                    if let random {
                        var stream = random.atBlock(UInt64(place) << 32)
                        augment(source, into: target, &scratch, &stream)
                    } else {
                        normalize(source, into: target)
                    }
                }
            }
        }
        for (place, index) in indices.enumerated() { labels[place] = dataset.labels[index] }
    }

    private func normalize(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<Float>
    ) {
        let area = dataset.shape.height * dataset.shape.width
        for channel in 0..<dataset.shape.channels {
            let (scale, offset) = affine(channel)
            for i in channel * area..<(channel + 1) * area { target[i] = Float(source[i]) * scale + offset }
        }
    }

    /// What normalizes a sample in 0...255.
    func affine(_ channel: Int) -> (scale: Float, offset: Float) {
        (1 / (255 * standardDeviation[channel]), -mean[channel] / standardDeviation[channel])
    }
}
