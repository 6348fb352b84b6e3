import HibariSupport
import HibariTensor

/// Bounds of what a layer may be told: settings come from files too, and a damaged one must neither overflow a product
/// nor ask for more memory than there is.
extension LayerError {
    /// The largest size that a setting may give: far beyond any use, and no product of two overflows.
    private static let largestSetting = 1 << 30

    /// The numbers, of four bytes each, that the memory of this machine holds.
    private static let largestCount = physicalMemoryBytes() / 4

    /// Throws `wrongSetting` unless `value` is from `least`, 0 or 1, to 2^30.
    static func require(_ name: String, _ value: Int, atLeast least: Int = 1) throws {
        try require(value >= least, name, value, expected: least == 1 ? "a positive number" : "0 or more")
        try require(value <= largestSetting, name, value, expected: "at most 2^30")
    }

    /// The shape of these sizes, none of them negative.
    ///
    /// - Parameter what: the tensor of one example, or the weight.
    /// - Throws: `tooLarge` if tensors cannot have that shape behind the axis of the batch, or the memory of this
    ///   machine does not hold one.
    static func shape(_ sizes: [Int], of what: String = "the output") throws -> Shape {
        guard sizes.count < Shape.maximumRank else {
            throw LayerError.tooLarge(what: what, sizes, wanted: "at most \(Shape.maximumRank - 1) axes")
        }
        guard sizes.allSatisfy({ $0 <= Int32.max }) else {
            throw LayerError.tooLarge(what: what, sizes, wanted: "at most 2^31 - 1 places on each axis")
        }
        var count = 1
        for size in sizes {
            let (product, overflows) = count.multipliedReportingOverflow(by: max(1, size))
            guard !overflows, product <= largestCount else {
                throw LayerError.tooLarge(
                    what: what, sizes, wanted: "at most \(largestCount) numbers, for which there is memory")
            }
            count = product
        }
        return Shape(sizes)
    }
}
