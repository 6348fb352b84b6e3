import HibariKernels

/// Stops unless `segments` are the lengths of documents that lie one after the other in `x`, `[1, T, …]`.
func checkSegments(_ segments: [Int]?, _ x: Tensor, _ op: OpName) {
    guard let segments else { return }
    require(
        x.shape.rank == 3 && x.shape[0] == 1 && segments.allSatisfy { $0 > 0 }
            && segments.reduce(0, +) == x.shape[1], op,
        "segments \(segments) for \(x.shape); expected [1, T, …] with lengths above 0 that sum to T")
}

/// The positions 0, 1, 2, … in each of `segments`, one after the other.
package func positions(inSegments segments: [Int]) -> [Int32] {
    segments.flatMap { (0..<$0).map { Int32($0) } }
}

extension RowPositions {
    /// Of the rows of `x`, `[B, T, …]`: from `firstPosition` on in each sequence, or those in each segment.
    init(of x: Tensor, firstPosition: Int, segments: [Int]?) {
        self =
            segments.map { .listed(positions(inSegments: $0)) }
            ?? .repeating(first: firstPosition, sequenceLength: x.shape[-2])
    }
}
