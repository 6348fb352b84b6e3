import CKernels
import COpenBLAS
import HibariSupport

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

    static func applyEpilogue(
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
    /// rounding, so the cuts depend on the problem alone: results are the same for every thread count.
    static func blasGemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Float>
    ) {
        let work = problem.rows * problem.columns * problem.depth
        // At most eight blocks, as each packs all of B again.
        let grain = work < 1 << 18 ? problem.rows : roundUp(max(32, problem.rows / 8), 8)
        parallelFor(problem.rows, grain: grain) { rows in
            callBLAS(problem, rows, a, b, c)
            applyEpilogue(epilogue, c, stride: problem.strideC, rows, 0..<problem.columns)
        }
    }

    /// OpenBLAS for some rows of the product, with as many threads as it is set to.
    static func callBLAS(_ problem: GemmProblem, _ rows: Range<Int>, _ a: Input, _ b: Input, _ c: Output) {
        let start = problem.transposesA ? rows.lowerBound : rows.lowerBound * problem.strideA
        cblas_sgemm(
            CblasRowMajor, problem.transposesA ? CblasTrans : CblasNoTrans,
            problem.transposesB ? CblasTrans : CblasNoTrans, Int32(rows.count), Int32(problem.columns),
            Int32(problem.depth), 1, a + start, Int32(problem.strideA), b, Int32(problem.strideB),
            problem.accumulates ? 1 : 0, c + rows.lowerBound * problem.strideC, Int32(problem.strideC))
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
