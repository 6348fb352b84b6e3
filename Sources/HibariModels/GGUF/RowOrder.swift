import HibariKernels
import HibariTensor

/// The order of the rows of a query or key projection: `transformers` has the two halves of each head one after the
/// other, llama.cpp the rows that rotary positions turn together side by side.
enum RowOrder {
    case halves, pairs

    /// The row of llama.cpp's order that row `row` of the order of `transformers` is.
    ///
    /// - Parameter headDim: rows of a head, even.
    static func pairedRow(of row: Int, headDim: Int) -> Int {
        let (head, place) = row.quotientAndRemainder(dividingBy: headDim)
        let (half, index) = place.quotientAndRemainder(dividingBy: headDim / 2)
        return head * headDim + 2 * index + half
    }

    /// Copies whole rows from one order into the other, whatever they are made of.
    ///
    /// - Parameters:
    ///   - target: the order of the copy; `source` is in the other one.
    ///   - rowBytes: bytes of a row.
    ///   - rows: a multiple of `heads`, each of an even number of rows.
    static func copy(
        _ source: UnsafeRawPointer, to output: UnsafeMutableRawPointer, as target: RowOrder, rows: Int,
        rowBytes: Int, heads: Int
    ) {
        let headDim = rows / heads
        precondition(headDim * heads == rows && headDim % 2 == 0, "RowOrder: \(rows) rows of \(heads) heads")
        for row in 0..<rows {
            let paired = pairedRow(of: row, headDim: headDim)
            let (from, to) = target == .halves ? (paired, row) : (row, paired)
            (output + to * rowBytes).copyMemory(from: source + from * rowBytes, byteCount: rowBytes)
        }
    }
}

extension Tensor {
    /// The same rows in another order, as the numbers or blocks they are. The copy is as frozen as what lies in a file.
    ///
    /// - Precondition: a matrix of float32 or blocks, or a float32 vector of rows of one number.
    func reordered(as target: RowOrder, heads: Int) -> Tensor {
        let rows = shape[0]
        if dtype == .blocks {
            let source = blocks
            let copy = Storage(byteCount: rows * source.stride)
            RowOrder.copy(
                source.start, to: copy.pointer, as: target, rows: rows, rowBytes: source.stride, heads: heads)
            let matrix = BlockMatrix(
                source.format, rows: rows, columns: source.columns, UnsafeRawPointer(copy.pointer))
            return Tensor(blocks: matrix, owner: copy)
        }
        let numbers = input(Float.self)
        let copy = Storage(byteCount: count * 4)
        RowOrder.copy(
            UnsafeRawPointer(numbers), to: copy.pointer, as: target, rows: rows, rowBytes: count / rows * 4,
            heads: heads)
        return Tensor(
            borrowing: UnsafeRawBufferPointer(start: copy.pointer, count: count * 4), shape: shape,
            owner: copy)
    }

    /// `[n, m]` → `[m, n]`, of float32.
    func transposed() -> Tensor {
        let (rows, columns) = (shape[0], shape[1])
        let result = Tensor(uninitialized: [columns, rows])
        let (from, to) = (input(Float.self), result.output(Float.self))
        for row in 0..<rows {
            for column in 0..<columns { to[column * rows + row] = from[row * columns + column] }
        }
        return result
    }
}
