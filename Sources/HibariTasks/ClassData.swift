import HibariCommandLine
import HibariData
import HibariReports
import HibariTensor
import HibariTraining

/// Examples with classes, from a table or made up, for the tasks that tell classes apart.
struct ClassData {
    let train, test: Examples
    /// How rows of a file become inputs and classes; points that were made up go in as they are.
    let encoder: TableEncoder
    let rows: [KeyValueTable.Row]

    init(_ table: TableData) {
        (train, test, encoder, rows) = (table.train, table.test, table.encoder, table.rows)
    }

    /// - Parameter description: how the points were made.
    init(_ points: ToyPoints, holdOut: Double, seed: UInt64, description: String) {
        (train, test) = Examples(points).split(holdOut, seed: seed)
        encoder = TableEncoder(
            features: (1...points.dimensions).map { .number(name: "x\($0)", mean: 0, deviation: 1) },
            target: .classes(name: "class", names: points.classNames), missing: .refuse)
        rows = [
            .init("made up", "\(description), seed \(seed)"),
            .init("points", "\(train.count) to train on, \(test.count) to test on"),
        ]
    }

    var inputCount: Int { encoder.inputCount }

    var classNames: [String] {
        if case .classes(_, let names) = encoder.target { names } else { [] }
    }

    /// Names, means and deviations of the inputs where there are two and both are numbers: what a plane can show.
    var plane: [(name: String, mean: Double, deviation: Double)]? {
        let axes = encoder.features.compactMap { feature -> (String, Double, Double)? in
            if case .number(let name, let mean, let deviation) = feature {
                (name, mean, deviation)
            } else {
                nil
            }
        }
        return axes.count == 2 && inputCount == 2 ? axes : nil
    }
}

extension Examples {
    /// All inputs `[N, …]` and targets.
    var all: (input: Tensor, target: Tensor) { batch(indices: Array(0..<count), random: nil) }

    /// Examples of the classes 0 and 1 with the numbers `low` and 1 as targets `[N, 1]`, as losses of one logit want
    /// them.
    func binary(low: Float) -> Examples {
        let (input, target) = all
        let numbers = target.array(of: Int32.self).map { $0 == 1 ? 1 : low }
        return Examples(inputs: input, targets: Tensor(numbers, shape: [count, 1]))
    }
}

extension TableDataOptions {
    /// Refuses options about made-up data where a table is given.
    func refuse(_ given: [(name: String, isGiven: Bool)]) throws {
        guard data != nil else { return }
        for option in given where option.isGiven {
            throw UsageError.notWith(name: option.name, other: "data")
        }
    }
}

/// Throws unless a number on the command line lies in a range.
func require<Value: Comparable & CustomStringConvertible>(
    _ value: Value, in range: ClosedRange<Value>, option: String
) throws {
    guard range.contains(value) else {
        throw UsageError.invalidOption(
            name: option, value: value.description,
            expected: "from \(range.lowerBound) to \(range.upperBound)")
    }
}
