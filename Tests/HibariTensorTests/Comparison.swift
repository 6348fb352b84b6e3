import HibariTensor
import Testing

/// Expects `tensor` to have this shape and these elements within `tolerance`.
func expect(
    _ tensor: Tensor, _ shape: Shape, _ expected: [Double], tolerance: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(tensor.shape == shape, sourceLocation: sourceLocation)
    let got = tensor.cast(to: .float64).array(of: Double.self)
    #expect(got.count == expected.count, sourceLocation: sourceLocation)
    for (index, (g, e)) in zip(got, expected).enumerated() {
        #expect(
            abs(g - e) <= tolerance || g == e, "element \(index): got \(g), expected \(e)",
            sourceLocation: sourceLocation)
    }
}

/// The gradients of Σ weights·op over the inputs; all weights 1 if nil.
func gradients(_ inputs: [Tensor], weights: Tensor? = nil, _ op: ([Tensor]) -> Tensor) -> [Tensor] {
    let parameters = inputs.map { Parameter($0.copied()) }
    _ = valueWithGradient {
        let output = op(parameters.map(\.tensor))
        return (weights.map { $0 * output } ?? output).sum()
    }
    return parameters.map(\.gradient)
}

/// The largest |got − expected| relative to the largest |expected|, or to `floor` if that is larger, and its
/// index.
func largestError(
    _ got: Tensor, _ expected: Tensor, floor: Double = 1e-30
) -> (value: Double, index: Int) {
    let g = got.cast(to: .float64).array(of: Double.self)
    let e = expected.cast(to: .float64).array(of: Double.self)
    let scale = e.reduce(floor) { max($0, abs($1)) }
    var worst = (value: g.count == e.count ? 0.0 : .infinity, index: -1)
    for (index, (a, b)) in zip(g, e).enumerated() {
        let error = abs(a - b) / scale
        if !(error <= worst.value) { worst = (error.isNaN ? .infinity : error, index) }
    }
    return worst
}

func vector(_ elements: Float...) -> Tensor { Tensor(elements, shape: [elements.count]) }
func matrix(_ rows: [Float]...) -> Tensor { Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count]) }
