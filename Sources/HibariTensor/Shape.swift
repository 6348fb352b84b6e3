/// The sizes of a tensor's axes, outermost first. Holds up to six axes inline and never allocates.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The largest number of axes.
    public static let maximumRank = 6

    private var sizes: SIMD8<Int32>
    /// The number of axes; 0 for a scalar.
    public private(set) var rank: Int

    public init(_ sizes: some Collection<Int>) {
        precondition(sizes.count <= Shape.maximumRank, "a tensor has at most six axes, got \(Array(sizes))")
        self.sizes = .zero
        rank = 0
        for size in sizes {
            precondition(size >= 0 && size <= Int32.max, "an axis cannot have size \(size)")
            self.sizes[rank] = Int32(size)
            rank += 1
        }
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The size of an axis; negative axes count from the end.
    public subscript(axis: Int) -> Int {
        get { Int(sizes[index(axis)]) }
        set { sizes[index(axis)] = Int32(newValue) }
    }

    private func index(_ axis: Int) -> Int {
        let index = axis < 0 ? axis + rank : axis
        precondition((0..<rank).contains(index), "axis \(axis) of shape \(self), which has \(rank) axes")
        return index
    }

    /// The number of elements.
    public var count: Int {
        var product = 1
        for axis in 0..<rank { product *= Int(sizes[axis]) }
        return product
    }

    /// The product of all axes but the last: the rows of a row-by-row operation.
    public var rowCount: Int { rank == 0 ? 1 : dropLast().count }

    /// The shape without its last axis.
    public func dropLast() -> Shape { Shape((0..<max(0, rank - 1)).map { self[$0] }) }

    /// The same shape with another last axis.
    public func replacingLast(with size: Int) -> Shape {
        var copy = self
        copy[-1] = size
        return copy
    }

    public var array: [Int] { (0..<rank).map { self[$0] } }
    public var description: String { "\(array)" }

    /// The products of the axes before `axis`, of the axis itself, and of the axes after it.
    package func split(at axis: Int) -> (outer: Int, middle: Int, inner: Int) {
        let position = index(axis)
        var (outer, inner) = (1, 1)
        for other in 0..<position { outer *= self[other] }
        for other in position + 1..<max(rank, position + 1) { inner *= self[other] }
        return (outer, self[position], inner)
    }
}

/// In files a shape is an array of sizes.
extension Shape: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let sizes = try container.decode([Int].self)
        // Also of some of the axes the product must not overflow, so sizes of 0 do not make up for others.
        let product = sizes.reduce(1 as Int?) { product, size in
            let (next, overflows) = product?.multipliedReportingOverflow(by: max(1, size)) ?? (0, true)
            return overflows ? nil : next
        }
        guard sizes.count <= Shape.maximumRank, sizes.allSatisfy({ 0...Int(Int32.max) ~= $0 }),
            product != nil
        else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription:
                    "\(sizes) is no shape; at most six sizes from 0 up, and their product an Int")
        }
        self.init(sizes)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(array)
    }
}
