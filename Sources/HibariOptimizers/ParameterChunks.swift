import HibariKernels
import HibariSupport
import HibariTensor

/// The elements of many parameters, cut into pieces that the threads share in one loop.
///
/// A model has hundreds of parameters, most of them small: a loop for each would wait for its slowest thread
/// every time, and use one thread for the small ones.
public struct ParameterChunks: Sendable {
    private struct Chunk {
        let parameter: Int
        let range: Range<Int>
    }

    /// Long enough to hide the start of a task, short enough for a second-level cache with gradient and state.
    private static let length = 16_384

    private let chunks: [Chunk]

    /// - Parameter counts: the elements of each parameter.
    public init(counts: [Int]) {
        chunks = counts.enumerated().flatMap { index, count in
            stride(from: 0, to: count, by: Self.length).map {
                Chunk(parameter: index, range: $0..<min(count, $0 + Self.length))
            }
        }
    }

    /// Runs `body` on every piece: the index of a parameter and a range of its elements.
    public func forEach(_ body: (_ parameter: Int, _ range: Range<Int>) -> Void) {
        ThreadPool.shared.run(chunks.count) { body(chunks[$0].parameter, chunks[$0].range) }
    }

    /// The sum of what `body` gives for every piece, added in their order: the same for every thread count.
    public func sum(_ body: (_ parameter: Int, _ range: Range<Int>) -> Double) -> Double {
        withScratch(Double.self, count: chunks.count) { partial in
            ThreadPool.shared.run(chunks.count) {
                partial[$0] = body(chunks[$0].parameter, chunks[$0].range)
            }
            return (0..<chunks.count).reduce(0) { $0 + partial[$1] }
        }
    }
}

/// √(Σ g²) over the gradients of some parameters: the global norm that clipping limits.
public struct GradientNorm {
    private let parameters: [Parameter]
    private let chunks: ParameterChunks

    public init(_ parameters: [Parameter]) {
        self.parameters = parameters
        chunks = ParameterChunks(counts: parameters.map(\.shape.count))
    }

    /// The norm now. A parameter without a gradient counts as zero.
    public func callAsFunction() -> Double {
        chunks.sum { index, range in
            guard parameters[index].hasGradient else { return 0 }
            let gradient = parameters[index].gradient
            func sum<T: KernelScalar>(_: T.Type) -> Double {
                T.sumOfSquares(range.count, gradient.input(T.self) + range.lowerBound)
            }
            return sum(gradient.dtype.scalar)
        }.squareRoot()
    }
}
