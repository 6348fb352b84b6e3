import ArgumentParser
import HibariCommandLine
import HibariKernels
import HibariSupport
import HibariTraining

struct BenchGemmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemm", abstract: "Measure matrix products: Hibari's own, and OpenBLAS in two ways.",
        discussion: """
            A shape MxNxK is a linear layer with K inputs and N outputs over M rows. It is three products in training: \
            forward (X·Wᵀ), the gradient of its input (dY·W) and of its weight (dYᵀ·X). Each is measured with Hibari's \
            tiles, with OpenBLAS on Hibari's threads, and with OpenBLAS on its own threads, in turn. The peak is what \
            multiply-adds without memory accesses reach on all threads at the time; * marks the fastest.

            Example: hibari bench gemm 4096x1152x384
            """)

    @Argument(help: "Shapes (default: the layers of four model sizes; takes minutes).") var shapes: [String] =
        []
    @OptionGroup var threads: ThreadOptions
    @Option(help: "Rounds; each contender's median counts.") var rounds = 5
    @Flag(help: "Print one JSON object per product.") var json = false

    func run() throws {
        guard rounds > 0 else {
            throw UsageError.invalidOption(name: "rounds", value: "\(rounds)", expected: "at least 1")
        }
        let layers = try shapes.isEmpty ? LayerShape.models : shapes.map(LayerShape.init)
        try threads.apply()
        if !json { printResult(header) }
        for layer in layers {
            for (pass, problem) in layer.products {
                var benchmark = GemmBenchmark(problem)
                let result = benchmark.run(rounds: rounds)
                printResult(json ? object(problem, pass, result).text() : row(problem, pass, result))
            }
        }
    }

    private var header: String {
        """
        GFLOP/s; \(KernelTable.activeName) kernels, \(ThreadPool.shared.threadCount) threads
        \(padded("M×N×K", 17))\(padded("pass", 9))\(aligned("peak", 8))\(aligned("native", 9))\(aligned("of peak", 9))\
        \(aligned("OpenBLAS/pool", 15))\(aligned("OpenBLAS/own", 14))
        """
    }

    private func row(_ problem: GemmProblem, _ pass: String, _ result: GemmBenchmark.Result) -> String {
        func speed(_ contender: GemmBenchmark.Contender, _ width: Int) -> String {
            aligned(fixed(result.gigaflops[contender]!, 0) + (result.winner == contender ? "*" : " "), width)
        }
        return padded("\(problem.rows)×\(problem.columns)×\(problem.depth)", 17) + padded(pass, 9)
            + aligned(fixed(result.peak, 0), 8) + speed(.native, 9)
            + aligned(fixed(result.nativeShare * 100, 0) + " %", 9)
            + speed(.openBLASOnPool, 15) + speed(.openBLASThreads, 14)
    }

    private func object(_ problem: GemmProblem, _ pass: String, _ result: GemmBenchmark.Result) -> JSONValue {
        [
            "m": .integer(problem.rows), "n": .integer(problem.columns), "k": .integer(problem.depth),
            "pass": .string(pass), "kernels": .string(KernelTable.activeName),
            "threads": .integer(ThreadPool.shared.threadCount), "peak": .number(result.peak),
            "native": .number(result.gigaflops[.native]!),
            "openblas_on_pool": .number(result.gigaflops[.openBLASOnPool]!),
            "openblas_threads": .number(result.gigaflops[.openBLASThreads]!),
            "native_share": .number(result.nativeShare), "fastest": .string(result.winner.rawValue),
        ]
    }
}

/// A linear layer: `rows` inputs of `depth` numbers to `columns` outputs each.
private struct LayerShape {
    let rows, columns, depth: Int

    /// The layers of a toy (width 128), a character-level GPT (384), a small model (512, 4096 tokens in its
    /// vocabulary) and GPT-2 (768), forward.
    static let models = [
        (768, 128, 384), (768, 384, 128), (768, 512, 128),
        (4096, 1152, 384), (4096, 1536, 384), (4096, 384, 1536), (4096, 65, 384),
        (2048, 1536, 512), (2048, 2048, 512), (2048, 512, 2048), (2048, 4096, 512),
        (256, 2304, 768), (256, 3072, 768), (256, 768, 3072), (256, 50257, 768), (1024, 50257, 768),
    ].map { LayerShape(rows: $0.0, columns: $0.1, depth: $0.2) }

    private init(rows: Int, columns: Int, depth: Int) {
        (self.rows, self.columns, self.depth) = (rows, columns, depth)
    }

    /// Reads "MxNxK".
    init(_ text: String) throws {
        let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard sizes.count == 3, sizes.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw UsageError.invalidShape(text)
        }
        let elements = sizes[0] * sizes[1] + sizes[1] * sizes[2] + sizes[0] * sizes[2]
        // The operands, and a result of each contender.
        let needed = 12 * Double(elements)
        guard needed < Double(physicalMemoryBytes()) else {
            throw RunError.notEnoughMemory(needed: needed, present: physicalMemoryBytes())
        }
        self.init(rows: sizes[0], columns: sizes[1], depth: sizes[2])
    }

    var products: [(pass: String, GemmProblem)] {
        [
            ("forward", GemmProblem(rows: rows, columns: columns, depth: depth, transposesB: true)),
            ("input", GemmProblem(rows: rows, columns: depth, depth: columns)),
            ("weight", GemmProblem(rows: columns, columns: depth, depth: rows, transposesA: true)),
        ]
    }
}
