import HibariSupport
import Testing

@Suite struct BenchTests {
    private static let tiny = [
        "bench", "train", "--arch", "gpt2", "--layers", "1", "--heads", "2", "--dim", "16", "--context",
        "16", "--batch", "2", "--vocabulary", "31", "--steps", "4", "--warmup", "3", "--threads", "1",
    ]

    @Test func train() throws {
        let result = try expectSuccess(hibari(Self.tiny + ["--json", "--profile"])).json
        func number(_ key: String) -> Double { result[key]?.double ?? .nan }
        #expect(result["batch"] == 2 && result["vocabulary"] == 31 && result["steps"] == 4)
        #expect(number("milliseconds_per_step") > 0 && number("peak_memory_bytes") > 1e6)
        #expect(abs(number("tokens_per_second") * number("milliseconds_per_step") / 32e3 - 1) < 1e-9)
        #expect(number("gigaflops") / number("product_gigaflops") == number("product_share"))
        #expect(number("gigaflops") / number("peak_gigaflops") == number("peak_share"))
        // All memory of a step comes from the pool, which has it after the warm-up.
        #expect(number("system_allocations_per_step") == 0)
        let rows = result["profile"]?.array ?? []
        let sum = rows.reduce(0) { $0 + ($1["milliseconds_per_step"]?.double ?? 0) }
        #expect(abs(sum / number("mean_milliseconds") - 1) < 0.1, "\(sum)")
        #expect(abs(rows.reduce(0) { $0 + ($1["share"]?.double ?? 0) } - 1) < 1e-9)
        #expect(
            rows.contains { $0["op"] == "linear" && $0["pass"] == "backward" && $0["product"] == "32×48×16" })
        let text = expectSuccess(try hibari(Self.tiny + ["--profile"])).output
        for word in ["tokens/s", "GFLOP/s", "backward  attention", "gradient norm", "everything else"] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test func ops() throws {
        let lines = try expectSuccess(hibari("bench", "ops", "relu", "attention", "--json")).outputLines
        let rows = try lines.map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(Set(rows.compactMap { $0["op"]?.string }) == ["relu", "attention"])
        for row in rows {
            #expect(
                row["forward_milliseconds"]?.double ?? 0 > 0 && row["backward_milliseconds"]?.double ?? 0 > 0)
        }
        let relu = rows.first { $0["op"] == "relu" }
        // One array read and one written: 2·4·4096·1536 bytes.
        let bytes = (relu?["forward_gigabytes"]?.double ?? 0) * (relu?["forward_milliseconds"]?.double ?? 0)
        #expect(abs(bytes * 1e6 - 50_331_648) < 1, "\(bytes)")
        #expect(relu?["forward_gigaflops"]?.isNull == true)
        #expect(expectSuccess(try hibari("bench", "ops", "relu")).output.contains("GB/s"))
    }

    @Test func namedShapes() throws {
        // Options beside a shape win over it.
        let arguments = ["bench", "train", "--steps", "1", "--warmup", "1", "--json", "--shape", "A"]
        let result = try expectSuccess(hibari(arguments + ["--batch", "2"])).json
        #expect(result["context"] == 64 && result["batch"] == 2 && result["parameters"] == 804_096)
        // By hand: 6·(4·(4·128² + 2·128·512) + 65·128) + 12·4·128·64.
        #expect(result["flops_per_token"]?.double == 5_161_728)
        #expect(result["profile"]?.isNull == true)
    }

    @Test func mistakes() throws {
        expectError(try hibari("bench", "train", "--shape", "Z"), 64, "unknown shape Z; one of A, B, C")
        expectError(try hibari("bench", "train", "--steps", "0"), 64, "--steps is 0")
        expectError(try hibari("bench", "train", "--warmup", "0"), 64, "--warmup is 0")
        expectError(
            try hibari("bench", "train", "--dim", "10", "--heads", "4"), 64, "--dim 10 is not divisible")
        expectError(try hibari("bench", "ops", "fourier"), 64, "unknown op fourier")
        expectError(try hibari("bench", "train", "--vocabulary", "0"), 64, "--vocabulary is 0")
    }
}
