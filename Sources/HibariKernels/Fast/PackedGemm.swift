import CKernels
import HibariSupport

/// The depth of one block of a product. A panel of B of this depth stays in the first-level cache: 16 KB with
/// AVX2, 32 KB with AVX-512.
let gemmBlockDepth = 256

extension Float {
    /// The product in our own tiles: B is packed chunk by chunk, by all threads, A is read where it lies if its
    /// rows run along the depth, and blocks of rows (of columns too, where rows are few) are shared out.
    ///
    /// Each element of C is a chain of multiply-adds over ascending k in blocks of `gemmBlockDepth`, wherever the
    /// borders of chunks, tasks and tiles lie and whichever thread computes it: the result is the same for every
    /// thread count.
    static func nativeGemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Float>
    ) {
        let product = PackedGemm(problem, a, b, c)
        let (chunkColumns, chunkDepth) = product.chunkSize
        let count = packedScratch(columns: chunkColumns, depth: min(chunkDepth, problem.depth))
        withScratch(Float.self, count: count) { packedB in
            for firstColumn in stride(from: 0, to: problem.columns, by: chunkColumns) {
                let columns = firstColumn..<min(problem.columns, firstColumn + chunkColumns)
                for k in stride(from: 0, to: max(1, problem.depth), by: chunkDepth) {
                    let depths = k..<min(problem.depth, k + chunkDepth)
                    product.packB(columns, depths, packedB)
                    let grid = TaskGrid(product, columns)
                    ThreadPool.shared.run(grid.count) { task in
                        let block = grid.block(task)
                        product.multiply(
                            block.rows, block.columns, depths, packedB, packedColumns: columns)
                        if depths.upperBound == problem.depth {
                            applyEpilogue(epilogue, c, stride: problem.strideC, block.rows, block.columns)
                        }
                    }
                }
            }
        }
    }

    /// Floats of a packed B.
    static func packedScratch(columns: Int, depth: Int) -> Int {
        roundUp(columns, Int(KernelTable.active.tile_columns)) * depth
    }
}

/// The steps of one product: packing a chunk of B, multiplying a block of rows with it.
struct PackedGemm {
    let table = KernelTable.active
    let problem: GemmProblem
    private let a, b: UnsafePointer<Float>
    private let c: UnsafeMutablePointer<Float>

    init(
        _ problem: GemmProblem, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
        _ c: UnsafeMutablePointer<Float>
    ) {
        (self.problem, self.a, self.b, self.c) = (problem, a, b, c)
    }

    var tileRows: Int { Int(table.tile_rows) }
    var tileColumns: Int { Int(table.tile_columns) }

    /// A chunk of B has at most a million floats: 4 MB stay in the shared cache while all rows pass over them.
    var chunkSize: (columns: Int, depth: Int) {
        let depth = min(roundUp(max(1, problem.depth), gemmBlockDepth), 4 * gemmBlockDepth)
        let columns = max(1, (1 << 20) / depth / tileColumns) * tileColumns
        return (min(columns, roundUp(problem.columns, tileColumns)), depth)
    }

    /// Where the block of depth that begins at `k` and the panel that begins at `column` lie in a packed chunk.
    private func offset(_ k: Int, _ column: Int, in columns: Range<Int>, _ depths: Range<Int>) -> Int {
        let blockSize = min(gemmBlockDepth, depths.upperBound - k)
        return (k - depths.lowerBound) * roundUp(columns.count, tileColumns) + (column - columns.lowerBound)
            * blockSize
    }

    func packB(_ columns: Range<Int>, _ depths: Range<Int>, _ packed: UnsafeMutablePointer<Float>) {
        let (columnStride, depthStride) = problem.transposesB ? (problem.strideB, 1) : (1, problem.strideB)
        let blocks = (depths.count + gemmBlockDepth - 1) / gemmBlockDepth
        let columnsPerTask =
            max(1, 16_384 / (max(1, min(depths.count, gemmBlockDepth)) * tileColumns)) * tileColumns
        let strips = (columns.count + columnsPerTask - 1) / columnsPerTask
        ThreadPool.shared.run(blocks * strips) { task in
            let k = depths.lowerBound + task / strips * gemmBlockDepth
            let first = columns.lowerBound + task % strips * columnsPerTask
            table.pack_columns(
                min(columnsPerTask, columns.upperBound - first), min(gemmBlockDepth, depths.upperBound - k),
                b + k * depthStride + first * columnStride, columnStride, depthStride,
                packed + offset(k, first, in: columns, depths))
        }
    }

    func multiply(
        _ rows: Range<Int>, _ columns: Range<Int>, _ depths: Range<Int>, _ packedB: UnsafePointer<Float>,
        packedColumns: Range<Int>
    ) {
        let packedCount = problem.transposesA ? roundUp(rows.count, tileRows) * gemmBlockDepth : 0
        withScratch(Float.self, count: packedCount) { packedA in
            for k in stride(from: depths.lowerBound, to: max(1, depths.upperBound), by: gemmBlockDepth) {
                let depth = min(gemmBlockDepth, depths.upperBound - k)
                let panels = packedB + offset(k, columns.lowerBound, in: packedColumns, depths)
                let block = c + rows.lowerBound * problem.strideC + columns.lowerBound
                let accumulates = problem.accumulates || k > 0
                if problem.transposesA {
                    let source = a + k * problem.strideA + rows.lowerBound
                    table.pack_rows(rows.count, depth, source, 1, problem.strideA, packedA)
                    table.gemm_block(
                        rows.count, columns.count, depth, packedA, 0, panels, tileColumns * depth, block,
                        problem.strideC, accumulates ? 1 : 0)
                } else {
                    table.multiplyRows(
                        rows.count, columns.count, depth: depth, a + rows.lowerBound * problem.strideA + k,
                        problem.strideA, panels, panelStride: tileColumns * depth, block, problem.strideC,
                        accumulates: accumulates)
                }
            }
        }
    }
}

extension hibari_kernel_table {
    /// C (+)= A·B for a packed B and rows of A that run along the depth. Only an incomplete tile of rows is packed,
    /// to be filled with zeros.
    ///
    /// - Parameter panelStride: floats between the panels of B.
    func multiplyRows(
        _ rows: Int, _ columns: Int, depth: Int, _ a: UnsafePointer<Float>, _ strideA: Int,
        _ b: UnsafePointer<Float>, panelStride: Int, _ c: UnsafeMutablePointer<Float>, _ strideC: Int,
        accumulates: Bool
    ) {
        let whole = rows / Int(tile_rows) * Int(tile_rows)
        if whole > 0 {
            gemm_block(whole, columns, depth, a, strideA, b, panelStride, c, strideC, accumulates ? 1 : 0)
        }
        guard whole < rows else { return }
        withScratch(Float.self, count: Int(tile_rows) * depth) { packed in
            pack_rows(rows - whole, depth, a + whole * strideA, strideA, 1, packed)
            gemm_block(
                rows - whole, columns, depth, packed, 0, b, panelStride, c + whole * strideC, strideC,
                accumulates ? 1 : 0)
        }
    }
}

/// How the product with one chunk of B is cut into tasks: blocks of whole tiles, enough of them to keep every
/// thread busy.
private struct TaskGrid {
    private let rowsPerTask, columnsPerTask, columnTasks, rows: Int
    private let columns: Range<Int>

    init(_ product: PackedGemm, _ columns: Range<Int>) {
        let (tileRows, tileColumns) = (product.tileRows, product.tileColumns)
        rows = product.problem.rows
        self.columns = columns
        let work = rows * columns.count * max(1, product.problem.depth)
        // Below a quarter of a million multiply-adds (a few microseconds) starting threads costs more than it
        // saves.
        let wanted = work < 1 << 18 ? 1 : ThreadPool.shared.threadCount * 3
        let tilesDown = (rows + tileRows - 1) / tileRows
        let tilesAcross = (columns.count + tileColumns - 1) / tileColumns
        let rowTasks = min(tilesDown, max(wanted, (tilesDown + 15) / 16))
        rowsPerTask = (tilesDown + rowTasks - 1) / rowTasks * tileRows
        let missing = max(1, wanted / rowTasks)
        columnsPerTask = (tilesAcross + missing - 1) / missing * tileColumns
        columnTasks = (columns.count + columnsPerTask - 1) / columnsPerTask
    }

    var count: Int { (rows + rowsPerTask - 1) / rowsPerTask * columnTasks }

    func block(_ task: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let row = task / columnTasks * rowsPerTask
        let column = columns.lowerBound + task % columnTasks * columnsPerTask
        return (
            row..<min(rows, row + rowsPerTask), column..<min(columns.upperBound, column + columnsPerTask)
        )
    }
}

func roundUp(_ value: Int, _ multiple: Int) -> Int { (value + multiple - 1) / multiple * multiple }
