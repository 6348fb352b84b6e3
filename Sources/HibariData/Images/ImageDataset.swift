import HibariSupport

/// The size of every picture of a data set.
public struct ImageShape: Sendable, Equatable, CustomStringConvertible {
    public let channels: Int
    public let height: Int
    public let width: Int

    /// - Precondition: positive sizes.
    public init(channels: Int, height: Int, width: Int) {
        precondition(
            channels > 0 && height > 0 && width > 0,
            "ImageShape: sizes must be positive, got \(channels), \(height), \(width)")
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// Samples of a picture.
    public var count: Int { channels * height * width }

    public var description: String { "\(channels) × \(height) × \(width)" }
}

/// Pictures with a class each, all of one size, in memory.
public struct ImageDataset: Sendable {
    /// `[N, C, H, W]`, 0...255.
    public let images: [UInt8]
    public let shape: ImageShape
    /// `[N]`, each in 0..<`classNames.count`.
    public let labels: [Int32]
    public let classNames: [String]

    /// - Precondition: as many pictures as labels, each label the number of a class.
    public init(images: [UInt8], shape: ImageShape, labels: [Int32], classNames: [String]) {
        precondition(
            images.count == labels.count * shape.count,
            "ImageDataset: \(images.count) samples for \(labels.count) pictures of \(shape)")
        precondition(
            labels.allSatisfy { classNames.indices.contains(Int($0)) },
            "ImageDataset: a label outside 0..<\(classNames.count)")
        self.images = images
        self.shape = shape
        self.labels = labels
        self.classNames = classNames
    }

    public var count: Int { labels.count }

    /// The samples of picture `index`, `[C, H, W]`.
    public func image(_ index: Int) -> ArraySlice<UInt8> {
        images[index * shape.count..<(index + 1) * shape.count]
    }

    /// How many pictures each class has.
    public var classCounts: [Int] {
        labels.reduce(into: [Int](repeating: 0, count: classNames.count)) { $0[Int($1)] += 1 }
    }

    /// The pictures at `indices`, in that order.
    public func selecting(_ indices: [Int]) -> ImageDataset {
        var selected: [UInt8] = []
        selected.reserveCapacity(indices.count * shape.count)
        for index in indices { selected += image(index) }
        return ImageDataset(
            images: selected, shape: shape, labels: indices.map { labels[$0] }, classNames: classNames)
    }

    /// The pictures of some classes, which are numbered anew in the order given.
    ///
    /// - Precondition: `classes` are different numbers of classes.
    public func selecting(classes: [Int]) -> ImageDataset {
        var newLabel = [Int32?](repeating: nil, count: classNames.count)
        for (new, old) in classes.enumerated() {
            precondition(newLabel[old] == nil, "ImageDataset.selecting: class \(old) is given twice")
            newLabel[old] = Int32(new)
        }
        let chosen = selecting(labels.indices.filter { newLabel[Int(labels[$0])] != nil })
        return ImageDataset(
            images: chosen.images, shape: shape, labels: chosen.labels.compactMap { newLabel[Int($0)] },
            classNames: classes.map { classNames[$0] })
    }

    /// The first `count` pictures, or all if there are fewer.
    public func prefix(_ count: Int) -> ImageDataset { selecting(Array(0..<min(count, self.count))) }

    /// Mean and standard deviation of each channel over all pictures, for samples scaled to 0...1.
    ///
    /// Exact sums of integers, so that they do not depend on any order. A channel without variation gets the
    /// deviation 1, so that dividing by it is harmless.
    public func channelStatistics() -> (mean: [Float], standardDeviation: [Float]) {
        let area = shape.height * shape.width
        var sums = [UInt64](repeating: 0, count: shape.channels)
        var squares = sums
        images.withUnsafeBufferPointer { images in
            for plane in 0..<count * shape.channels {
                var (sum, square): (UInt64, UInt64) = (0, 0)
                for i in plane * area..<(plane + 1) * area {
                    let value = UInt64(images[i])
                    sum += value
                    square += value * value
                }
                sums[plane % shape.channels] += sum
                squares[plane % shape.channels] += square
            }
        }
        let total = Double(max(1, count * area))
        let means = sums.map { Double($0) / total }
        let deviations = zip(squares, means).map { square, mean in
            (max(0, Double(square) / total - mean * mean)).squareRoot()
        }
        return (means.map { Float($0 / 255) }, deviations.map { $0 > 0 ? Float($0 / 255) : 1 })
    }

    /// A hash of pictures, sizes and labels, the same wherever and however they were stored.
    public var sha256: String {
        var hasher = SHA256()
        hasher.update(Array("\(count) \(shape) \(classNames.count)\n".utf8))
        images.withUnsafeBytes { hasher.update($0) }
        labels.withUnsafeBytes { hasher.update($0) }
        return hasher.digest().hex
    }

    /// Throws unless at least two classes occur: there is nothing to tell apart otherwise.
    ///
    /// - Parameter path: where the pictures came from.
    public func requireTwoClasses(path: String) throws(DatasetError) {
        let present = classCounts.indices.filter { classCounts[$0] > 0 }
        if present.count >= 2 { return }
        let found = present.first.map { "all \(count) pictures are of the class \(classNames[$0])" }
        throw .contents(
            path: path,
            problem: "\(found ?? "there are no pictures"); a classifier needs at least two classes")
    }
}
