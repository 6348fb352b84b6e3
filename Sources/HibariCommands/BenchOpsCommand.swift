import ArgumentParser
import HibariCommandLine
import HibariSupport
import HibariTensor

struct BenchOpsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ops", abstract: "Time every op, forward and backward, at the size of a real model.",
        discussion: """
            Medians of repeated passes. Products and attention in GFLOP/s, all else in GB/s of what must be read and \
            written. About twenty seconds for all.

            Example: hibari bench ops layerNorm attention
            """)

    @Argument(help: "Ops (default: all).") var names: [String] = []
    @Flag(help: "Print one JSON object per measurement.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let known = OpName.allCases.map(\.rawValue)
        for name in names where !known.contains(name) {
            throw UsageError.unknownName(kind: "op", name: name, known: known)
        }
        if !json { printResult(row("op", "size", "forward ms", "", "backward ms", "", "")) }
        for benchmark in OpBenchmark.all where names.isEmpty || names.contains(benchmark.item.op.rawValue) {
            let result = benchmark.run()
            printResult(json ? object(benchmark, result).text() : row(benchmark, result))
        }
    }

    private func row(_ benchmark: OpBenchmark, _ result: OpBenchmark.Measurement) -> String {
        let forward = (benchmark.forwardFLOPs ?? result.forwardBytes) / result.forwardSeconds
        let backward = (benchmark.backwardFLOPs ?? result.backwardBytes) / result.backwardSeconds
        return row(
            benchmark.item.op.rawValue, benchmark.item.variant, fixed(result.forwardSeconds * 1e3, 3),
            speed(forward), fixed(result.backwardSeconds * 1e3, 3), speed(backward),
            benchmark.forwardFLOPs == nil ? "GB/s" : "GFLOP/s")
    }

    /// Blank for a pass without work of its own, and for one faster than any memory, which passed its input on.
    private func speed(_ perSecond: Double) -> String {
        perSecond == 0 || perSecond > 2e12 ? "" : fixed(perSecond / 1e9, 1)
    }

    private func row(
        _ op: String, _ size: String, _ forward: String, _ forwardSpeed: String, _ backward: String,
        _ backwardSpeed: String, _ unit: String
    ) -> String {
        padded(op, 20) + padded(size, 38) + aligned(forward, 11) + aligned(forwardSpeed, 10)
            + aligned(backward, 13) + aligned(backwardSpeed, 10) + (unit.isEmpty ? "" : "  " + unit)
    }

    private func object(_ benchmark: OpBenchmark, _ result: OpBenchmark.Measurement) -> JSONValue {
        [
            "op": .string(benchmark.item.op.rawValue), "size": .string(benchmark.item.variant),
            "forward_milliseconds": .number(result.forwardSeconds * 1e3),
            "backward_milliseconds": .number(result.backwardSeconds * 1e3),
            "least_forward_milliseconds": .number(result.leastForwardSeconds * 1e3),
            "least_backward_milliseconds": .number(result.leastBackwardSeconds * 1e3),
            "forward_gigabytes": .number(result.forwardBytes / result.forwardSeconds / 1e9),
            "backward_gigabytes": .number(result.backwardBytes / result.backwardSeconds / 1e9),
            "forward_gigaflops": benchmark.forwardFLOPs.map { .number($0 / result.forwardSeconds / 1e9) }
                ?? .null,
            "backward_gigaflops": benchmark.backwardFLOPs.map { .number($0 / result.backwardSeconds / 1e9) }
                ?? .null,
        ]
    }
}
