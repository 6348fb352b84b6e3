import HibariSupport

/// What a gradient check found.
package struct GradientCheckResult: Sendable {
    /// The op; nil for a check of a whole model.
    package let op: OpName?
    package let name: String
    /// max |a − n| / max(|a|, |n|, floor) over analytic derivatives a and numeric ones n.
    package let largestRelativeError: Double
    /// Where the largest error is: the parameter, the element, and both derivatives.
    package let worst: String
    package let elementsChecked: Int
    /// The largest relative error allowed.
    package let limit: Double
    package var passed: Bool { largestRelativeError <= limit && elementsChecked > 0 }
}

/// Compares each case's derivatives with differences in float64 through the same op.
///
/// - Parameter elementsPerInput: larger inputs are sampled.
package func checkGradients(of cases: [OpCase], elementsPerInput: Int = 200) -> [GradientCheckResult] {
    cases.map { item in
        let parameters = item.parameters(.float64)
        return checkGradients(
            op: item.op, name: item.name, parameters: parameters, elementsPerParameter: elementsPerInput,
            limit: item.limit, loss: item.loss(parameters))
    }
}

/// Compares the derivatives of a loss with differences in float64.
///
/// The numeric derivative is (f(x − 2h) − 8·f(x − h) + 8·f(x + h) − f(x + 2h)) / 12h with h = 3e-4·max(1,
/// |x|): its error h⁴·f⁗′/30 and the rounding ε·f/h are both about 1e-12. The gradients of the parameters are
/// overwritten.
///
/// - Parameters:
///   - parameters: those that are trainable are checked; all float64, each with storage that no other
///     parameter shares.
///   - elementsPerParameter: larger parameters are sampled, the same elements every time.
///   - limit: the largest relative error that passes.
///   - loss: a scalar; the same number every time for the same parameters.
/// - Precondition: the parameters are float64.
package func checkGradients(
    op: OpName? = nil, name: String = "loss", parameters: [Parameter], elementsPerParameter: Int = 200,
    limit: Double = 1e-6, loss: () -> Tensor
) -> GradientCheckResult {
    let trained = parameters.filter(\.isTrainable)
    trained.forEach { $0.clearGradient() }
    let value = valueWithGradient { loss() }.item
    let gradients = trained.map { $0.gradient.array(of: Double.self) }
    // Rounding makes derivatives uncertain by about 1e-12 of the loss, so ones below the floor are compared
    // with it.
    let squares = gradients.joined().reduce(0) { $0 + $1 * $1 }
    let rootMeanSquare = (squares / Double(max(1, gradients.joined().count))).squareRoot()
    let floor = max(1e-3 * rootMeanSquare, 1e-4 * abs(value), 1e-6)
    var (largest, worst, checked) = (0.0, "", 0)
    for (parameter, gradient) in zip(trained, gradients) {
        for index in sampledIndices(of: gradient.count, atMost: elementsPerParameter) {
            let numeric = parameter.derivative(at: index, of: loss)
            let analytic = gradient[index]
            let error = abs(analytic - numeric) / max(abs(analytic), abs(numeric), floor)
            checked += 1
            // Written so that NaN counts as an error.
            if !(error <= largest) {
                (largest, worst) = (
                    error.isNaN ? .infinity : error,
                    "\(parameter.name)[\(index)]: analytic \(analytic), numeric \(numeric)"
                )
            }
        }
    }
    return GradientCheckResult(
        op: op, name: name, largestRelativeError: largest, worst: worst, elementsChecked: checked,
        limit: limit)
}

/// Checks that gradients add up: of two uses in one graph, of two calls without clearing between, and with a
/// weight.
package func checkGradientAccumulation(of cases: [OpCase]) -> [GradientCheckResult] {
    cases.map(checkGradientAccumulation)
}

private func checkGradientAccumulation(of item: OpCase) -> GradientCheckResult {
    let parameters = item.parameters(.float64)
    let loss = item.loss(parameters)
    func gradients(clearing: Bool = true, weight: Double = 1, _ body: () -> Tensor) -> [Double] {
        if clearing { parameters.forEach { $0.clearGradient() } }
        _ = valueWithGradient(weight: weight) { body() }
        return parameters.flatMap { $0.gradient.array(of: Double.self) }
    }
    let once = gradients { loss() }
    let measurements: [(String, Double, [Double])] = [
        ("two calls", 2, gradients(clearing: false) { loss() }),
        ("two uses", 2, gradients { loss() + loss() }),
        ("weight", 0.25, gradients(weight: 0.25) { loss() }),
    ]
    let scale = max(1e-6, once.reduce(0) { max($0, abs($1)) })
    var (largest, worst) = (0.0, "")
    for (name, factor, measured) in measurements {
        for (index, (single, got)) in zip(once, measured).enumerated() {
            let error = abs(got - factor * single) / scale
            if !(error <= largest) {
                (largest, worst) = (error.isNaN ? .infinity : error, "\(name), element \(index)")
            }
        }
    }
    return GradientCheckResult(
        op: item.op, name: item.name, largestRelativeError: largest, worst: worst,
        elementsChecked: once.count,
        limit: 1e-12)
}

/// All indices below `count`, or `limit` of them spread evenly with a random offset in each part.
private func sampledIndices(of count: Int, atMost limit: Int) -> [Int] {
    if count <= limit { return Array(0..<count) }
    var stream = RandomStream(seed: UInt64(count), purpose: .testing)
    return (0..<limit).map { part in
        let (start, end) = (part * count / limit, (part + 1) * count / limit)
        return start + stream.index(below: end - start)
    }
}

extension Parameter {
    /// ∂loss/∂value[index] from four values around it; the element is put back.
    fileprivate func derivative(at index: Int, of loss: () -> Tensor) -> Double {
        let original = value.input(Double.self)[index]
        defer { setElement(index, original) }
        let step = 3e-4 * max(1, abs(original))
        func shifted(_ steps: Double) -> Double {
            setElement(index, original + steps * step)
            return loss().item
        }
        return (shifted(-2) - 8 * shifted(-1) + 8 * shifted(1) - shifted(2)) / (12 * step)
    }

    /// Writes one element in place, so that layers that hold this parameter see it.
    private func setElement(_ index: Int, _ element: Double) { value.output(Double.self)[index] = element }
}
