import HibariData
import HibariSupport
import HibariTensor

/// Pictures as examples: inputs `[n, C, H, W]`, normalized and in training augmented; targets `[n]`, classes.
extension ImageLoader: ExampleSource {
    public var count: Int { dataset.count }

    public func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor) {
        let shape = dataset.shape
        let input = Tensor(
            uninitialized: [indices.count, shape.channels, shape.height, shape.width], .float32)
        let target = Tensor(uninitialized: [indices.count], .int32)
        fill(
            indices,
            images: UnsafeMutableBufferPointer(start: input.output(Float.self), count: input.count),
            labels: UnsafeMutableBufferPointer(start: target.output(Int32.self), count: target.count),
            random: random)
        return (input, target)
    }

    /// A hash of the pictures and labels, and what is done to them.
    public var identity: String? { "\(dataset.sha256) \(mean) \(standardDeviation) \(augmentation)" }
}

extension Examples {
    /// Rows of a table: inputs `[n, encoder.inputCount]`; targets `[n]` classes, or `[n, 1]` numbers.
    public init(_ table: Table, rows: [Int], _ encoder: TableEncoder) throws {
        let inputs = Tensor(try encoder.inputs(table, rows: rows), shape: [rows.count, encoder.inputCount])
        switch encoder.target {
        case .number:
            self.init(
                inputs: inputs,
                targets: Tensor(try encoder.numbers(table, rows: rows), shape: [rows.count, 1]))
        case .classes:
            self.init(
                inputs: inputs, targets: Tensor(try encoder.labels(table, rows: rows), shape: [rows.count]))
        }
    }

    /// Points with their classes `[n]` or numbers `[n, 1]`.
    public init(_ points: ToyPoints) {
        let inputs = Tensor(points.inputs, shape: [points.count, points.dimensions])
        self.init(
            inputs: inputs,
            targets: points.labels.isEmpty
                ? Tensor(points.targets, shape: [points.count, 1])
                : Tensor(points.labels, shape: [points.count]))
    }
}
