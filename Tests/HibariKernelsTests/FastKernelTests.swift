import Glibc
import HibariKernels
import Testing

/// Every fast float32 kernel against its plain float64 reference, on every instruction set and both products.
@Suite struct FastKernelTests {
    @Test func elementwise() { FastChecks.elementwise() }
    @Test func rows() { FastChecks.rows() }
    @Test func lossesAndOptimizers() { FastChecks.losses() }
    @Test func gemm() { FastChecks.gemm() }
    @Test func attention() { FastChecks.attention() }
    @Test func images() { FastChecks.images() }
    @Test func recurrent() { FastChecks.recurrent() }
    @Test func blocks() { FastChecks.blocks() }

    // The tier is chosen once per process, so each other one needs a process of its own.

    @Test func portableTier() async {
        await #expect(processExitsWith: .success) { checkAll(tier: "portable", product: "native") }
    }

    @Test(.enabled(if: KernelTable.supportedNames.contains("avx2")))
    func avx2Tier() async {
        await #expect(processExitsWith: .success) { checkAll(tier: "avx2", product: "native") }
    }

    @Test(.enabled(if: KernelTable.supportedNames.contains("avx512")))
    func avx512Tier() async {
        await #expect(processExitsWith: .success) { checkAll(tier: "avx512", product: "native") }
    }

    @Test func openBLASProducts() async {
        await #expect(processExitsWith: .success) {
            setenv("HIBARI_GEMM", "openblas", 1)
            #expect(GemmBackend.active == .openBLAS)
            FastChecks.gemm()
        }
    }
}

/// Runs all comparisons with the tier forced. Only for a process that has not chosen one yet.
private func checkAll(tier: String, product: String) {
    setenv("HIBARI_SIMD", tier, 1)
    setenv("HIBARI_GEMM", product, 1)
    #expect(KernelTable.activeName == tier)
    #expect(GemmBackend.active.rawValue == product)
    FastChecks.elementwise()
    FastChecks.rows()
    FastChecks.losses()
    FastChecks.gemm()
    FastChecks.attention()
    FastChecks.images()
    FastChecks.recurrent()
    FastChecks.blocks()
}
