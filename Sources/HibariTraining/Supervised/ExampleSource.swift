import HibariCheckpoint
import HibariSupport
import HibariTensor

/// Examples to learn from: inputs and what a model should make of them.
public protocol ExampleSource {
    var count: Int { get }

    /// The examples with these numbers, in this order.
    ///
    /// - Parameter random: of augmentation in training; nil when evaluating.
    /// - Returns: input `[n, …]`; target `[n]` or `[n, …]`: int32 classes, or numbers.
    func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor)

    /// What tells these data from others, for run.json; a run is only resumed with the data it began with. nil if
    /// that cannot be told.
    var identity: String? { get }
}

extension ExampleSource {
    public var identity: String? { nil }
}

/// Examples in memory.
public struct Examples: ExampleSource {
    private let inputs: Tensor
    private let targets: Tensor

    /// - Parameters:
    ///   - inputs: `[N, …]`.
    ///   - targets: `[N]` or `[N, …]`; int32 classes from 0 up, or numbers.
    /// - Precondition: equal first axes.
    public init(inputs: Tensor, targets: Tensor) {
        precondition(
            inputs.shape.rank > 0 && targets.shape.rank > 0 && inputs.shape[0] == targets.shape[0],
            "Examples: inputs \(inputs.shape) and targets \(targets.shape) must have as many rows")
        self.inputs = inputs
        self.targets = targets
    }

    /// Rows of numbers and their classes.
    ///
    /// - Precondition: as many classes as rows, and rows of one length.
    public init(_ rows: [[Float]], classes: [Int]) {
        self.init(
            inputs: Self.table(rows), targets: Tensor(classes.map { Int32($0) }, shape: [classes.count]))
    }

    /// Rows of numbers and the rows of numbers to predict.
    ///
    /// - Precondition: as many of both, and rows of one length.
    public init(_ rows: [[Float]], values: [[Float]]) {
        self.init(inputs: Self.table(rows), targets: Self.table(values))
    }

    private static func table(_ rows: [[Float]]) -> Tensor {
        let width = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == width }, "Examples: the rows differ in length")
        return Tensor(Array(rows.joined()), shape: [rows.count, width])
    }

    public var count: Int { inputs.shape[0] }

    public func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor) {
        (gather(inputs, indices), gather(targets, indices))
    }

    /// A checksum of all numbers.
    public var identity: String? {
        var checksum = DataChecksum()
        for tensor in [inputs, targets] {
            checksum.update(
                UnsafeRawBufferPointer(
                    start: tensor.storage.pointer + tensor.offset * tensor.dtype.byteCount,
                    count: tensor.count * tensor.dtype.byteCount))
        }
        return "\(inputs.shape) \(targets.shape) \(hexadecimal(checksum.value()))"
    }

    /// Cuts off a part, taken at random, for validation.
    ///
    /// - Parameter fraction: of the part; both parts have at least one example if there are two.
    public func split(_ fraction: Double, seed: UInt64 = 0) -> (training: Examples, validation: Examples) {
        var random = RandomStream(seed: seed, purpose: .shuffling, stream: UInt64(UInt32.max))
        var order = Array(0..<count)
        order.shuffle(using: &random)
        let held = min(max(1, Int((fraction * Double(count)).rounded())), max(0, count - 1))
        func part(_ indices: ArraySlice<Int>) -> Examples {
            let (input, target) = batch(indices: Array(indices), random: nil)
            return Examples(inputs: input, targets: target)
        }
        return (part(order.dropLast(held)), part(order.suffix(held)))
    }
}

/// The rows of a tensor with these numbers.
private func gather(_ tensor: Tensor, _ rows: [Int]) -> Tensor {
    var shape = tensor.shape
    shape[0] = rows.count
    let result = Tensor(uninitialized: shape, tensor.dtype)
    let size = tensor.dtype.byteCount * (tensor.shape.count / max(1, tensor.shape[0]))
    let source = tensor.storage.pointer + tensor.offset * tensor.dtype.byteCount
    for (place, row) in rows.enumerated() {
        precondition((0..<tensor.shape[0]).contains(row), "example \(row) of \(tensor.shape[0])")
        (result.storage.pointer + place * size).copyMemory(from: source + row * size, byteCount: size)
    }
    return result
}
