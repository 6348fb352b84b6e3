import CKernels
import COpenBLAS
import Glibc

/// The instruction set in use, chosen once from the CPU's features.
///
/// The environment variable `HIBARI_SIMD` (portable, avx2, avx512) forces a lower tier, so that tests reach
/// each one.
package enum KernelTable {
    /// The kernels of the active tier.
    package static let active: hibari_kernel_table = choose()

    /// The names of the tiers this CPU supports, from the most portable to the widest.
    package static var supportedNames: [String] { supported.map { String(cString: $0.name) } }

    /// The name of the active tier.
    package static var activeName: String { String(cString: active.name) }

    /// All tables this CPU can run, for tests that compare them.
    package static var supported: [hibari_kernel_table] {
        (0..<hibari_tier_count()).filter { hibari_tier_is_supported($0) != 0 }.compactMap {
            hibari_tier($0)?.pointee
        }
    }

    /// What is wrong with the environment variables that choose kernels, in a sentence; nil if nothing.
    package static var environmentProblem: String? {
        for (name, known) in [
            ("HIBARI_SIMD", supportedNames), ("HIBARI_GEMM", GemmBackend.allCases.map(\.rawValue)),
        ] {
            guard let value = getenv(name).map({ String(cString: $0) }), !known.contains(value) else {
                continue
            }
            return "the environment variable \(name) is '\(value)'; this machine knows "
                + known.joined(separator: ", ")
        }
        return nil
    }

    private static func choose() -> hibari_kernel_table {
        openblas_set_num_threads(1)
        let tables = supported
        if let wanted = getenv("HIBARI_SIMD") {
            let name = String(cString: wanted)
            if let table = tables.first(where: { String(cString: $0.name) == name }) { return table }
        }
        return tables[tables.count - 1]
    }
}

/// Which matrix multiplication the float32 path uses.
package enum GemmBackend: String, CaseIterable, Sendable {
    /// Packed panels and our own tiles (Docs/results/gemm.md compares the two).
    case native
    /// OpenBLAS, split by rows over our threads. Faster than `native` where there is neither AVX2 nor AVX-512.
    case openBLAS = "openblas"

    /// The environment variable `HIBARI_GEMM` (native, openblas) overrides the choice by instruction set.
    package static let active: GemmBackend = {
        // Choosing the kernels also sets OpenBLAS to one thread: our own threads call it.
        let tier = KernelTable.activeName
        if let wanted = getenv("HIBARI_GEMM"), let backend = GemmBackend(rawValue: String(cString: wanted)) {
            return backend
        }
        return tier == "portable" ? .openBLAS : .native
    }()
}
