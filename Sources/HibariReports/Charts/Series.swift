/// Points in the order of x, joined by a line.
public struct Series: Sendable {
    public var name: String
    public var x, y: [Double]
    /// The number of points that a moving average spans; at most 1 for none. Then the points themselves are faint.
    public var smoothing: Int

    /// - Parameter x: 0, 1, 2, … if nil.
    /// - Precondition: as many x as y.
    public init(_ name: String, x: [Double]? = nil, y: [Double], smoothing: Int = 1) {
        precondition(x == nil || x!.count == y.count, "series \(name): \(x!.count) x for \(y.count) y")
        self.name = name
        self.x = x ?? y.indices.map(Double.init)
        self.y = y
        self.smoothing = smoothing
    }

    /// The mean of the points around each, so that the average does not lag behind. At the start, where losses fall
    /// fast, the span shrinks to what lies on both sides; at the end it takes what is there. Values that are not
    /// finite are passed over.
    func smoothed() -> Series {
        var sums = [0.0]
        var counts = [0]
        for value in y {
            sums.append(sums[sums.count - 1] + (value.isFinite ? value : 0))
            counts.append(counts[counts.count - 1] + (value.isFinite ? 1 : 0))
        }
        let half = max(0, smoothing / 2)
        var copy = self
        copy.smoothing = 1
        copy.y = y.indices.map { index in
            guard y[index].isFinite else { return y[index] }
            let low = index - min(half, index)
            let high = min(y.count - 1, index + min(half, index)) + 1
            return (sums[high] - sums[low]) / Double(counts[high] - counts[low])
        }
        return copy
    }

    /// At most about 2·`buckets` of the points that draw the same picture: the lowest and the highest of each bucket.
    func decimated(buckets: Int) -> Series {
        guard y.count > 2 * buckets else { return self }
        var copy = self
        (copy.x, copy.y) = ([], [])
        for bucket in 0..<buckets {
            let range = bucket * y.count / buckets..<(bucket + 1) * y.count / buckets
            let finite = range.filter { y[$0].isFinite && x[$0].isFinite }
            guard let low = finite.min(by: { y[$0] < y[$1] }), let high = finite.max(by: { y[$0] < y[$1] })
            else {
                copy.x.append(x[range.lowerBound])
                copy.y.append(.nan)
                continue
            }
            for index in Set([low, high]).sorted() {
                copy.x.append(x[index])
                copy.y.append(y[index])
            }
        }
        return copy
    }

    /// The last value that is a number.
    var lastValue: Double? { y.last { $0.isFinite } }
}

/// `count` indices below `total`, spread evenly, the first and the last among them.
func spreadIndices(_ count: Int, below total: Int) -> [Int] {
    guard total > count, count > 1 else { return Array(0..<min(total, max(0, count))) }
    return (0..<count).map { $0 * (total - 1) / (count - 1) }
}
