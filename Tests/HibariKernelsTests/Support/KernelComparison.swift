import HibariKernels
import Testing

/// Runs a float32 kernel and its float64 reference on the same numbers, at several alignments, and compares
/// every output element.
///
/// - Parameters:
///   - outputs: what the output buffers hold before; they tell accumulation from replacement.
///   - limit: the largest error relative to the largest element of that output.
///   - floor: what errors are relative to if all elements are smaller.
func compare(
    _ name: String, _ inputs: [[Float]], _ outputs: [[Float]], limit: Double = 2e-6, floor: Double = 1e-30,
    offsets: [Int] = [0, 1, 5],
    fast: ([UnsafePointer<Float>], [UnsafeMutablePointer<Float>]) -> Void,
    reference: ([UnsafePointer<Double>], [UnsafeMutablePointer<Double>]) -> Void
) {
    let truth = run(inputs, outputs, offset: 0, reference)
    for offset in offsets {
        let measured = run(inputs, outputs, offset: offset, fast)
        #expect(measured.isIntact, "\(name), offset \(offset): wrote outside its output")
        #expect(measured.keptInputs, "\(name), offset \(offset): changed an input")
        for (index, (got, expected)) in zip(measured.outputs, truth.outputs).enumerated() {
            let error = largestError(got, expected, floor: floor)
            #expect(
                error.value <= limit,
                "\(name), offset \(offset), output \(index)[\(error.index)]: \(error.got), not \(error.expected)"
            )
        }
    }
}

private func run<T: KernelScalar>(
    _ inputs: [[Float]], _ outputs: [[Float]], offset: Int,
    _ body: ([UnsafePointer<T>], [UnsafeMutablePointer<T>]) -> Void
) -> (outputs: [[T]], isIntact: Bool, keptInputs: Bool) {
    let x = inputs.map { GuardedBuffer<T>($0, offset: offset) }
    let y = outputs.map { GuardedBuffer<T>($0, offset: offset) }
    body(x.map { UnsafePointer($0.pointer) }, y.map(\.pointer))
    return (
        y.map(\.array), (x + y).allSatisfy(\.isIntact),
        zip(x, inputs).allSatisfy { zip($0.array, $1).allSatisfy { $0 == T($1) || ($0.isNaN && $1.isNaN) } }
    )
}

/// The largest |got − expected| relative to the largest expected element. An infinity or NaN must be met
/// exactly.
func largestError(
    _ got: [Float], _ expected: [Double], floor: Double = 1e-30
) -> (value: Double, index: Int, got: Float, expected: Double) {
    let scale = expected.reduce(floor) { $1.isFinite ? max($0, abs($1)) : $0 }
    var worst = (value: 0.0, index: 0, got: Float(0), expected: 0.0)
    for (index, (g, e)) in zip(got, expected).enumerated() {
        let isSame = Double(g) == e || (g.isNaN && e.isNaN)
        var error = isSame ? 0 : abs(Double(g) - e) / scale
        if error.isNaN { error = .infinity }
        if error > worst.value { worst = (error, index, g, e) }
    }
    return worst
}

/// Expects equal integers, and names the first that differ.
func expectSame(_ got: [Int32], _ expected: [Int32], _ name: String) {
    let first = zip(got, expected).enumerated().first { $1.0 != $1.1 }
    #expect(got.count == expected.count && first == nil, "\(name): \(String(describing: first))")
}
