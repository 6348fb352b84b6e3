import HibariKernels

/// W + scale·B·A, a new tensor in the layout of W. No gradient.
///
/// - Parameters:
///   - weight: `[out, in]`, or `[in, out]` with `.inputMajor`.
///   - a: `[r, in]`.
///   - b: `[out, r]`.
package func addedProduct(
    _ weight: Tensor, _ a: Tensor, _ b: Tensor, scale: Double, layout: WeightLayout
) -> Tensor {
    let (rank, inputs, outputs) = (a.shape[0], a.shape[1], b.shape[0])
    let expected: Shape = layout == .outputMajor ? [outputs, inputs] : [inputs, outputs]
    require(
        weight.shape == expected && b.shape[1] == rank, .lowRank,
        "weight \(weight.shape) with A \(a.shape) and B \(b.shape); expected \(expected)")
    let sum = weight.copied()
    let scaled = scale * b.detached
    func run<T: KernelScalar>(_: T.Type) {
        switch layout {
        case .outputMajor:
            T.gemm(
                GemmProblem(rows: outputs, columns: inputs, depth: rank, accumulates: true), scaled.input(),
                a.input(), sum.output(T.self), GemmEpilogue())
        case .inputMajor:
            T.gemm(
                GemmProblem(
                    rows: inputs, columns: outputs, depth: rank, transposesA: true, transposesB: true,
                    accumulates: true), a.input(), scaled.input(), sum.output(T.self), GemmEpilogue())
        }
    }
    run(weight.dtype.scalar)
    return sum
}

/// The Euclidean norm of the weights of each output, `[out]`. No gradient.
package func rowNorms(_ weight: Tensor, _ layout: WeightLayout) -> Tensor {
    let weight = weight.detached
    let squares = (weight * weight).sum(axes: [layout == .outputMajor ? 1 : 0])
    func roots<T: KernelScalar>(_: T.Type) {
        let numbers = squares.output(T.self)
        for i in 0..<squares.count { numbers[i] = numbers[i].squareRoot() }
    }
    roots(squares.dtype.scalar)
    return squares
}
