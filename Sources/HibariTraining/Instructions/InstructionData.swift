import HibariChat
import HibariData
import HibariSupport

/// What examples are evaluated on that are not learned.
public enum HeldOutExamples: Sendable, Equatable {
    case none
    /// The last examples of the file, as a share of all.
    case share(Double)
    /// The examples of another file.
    case file(String)
}

/// The examples of a run of instruction tuning.
public struct InstructionData: Sendable {
    public let training: InstructionExamples
    public let heldOut: InstructionExamples?
    /// The form of the records of the training file.
    public let shape: InstructionShape
    /// Keys of its records that are not read.
    public let ignoredKeys: [String]
    public let format: InstructionFormat

    /// Reads and checks all examples.
    ///
    /// - Throws: `ChatError` and `InstructionError` with file, place and remedy; `ChatError.nothingTrained` if nothing
    ///   would be learned; `DataError.invalidValidationFraction`.
    public init(path: String, heldOut: HeldOutExamples, _ format: InstructionFormat) throws {
        let file = try InstructionFile(path: path)
        let all = file.examples
        var own = 0
        if case .share(let share) = heldOut {
            guard share >= 0, share < 1 else { throw DataError.invalidValidationFraction(share) }
            own = share == 0 ? 0 : max(1, Int((share * Double(all.count)).rounded()))
            guard own < all.count else {
                throw InstructionError.nothingLeft(path: path, count: all.count, heldOut: share)
            }
        }
        training = try InstructionExamples(path: path, all.dropLast(own), format)
        if case .file(let other) = heldOut {
            self.heldOut = try InstructionExamples(
                path: other, try InstructionFile(path: other).examples, format)
        } else {
            self.heldOut = own == 0 ? nil : try InstructionExamples(path: path, all.suffix(own), format)
        }
        (shape, ignoredKeys, self.format) = (file.shape, file.ignoredKeys, format)
    }

    /// What a user should know before it is learned: cut and empty examples, keys that are not read; a line each.
    public var notes: [String] {
        var notes = training.notes(contextLength: format.contextLength)
        notes += heldOut?.notes(contextLength: format.contextLength) ?? []
        if !ignoredKeys.isEmpty {
            notes.append(
                "\(training.path): keys that are not read: \(ignoredKeys.joined(separator: ", "))")
        }
        return notes
    }

    /// For run.json, and to tell whether the data of a resumed run are the same.
    public var json: JSONValue {
        func json(_ examples: InstructionExamples) -> JSONValue {
            [
                "path": .string(examples.path), "examples": .integer(examples.sequences.count),
                "tokens": .integer(examples.tokenCount), "trained_tokens": .integer(examples.trainedCount),
                "cut": .integer(examples.cut.count), "dropped": .integer(examples.dropped.count),
                "empty_answers": .integer(examples.emptyAnswers.count), "sha256": .string(examples.sha256),
            ]
        }
        return [
            "shape": .string(shape.rawValue), "template": .string(format.template.name),
            "training": json(training), "held_out": heldOut.map(json) ?? .null,
        ]
    }
}
