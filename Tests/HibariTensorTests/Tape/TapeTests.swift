import HibariSupport
import HibariTensor
import Testing

@Suite struct TapeTests {
    private struct Stop: Error {}

    @Test func noGraphOutsideValueWithGradient() {
        let parameter = Parameter(vector(1, 2))
        #expect(parameter.tensor.node == nil)
        #expect((parameter.tensor * parameter.tensor).node == nil)
        #expect(Tape.current == nil)
        let value = valueWithGradient {
            #expect(parameter.tensor.node != nil)
            #expect((parameter.tensor * vector(1, 2)).node != nil)
            #expect((vector(1, 2) * vector(1, 2)).node == nil)
            return parameter.tensor.sum()
        }
        #expect(value.node == nil && value.item == 3)
        #expect(Tape.current == nil)
    }

    @Test func frozenParametersAreConstants() {
        let (trained, frozen) = (Parameter(vector(2)), Parameter(vector(3)))
        frozen.isTrainable = false
        _ = valueWithGradient { (trained.tensor * frozen.tensor).sum() }
        #expect(trained.gradient.item == 3)
        #expect(!frozen.hasGradient && frozen.gradient.item == 0)
        let value = valueWithGradient { frozen.tensor.sum() }
        #expect(value.item == 3)
    }

    @Test func gradientsGatherUntilCleared() {
        let parameter = Parameter(vector(2))
        for calls in 1...3 {
            _ = valueWithGradient { parameter.tensor * parameter.tensor }
            #expect(parameter.gradient.item == 4 * Double(calls))
        }
        parameter.clearGradient()
        #expect(!parameter.hasGradient && parameter.gradient.item == 0)
        _ = valueWithGradient(weight: 0.25) { parameter.tensor * parameter.tensor }
        #expect(parameter.gradient.item == 1)
    }

    /// Gradients may share storage on their way; none may be changed under another.
    @Test func sharedGradientsAreNotOverwritten() {
        let (a, b) = (Parameter(vector(1, 2)), Parameter(vector(3, 4)))
        _ = valueWithGradient {
            let (x, y) = (2 * a.tensor, 3 * b.tensor)
            let sum = x + y  // both get the same gradient tensor
            return (sum + x * x + x).sum()  // then x gets more
        }
        expect(a.gradient, [2], [2 + 8 + 2, 2 + 16 + 2])
        expect(b.gradient, [2], [3, 3])
    }

    @Test func viewsOfOneGradientStayApart() {
        let x = Parameter(Tensor((0..<6).map { Float($0) }, shape: [2, 3]))
        _ = valueWithGradient {
            let y = 1 * x.tensor
            let (flat, other) = (y.reshape([6]), y.reshape([3, 2]))
            return (flat + other.reshape([6])).sum() + (y * y).sum()
        }
        expect(x.gradient, [2, 3], (0..<6).map { 2 + 2 * Double($0) })
    }

    @Test func assignReplacesTheValue() async {
        let parameter = Parameter(vector(1, 2), name: "w")
        parameter.assign(vector(3, 4))
        expect(parameter.value, [2], [3, 4])
        await #expect(processExitsWith: .failure) { Parameter(vector(1, 2)).assign(vector(1)) }
        await #expect(processExitsWith: .failure) { Parameter(vector(1)).assign(Tensor([1.0], shape: [1])) }
    }

    @Test func notAScalarTraps() async {
        await #expect(processExitsWith: .failure) {
            let parameter = Parameter(vector(1, 2))
            _ = valueWithGradient { parameter.tensor }
        }
    }

    // MARK: Deep graphs must not overflow the stack, whichever way they end.

    @Test func deepGraphs() async {
        await #expect(processExitsWith: .success) {
            let parameter = Parameter(vector(1))
            _ = valueWithGradient { chain(parameter) }
            #expect(abs(parameter.gradient.item - 1) < 1e-3)
        }
    }

    @Test func deepGraphsThatAreNotUsed() async {
        await #expect(processExitsWith: .success) {
            let parameter = Parameter(vector(1))
            _ = valueWithGradient {
                _ = chain(parameter)
                return vector(5)
            }
            #expect(!parameter.hasGradient)
        }
    }

    @Test func deepGraphsThatThrow() async {
        await #expect(processExitsWith: .success) {
            let parameter = Parameter(vector(1))
            #expect(throws: Stop.self) {
                try valueWithGradient {
                    _ = chain(parameter)
                    throw Stop()
                }
            }
            #expect(Tape.current == nil)
        }
    }

    /// What is neither trained nor behind something that is has no backward pass to be run again in.
    @Test func recomputedConstantsAreConstants() {
        let (frozen, weight) = (Parameter(matrix([3])), Parameter(matrix([2])))
        frozen.isTrainable = false
        _ = valueWithGradient {
            let x = recomputed(matrix([5])) { $0 * frozen.tensor }
            let y = recomputed(x) { $0 * weight.tensor }
            #expect(x.node == nil && y.node != nil)
            return y.sum()
        }
        expect(weight.gradient, [1, 1], [15])
        #expect(!frozen.hasGradient)
    }

    // MARK: Memory

    /// After the backward pass only parameters and their gradients are left, and a second step needs no new
    /// memory.
    @Test func storageGoesBackToThePool() async {
        await #expect(processExitsWith: .success) {
            let weight = Parameter(Tensor(normal: [64, 64], deviation: 0.1, stream: stream(1)))
            let x = Tensor(normal: [32, 64], deviation: 1, stream: stream(2))
            func step() {
                _ = valueWithGradient {
                    var h = x
                    for _ in 0..<10 { h = h + linear(h, weights: [weight.tensor], activation: .geluTanh) }
                    return (h * h).mean()
                }
            }
            // One thread, for threads need scratch memory at the same time or not; two steps, for the second
            // has the buffer of the gradient from the start.
            ThreadPool.shared.setThreadCount(1)
            step()
            step()
            let first = BufferPool.shared.statistics
            for _ in 0..<5 { step() }
            let later = BufferPool.shared.statistics
            #expect(later.usedBytes == first.usedBytes)
            #expect(later.systemAllocations == first.systemAllocations)
            #expect(later.peakUsedBytes == first.peakUsedBytes)
        }
    }

    /// A factor that is broadcast is kept as it came, not as often as it is used.
    @Test func broadcastFactorsAreKeptOnce() async {
        await #expect(processExitsWith: .success) {
            let x = Parameter(Tensor(repeating: 2, shape: [1000, 100]))
            let factor = Parameter(Tensor(repeating: 3, shape: [100]))
            let start = BufferPool.shared.statistics.usedBytes
            var kept = 0
            _ = valueWithGradient {
                let y = x.tensor * factor.tensor
                kept = BufferPool.shared.statistics.usedBytes - start
                return y.sum()
            }
            // The product alone takes 400 KB.
            #expect(kept < 600_000, "\(kept)")
            let isRight = factor.gradient.array(of: Float.self).allSatisfy { $0 == 2000 }
            #expect(isRight)
        }
    }

    /// Activations die as the backward pass goes by: it needs little more than the forward pass held.
    @Test func activationsDieOnTheWay() async {
        await #expect(processExitsWith: .success) {
            let start = BufferPool.shared.statistics.usedBytes
            let parameter = Parameter(Tensor(repeating: 0.5, shape: [100_000]))
            let layers = 20
            _ = valueWithGradient {
                var h = parameter.tensor
                for _ in 0..<layers { h = silu(h) }
                return h.sum()
            }
            let peak = BufferPool.shared.statistics.peakUsedBytes - start
            #expect(peak < (layers + 6) * 450_000, "\(peak)")
        }
    }
}

/// 100 000 nodes deep.
private func chain(_ parameter: Parameter) -> Tensor {
    var x = parameter.tensor
    for index in 0..<100_000 { x = (index % 2 == 0 ? 2 : 0.5) * x }
    return x
}
