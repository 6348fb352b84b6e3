import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariSupport
import HibariTensor

struct GradcheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gradcheck",
        abstract: "Check the derivatives of every op, and of a tiny decoder of each family.",
        discussion: """
            Compares the derivatives that training uses with central differences in float64. Exits with 70 if a relative \
            error exceeds 1e-6.

            Example: hibari gradcheck attention rmsNorm qwen3
            """)

    @Argument(help: "Ops or families (default: all).") var names: [String] = []
    @Flag(help: "Print one JSON object per check.") var json = false

    func run() throws {
        let known = OpName.allCases.map(\.rawValue) + ModelFamily.allCases.map(\.rawValue)
        for name in names where !known.contains(name) {
            throw UsageError.unknownName(kind: "op or family", name: name, known: known)
        }
        func isWanted(_ name: String) -> Bool { names.isEmpty || names.contains(name) }
        var failed: [String] = []
        var count = 0
        func show(_ result: GradientCheckResult, kind: String) {
            count += 1
            if !result.passed { failed.append(result.name) }
            printResult(json ? object(result, kind).text() : row(result, kind))
        }
        if !json {
            printResult(
                padded("op", 18) + padded("case", 44) + aligned("largest error", 13) + aligned("elements", 10)
            )
        }
        for item in OpCase.all where isWanted(item.op.rawValue) {
            for result in checkGradients(of: [item]) { show(result, kind: item.op.rawValue) }
        }
        for family in ModelFamily.allCases where isWanted(family.rawValue) {
            for result in try checkDecoderGradients(of: family) { show(result, kind: family.rawValue) }
        }
        if !failed.isEmpty { throw GradcheckError.tooLarge(failed) }
        if !json { printResult("\(count) checks passed: every relative error is at most 1e-6") }
    }

    private func row(_ result: GradientCheckResult, _ kind: String) -> String {
        // The name of a case begins with its op, which has a column of its own.
        let name =
            result.name.hasPrefix(kind + " ") ? String(result.name.dropFirst(kind.count + 1)) : result.name
        return padded(kind, 18) + padded(name, 44) + aligned(scientific(result.largestRelativeError), 13)
            + aligned("\(result.elementsChecked)", 10) + (result.passed ? "" : "  FAILED at \(result.worst)")
    }

    private func object(_ result: GradientCheckResult, _ kind: String) -> JSONValue {
        [
            "op": .string(kind), "case": .string(result.name),
            "largest_relative_error": .number(result.largestRelativeError),
            "elements": .integer(result.elementsChecked), "passed": .bool(result.passed),
        ]
    }
}

/// A wrong derivative: a bug of ours.
enum GradcheckError: UserError {
    case tooLarge([String])

    var exitStatus: ExitStatus { .internalError }

    var description: String {
        switch self {
        case .tooLarge(let names): "wrong derivatives: \(names.joined(separator: ", ")); please report this"
        }
    }
}
