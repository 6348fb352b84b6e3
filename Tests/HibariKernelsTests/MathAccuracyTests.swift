import CKernels
import Glibc
import HibariKernels
import Testing

/// Accuracy of the vector functions over their whole range, on every tier.
@Suite struct MathAccuracyTests {
    @Test func exponential() {
        forEachTier { tier in
            let x = spread(200_000, -87.3...88.7)
            #expect(tier.relativeError(tier.exp, x, Glibc.exp) < 1e-7)
            #expect(
                tier.apply(tier.exp, [0, -0.0, 89, 1e30, .infinity, -104, -.infinity]) == [
                    1, 1, .infinity, .infinity, .infinity, 0, 0,
                ])
            // Results below the normal numbers become 0.
            #expect(tier.apply(tier.exp, [-88, -100]) == [0, 0])
            #expect(tier.apply(tier.exp, [.nan])[0].isNaN)
        }
    }

    /// The shorter exponential of softmax: the same bits, up to 88.
    @Test func boundedExponential() {
        forEachTier { tier in
            let x = spread(100_001, -100...88) + [-.infinity, -1e30, -87.33654, -87.3366, 0, 1e-30]
            var y = x
            tier.exp_scaled_shifted(x.count, 1, 0, x, &y)
            #expect(y == tier.apply(tier.exp, x))
            let beyond: [Float] = [89, 1000, 1e30, .infinity]
            y = beyond
            tier.exp_scaled_shifted(beyond.count, 1, 0, beyond, &y)
            #expect(y == [.infinity, .infinity, .infinity, .infinity])
            y = [.nan]
            tier.exp_scaled_shifted(1, 1, 0, [.nan], &y)
            #expect(y[0].isNaN)
        }
    }

    @Test func logarithm() {
        forEachTier { tier in
            var x: [Float] = []
            var value = 1e-44
            while value < 3e38 {
                x.append(Float(value))
                value *= 1.0007
            }
            x += spread(100_000, 0.5...2).filter { $0 != 1 }
            #expect(tier.relativeError(tier.log, x, Glibc.log) < 1.2e-7)
            #expect(tier.apply(tier.log, [1, 0, -0.0, .infinity]) == [0, -.infinity, -.infinity, .infinity])
            for invalid: Float in [-1, -Float(bitPattern: 1), -.infinity, .nan] {
                #expect(tier.apply(tier.log, [invalid])[0].isNaN, "log \(invalid)")
            }
        }
    }

    @Test func hyperbolicTangentAndSigmoid() {
        forEachTier { tier in
            let x = spread(200_000, -20...20) + spread(1000, -1e-3...1e-3) + [1e-30, -1e-30]
            #expect(tier.relativeError(tier.tanh, x.filter { $0 != 0 }, Glibc.tanh) < 4e-7)
            #expect(
                tier.apply(tier.tanh, [0, 10, -10, 1e30, .infinity, -.infinity]) == [0, 1, -1, 1, 1, -1])
            #expect(
                tier.relativeError(tier.sigmoid, spread(200_000, -80...80)) { 1 / (1 + Glibc.exp(-$0)) }
                    < 3e-7)
            #expect(tier.apply(tier.sigmoid, [0, 100, -100, .infinity, -.infinity]) == [0.5, 1, 0, 1, 0])
            #expect(tier.apply(tier.tanh, [.nan])[0].isNaN && tier.apply(tier.sigmoid, [.nan])[0].isNaN)
        }
    }

    /// Small results keep their digits: ln(1 + eˣ) is eˣ far below 0.
    @Test func softplus() {
        forEachTier { tier in
            let x = spread(100_000, -86...60)
            #expect(tier.relativeError(tier.softplus, x) { Glibc.log1p(Glibc.exp($0)) } < 4e-7)
            #expect(
                tier.apply(tier.softplus, [1e30, -1e30, .infinity, -.infinity]) == [1e30, 0, .infinity, 0])
            #expect(tier.apply(tier.softplus, [.nan])[0].isNaN)
        }
    }

    @Test func activations() {
        forEachTier { tier in
            let x = spread(200_000, -30...30)
            for (function, kernel) in tier.activations {
                let error = tier.absoluteError(kernel, x) { Double.evaluate(function, $0) }
                #expect(error < 2e-6, "\(function): \(error)")
                let large: [Float] = [-1e30, -1e10, -1000, 1000, 1e10, 1e30]
                let limits: [Float] = [0, 0, 0, 1000, 1e10, 1e30]
                #expect(tier.apply(kernel, large) == limits, "\(function)")
                #expect(tier.apply(kernel, [.nan])[0].isNaN, "\(function) hides NaN")
                #expect(tier.apply(kernel, [.infinity]) == [.infinity], "\(function)")
            }
        }
    }

    @Test func slopes() {
        forEachTier { tier in
            let x = spread(100_000, -30...30) + [-1e30, -1e10, -1000, 1000, 1e10, 1e30]
            for (function, kernel) in tier.slopes {
                var y = [Float](repeating: 0, count: x.count)
                kernel(x.count, x, [Float](repeating: 1, count: x.count), &y)
                var worst = 0.0
                for (input, slope) in zip(x, y) {
                    let expected =
                        abs(input) > 100 ? (input > 0 ? 1 : 0) : Double.slope(function, Double(input))
                    let error = abs(Double(slope) - expected)
                    worst = error <= worst ? worst : error
                }
                #expect(worst < 8e-6, "\(function): \(worst)")
            }
        }
    }
}

/// Evenly spaced numbers.
private func spread(_ count: Int, _ range: ClosedRange<Double>) -> [Float] {
    let step = (range.upperBound - range.lowerBound) / Double(count - 1)
    return (0..<count).map { Float(range.lowerBound + Double($0) * step) }
}

private func forEachTier(_ body: (hibari_kernel_table) -> Void) {
    for tier in KernelTable.supported { body(tier) }
}

extension hibari_kernel_table {
    fileprivate var activations: [(UnaryFunction, hibari_map1)] {
        [(.relu, relu), (.geluTanh, gelu_tanh), (.geluErf, gelu_erf), (.silu, silu)]
    }

    fileprivate var slopes: [(UnaryFunction, hibari_map2)] {
        [
            (.relu, relu_backward), (.geluTanh, gelu_tanh_backward), (.geluErf, gelu_erf_backward),
            (.silu, silu_backward),
        ]
    }

    fileprivate func apply(_ kernel: hibari_map1, _ x: [Float]) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        kernel(x.count, x, &y)
        return y
    }

    fileprivate func relativeError(_ kernel: hibari_map1, _ x: [Float], _ truth: (Double) -> Double) -> Double
    {
        zip(x, apply(kernel, x)).reduce(0) { worst, pair in
            let expected = truth(Double(pair.0))
            let error = Swift.abs(Double(pair.1) - expected) / Swift.abs(expected)
            return error <= worst ? worst : error
        }
    }

    /// Errors relative to max(1, |x|): what rounding of 1 + erf(x) costs.
    fileprivate func absoluteError(_ kernel: hibari_map1, _ x: [Float], _ truth: (Double) -> Double) -> Double
    {
        zip(x, apply(kernel, x)).reduce(0) { worst, pair in
            let error =
                Swift.abs(Double(pair.1) - truth(Double(pair.0))) / Swift.max(1, Swift.abs(Double(pair.0)))
            return error <= worst ? worst : error
        }
    }
}
