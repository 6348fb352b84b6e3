import HibariSupport

/// Where the time of training goes, op by op, forward and backward apart.
///
/// A stopwatch that never stops: whoever finishes a piece of work calls `mark`, and the time since the mark
/// before is charged to that work. So each moment is charged once, and the rows sum to the whole; what lies
/// between two ops (allocation, the code that calls them) counts to the later one.
///
///     OpProfile.$current.withValue(profile) { try loop.train() }
public final class OpProfile: @unchecked Sendable {
    // Invariant behind @unchecked: only the task that set `current` marks; kernels' threads do not.

    /// The profile that training marks; nil for none, and then nothing is measured.
    @TaskLocal public static var current: OpProfile?

    /// The sizes of a product [rows, depth]·[depth, columns].
    public struct ProductSizes: Hashable, Sendable {
        public var rows, columns, depth: Int

        public init(rows: Int, columns: Int, depth: Int) {
            self.rows = rows
            self.columns = columns
            self.depth = depth
        }

        /// A multiply-add counts as two.
        public var flops: Double { 2 * Double(rows) * Double(columns) * Double(depth) }
    }

    /// What time is spent on. The products of a backward pass have the sizes of the forward one's.
    public enum Work: Hashable, Sendable {
        case forward(OpName, ProductSizes? = nil)
        case backward(OpName, ProductSizes? = nil)
        case batch, gradientNorm, optimizer
        /// Everything else.
        case rest
    }

    /// The time of one op, at one size and in one direction.
    public struct Row: Sendable {
        public var work: Work
        public var calls = 0
        public var seconds = 0.0
    }

    private var places: [Work: Int] = [:]
    /// In the order in which the works were first marked.
    public private(set) var rows: [Row] = []
    private var last = monotonicSeconds()

    public init() {}

    /// Charges the time since the last mark to `work`.
    public func mark(_ work: Work) {
        let now = monotonicSeconds()
        let place = places[work] ?? rows.count
        if place == rows.count {
            places[work] = place
            rows.append(Row(work: work))
        }
        rows[place].calls += 1
        rows[place].seconds += now - last
        last = now
    }

    /// Forgets all rows and begins anew.
    public func restart() {
        places = [:]
        rows = []
        last = monotonicSeconds()
    }
}
