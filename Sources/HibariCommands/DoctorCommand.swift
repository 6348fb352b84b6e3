import ArgumentParser
import Glibc
import HibariCommandLine
import HibariKernels
import HibariSupport

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this machine: processor, kernels, memory, disk.",
        discussion: """
            Compares the fast kernels with plain float64 ones and times a matrix product, in about a second. Exits with 69 \
            if they disagree.

            Example: hibari doctor
            """)

    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let report = testKernels()
        let memory = systemMemory()
        let disk = freeDisk()
        printResult(json ? object(report, memory, disk).text() : table(report, memory, disk))
        if !report.isHealthy {
            throw DoctorError.kernelsDisagree(
                tier: report.activeTier, gemm: report.gemmError, softmax: report.softmaxError)
        }
    }

    private func table(_ report: KernelReport, _ memory: (total: Int, available: Int), _ disk: Int) -> String
    {
        """
        processor     \(processorName()), \(availableProcessorCount()) online
        kernels       \(report.activeTier) (this processor runs \(report.tiers.joined(separator: ", ")); HIBARI_SIMD chooses)
        products      \(report.gemm) (HIBARI_GEMM chooses native or openblas), \(ThreadPool.shared.threadCount) threads
        OpenBLAS      \(report.openBLAS), used with one thread; Hibari's own threads share the work
        speed         \(fixed(report.gigaflops, 0)) GFLOP/s for a product of 512 × 512 × 512
        memory        \(abbreviatedBytes(Double(memory.available))) of \(abbreviatedBytes(Double(memory.total))) available
        disk          \(abbreviatedBytes(Double(disk))) free in this folder
        self-test     \(report.isHealthy ? "passed" : "FAILED"): product \(scientific(report.gemmError)), \
        softmax \(scientific(report.softmaxError)) from float64
        """
    }

    private func object(_ report: KernelReport, _ memory: (total: Int, available: Int), _ disk: Int)
        -> JSONValue
    {
        [
            "processor": .string(processorName()), "processors": .integer(availableProcessorCount()),
            "kernels": .string(report.activeTier), "tiers": .array(report.tiers.map { .string($0) }),
            "gemm": .string(report.gemm), "openblas": .string(report.openBLAS),
            "gigaflops": .number(report.gigaflops),
            "memory_bytes": .integer(memory.total), "available_memory_bytes": .integer(memory.available),
            "free_disk_bytes": .integer(disk), "healthy": .bool(report.isHealthy),
        ]
    }
}

/// Why the machine is not fit.
enum DoctorError: UserError {
    case kernelsDisagree(tier: String, gemm: Double, softmax: Double)

    var exitStatus: ExitStatus { .unavailable }

    var description: String {
        switch self {
        case .kernelsDisagree(let tier, let gemm, let softmax):
            "the \(tier) kernels are wrong on this machine (product \(scientific(gemm)), softmax \(scientific(softmax)) from "
                + "float64); set HIBARI_SIMD=portable and report it"
        }
    }
}

private func fileValue(_ path: String, _ key: String) -> String? {
    guard let bytes = try? readFile(path) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return nil }
    guard let value = line.split(separator: ":", maxSplits: 1).dropFirst().first else { return nil }
    let words = value.split { $0 == " " || $0 == "\t" }
    return words.joined(separator: " ")
}

private func processorName() -> String { fileValue("/proc/cpuinfo", "model name") ?? "unknown" }

private func systemMemory() -> (total: Int, available: Int) {
    func kibibytes(_ key: String) -> Int {
        Int(fileValue("/proc/meminfo", key)?.split(separator: " ").first ?? "") ?? 0
    }
    return (kibibytes("MemTotal") * 1024, kibibytes("MemAvailable") * 1024)
}

private func freeDisk() -> Int {
    var status = statvfs()
    return statvfs(".", &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : 0
}
