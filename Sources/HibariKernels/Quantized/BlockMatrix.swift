/// A matrix W `[rows, columns]` whose rows are blocks of a format, one after the other, to be multiplied as it is.
///
/// The memory belongs to whoever made the value, usually a mapped file, and must live as long as it is used.
package struct BlockMatrix {
    package let format: BlockFormat
    package let rows: Int
    package let columns: Int
    /// At any alignment.
    package let start: UnsafeRawPointer

    /// - Precondition: `columns` is a multiple of `format.elements`.
    package init(_ format: BlockFormat, rows: Int, columns: Int, _ start: UnsafeRawPointer) {
        precondition(
            rows >= 0 && columns >= 0 && columns % format.elements == 0,
            "BlockMatrix: [\(rows), \(columns)] is no matrix of \(format.rawValue)")
        self.format = format
        self.rows = rows
        self.columns = columns
        self.start = start
    }

    /// Bytes of a row.
    package var stride: Int { columns / format.elements * format.bytes }

    /// Some of the rows.
    package subscript(_ range: Range<Int>) -> BlockMatrix {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= rows, "BlockMatrix: rows \(range) of \(rows)")
        return BlockMatrix(format, rows: range.count, columns: columns, start + range.lowerBound * stride)
    }
}
