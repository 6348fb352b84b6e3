import HibariSupport
import Testing

/// `hibari bench gemm` on shapes that take no time.
@Suite struct BenchGemmTests {
    @Test func oneObjectPerProduct() throws {
        let run = expectSuccess(
            try hibari("bench", "gemm", "40x24x16", "--rounds", "1", "--threads", "1", "--json"))
        let rows = try run.outputLines.map { try JSONValue(parsing: String($0)) }
        #expect(rows.map { $0["pass"]?.string } == ["forward", "input", "weight"])
        #expect(rows.map { $0["m"]?.int } == [40, 40, 24])
        #expect(rows.map { $0["n"]?.int } == [24, 16, 16])
        #expect(rows.map { $0["k"]?.int } == [16, 24, 40])
        for row in rows {
            for key in ["peak", "native", "openblas_on_pool", "openblas_threads", "native_share"] {
                #expect(row[key]?.double ?? 0 > 0, "\(key)")
            }
            let fastest = try #require(row["fastest"]?.string)
            #expect(
                row[fastest]?.double
                    == ["native", "openblas_on_pool", "openblas_threads"]
                    .compactMap { row[$0]?.double }.max())
            #expect(row["threads"] == 1)
        }
    }

    @Test func tableHasAWinnerInEveryRow() throws {
        let lines = expectSuccess(try hibari("bench", "gemm", "8x8x8", "--rounds", "1")).outputLines
        #expect(lines.count == 5 && lines.dropFirst(2).allSatisfy { $0.filter { $0 == "*" }.count == 1 })
    }

    @Test(arguments: ["3x4", "0x4x5", "axbxc", "3x4x5x6", "-1x2x3"]) func badShapes(_ text: String) throws {
        expectError(try hibari("bench", "gemm", "--", text), 64, "MxNxK")
    }

    @Test func badRounds() throws {
        expectError(try hibari("bench", "gemm", "8x8x8", "--rounds", "0"), 64, "rounds")
    }
}
