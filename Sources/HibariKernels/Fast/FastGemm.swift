import CKernels
import COpenBLAS
import HibariSupport

/// The depth of one packed block. A panel of 256 × 32 floats and the tile's rows stay in a 48 KB first-level
/// cache.
private let blockDepth = 256

extension Float {
    package static func gemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Float>
    ) {
        guard problem.rows > 0, problem.columns > 0 else { return }
        switch GemmBackend.active {
        case .native: nativeGemm(problem, a, b, c, epilogue)
        case .openBLAS: blasGemm(problem, a, b, c, epilogue)
        }
    }

    /// Packs B once, by all threads, then shares out blocks of rows (and of columns, where rows are few).
    ///
    /// Each element of C is a chain of multiply-adds over ascending k in blocks of `blockDepth`, wherever the
    /// block borders lie and whichever thread computes it: the result is the same for every thread count.
    private static func nativeGemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Float>
    ) {
        let table = KernelTable.active
        let (tileRows, tileColumns) = (Int(table.tile_rows), Int(table.tile_columns))
        let panels = (problem.columns + tileColumns - 1) / tileColumns
        let paddedColumns = panels * tileColumns
        let depth = max(1, problem.depth)
        withScratch(Float.self, count: paddedColumns * depth) { packedB in
            let depthBlocks = (problem.depth + blockDepth - 1) / blockDepth
            let panelsPerTask = max(1, 65_536 / (min(depth, blockDepth) * tileColumns))
            let panelTasks = (panels + panelsPerTask - 1) / panelsPerTask
            ThreadPool.shared.run(depthBlocks * panelTasks) { task in
                let k = task / panelTasks * blockDepth
                let blockSize = min(blockDepth, problem.depth - k)
                let firstPanel = task % panelTasks * panelsPerTask
                let columns =
                    min(problem.columns, (firstPanel + panelsPerTask) * tileColumns) - firstPanel
                    * tileColumns
                packColumns(
                    table, problem, b, k: k, blockSize, firstColumn: firstPanel * tileColumns, columns,
                    packedB + k * paddedColumns + firstPanel * tileColumns * blockSize)
            }
            let grid = TaskGrid(problem, tileRows: tileRows, tileColumns: tileColumns)
            ThreadPool.shared.run(grid.count) { task in
                let block = grid.block(task)
                withScratch(Float.self, count: grid.paddedRows * min(blockDepth, depth)) { packedA in
                    for k in stride(from: 0, to: depth, by: blockDepth) {
                        let blockSize = min(blockDepth, problem.depth - k)
                        packRows(table, problem, a, k: k, blockSize, block.rows, packedA)
                        multiplyBlock(
                            table, packedA, packedB + k * paddedColumns, blockSize, block.rows, block.columns,
                            c, problem.strideC, accumulates: problem.accumulates || k > 0)
                    }
                }
                applyEpilogue(epilogue, c, stride: problem.strideC, block.rows, block.columns)
            }
        }
    }

    /// The same product on the calling thread, for the small matrices inside attention.
    ///
    /// `scratch` holds at least `serialGemmScratch(rows:columns:)` floats.
    static func serialGemm(_ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, scratch: Output) {
        let table = KernelTable.active
        let packedA = scratch
        let packedB = scratch + roundUp(problem.rows, Int(table.tile_rows)) * blockDepth
        for k in stride(from: 0, to: problem.depth, by: blockDepth) {
            let blockSize = min(blockDepth, problem.depth - k)
            packRows(table, problem, a, k: k, blockSize, 0..<problem.rows, packedA)
            packColumns(table, problem, b, k: k, blockSize, firstColumn: 0, problem.columns, packedB)
            multiplyBlock(
                table, packedA, packedB, blockSize, 0..<problem.rows, 0..<problem.columns, c, problem.strideC,
                accumulates: problem.accumulates || k > 0)
        }
    }

    static func serialGemmScratch(rows: Int, columns: Int) -> Int {
        let table = KernelTable.active
        return (roundUp(rows, Int(table.tile_rows)) + roundUp(columns, Int(table.tile_columns))) * blockDepth
    }

    private static func packColumns(
        _ table: hibari_kernel_table, _ problem: GemmProblem, _ b: Input, k: Int, _ blockSize: Int,
        firstColumn: Int,
        _ columns: Int, _ packed: Output
    ) {
        let (columnStride, depthStride) = problem.transposesB ? (problem.strideB, 1) : (1, problem.strideB)
        table.pack_columns(
            columns, blockSize, b + k * depthStride + firstColumn * columnStride, columnStride, depthStride,
            packed)
    }

    private static func packRows(
        _ table: hibari_kernel_table, _ problem: GemmProblem, _ a: Input, k: Int, _ blockSize: Int,
        _ rows: Range<Int>, _ packed: Output
    ) {
        let (rowStride, depthStride) = problem.transposesA ? (1, problem.strideA) : (problem.strideA, 1)
        table.pack_rows(
            rows.count, blockSize, a + k * depthStride + rows.lowerBound * rowStride, rowStride, depthStride,
            packed)
    }

    private static func multiplyBlock(
        _ table: hibari_kernel_table, _ packedA: Input, _ packedB: Input, _ depth: Int, _ rows: Range<Int>,
        _ columns: Range<Int>, _ c: Output, _ strideC: Int, accumulates: Bool
    ) {
        let (tileRows, tileColumns) = (Int(table.tile_rows), Int(table.tile_columns))
        for j in stride(from: columns.lowerBound, to: columns.upperBound, by: tileColumns) {
            for i in stride(from: rows.lowerBound, to: rows.upperBound, by: tileRows) {
                table.gemm_tile(
                    depth, packedA + (i - rows.lowerBound) * depth, packedB + j * depth, c + i * strideC + j,
                    strideC,
                    min(tileRows, rows.upperBound - i), min(tileColumns, columns.upperBound - j),
                    accumulates ? 1 : 0)
            }
        }
    }

    private static func applyEpilogue(
        _ epilogue: GemmEpilogue<Float>, _ c: Output, stride: Int, _ rows: Range<Int>, _ columns: Range<Int>
    ) {
        guard epilogue.bias != nil || epilogue.activated != nil else { return }
        let table = KernelTable.active
        for i in rows {
            let row = c + i * stride + columns.lowerBound
            if let bias = epilogue.bias { table.add(columns.count, row, bias + columns.lowerBound, row) }
            if let activation = epilogue.activation, let activated = epilogue.activated {
                table.function(activation)(columns.count, row, activated + i * stride + columns.lowerBound)
            }
        }
    }

    /// OpenBLAS (set to one thread), split by blocks of rows over our pool. Its edge kernels differ in their
    /// rounding, so results differ in the last bits between thread counts.
    private static func blasGemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Float>
    ) {
        let work = problem.rows * problem.columns * problem.depth
        let threads = work < 1 << 18 ? 1 : ThreadPool.shared.threadCount
        let grain = roundUp((problem.rows + threads - 1) / threads, 8)
        parallelFor(problem.rows, grain: grain) { rows in
            let start = problem.transposesA ? rows.lowerBound : rows.lowerBound * problem.strideA
            cblas_sgemm(
                CblasRowMajor, problem.transposesA ? CblasTrans : CblasNoTrans,
                problem.transposesB ? CblasTrans : CblasNoTrans, Int32(rows.count), Int32(problem.columns),
                Int32(problem.depth), 1, a + start, Int32(problem.strideA), b, Int32(problem.strideB),
                problem.accumulates ? 1 : 0, c + rows.lowerBound * problem.strideC, Int32(problem.strideC))
            applyEpilogue(epilogue, c, stride: problem.strideC, rows, 0..<problem.columns)
        }
    }

    package static func linearFixedOrder(_ problem: GemmProblem, _ x: Input, _ w: Input, _ y: Output) {
        let table = KernelTable.active
        let grain = roundUp(max(16, 32_768 / max(1, problem.depth)), 4)
        parallelFor(problem.columns, grain: grain) { outputs in
            if problem.transposesB {
                table.linear_fixed_order(
                    problem.rows, outputs.count, problem.depth, x, problem.strideA,
                    w + outputs.lowerBound * problem.strideB, problem.strideB, y + outputs.lowerBound,
                    problem.strideC)
            } else {
                table.linear_fixed_order_transposed(
                    problem.rows, outputs.count, problem.depth, x, problem.strideA, w + outputs.lowerBound,
                    problem.strideB, y + outputs.lowerBound, problem.strideC)
            }
        }
    }
}

/// How C is cut into tasks: blocks of whole tiles, enough of them to keep every thread busy.
private struct TaskGrid {
    let rowsPerTask, columnsPerTask, rowTasks, columnTasks, rows, columns: Int

    init(_ problem: GemmProblem, tileRows: Int, tileColumns: Int) {
        rows = problem.rows
        columns = problem.columns
        let work = rows * columns * max(1, problem.depth)
        // Below a quarter of a million multiply-adds (a few microseconds) starting threads costs more than it
        // saves.
        let wanted = work < 1 << 18 ? 1 : ThreadPool.shared.threadCount * 3
        let tilesDown = (rows + tileRows - 1) / tileRows
        let tilesAcross = (columns + tileColumns - 1) / tileColumns
        rowTasks = min(tilesDown, max(wanted, (tilesDown + 11) / 12))
        rowsPerTask = (tilesDown + rowTasks - 1) / rowTasks * tileRows
        let missing = wanted == 1 ? 1 : max(1, wanted / rowTasks)
        columnsPerTask = (tilesAcross + missing - 1) / missing * tileColumns
        columnTasks = (columns + columnsPerTask - 1) / columnsPerTask
    }

    var count: Int { (rows + rowsPerTask - 1) / rowsPerTask * columnTasks }
    /// Rows of one task, padded to whole tiles.
    var paddedRows: Int { rowsPerTask }

    func block(_ task: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (row, column) = (task / columnTasks * rowsPerTask, task % columnTasks * columnsPerTask)
        return (row..<min(rows, row + rowsPerTask), column..<min(columns, column + columnsPerTask))
    }
}

func roundUp(_ value: Int, _ multiple: Int) -> Int { (value + multiple - 1) / multiple * multiple }
