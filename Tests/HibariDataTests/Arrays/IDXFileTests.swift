import HibariData
import HibariSupport
import HibariTestSupport
import Testing

/// An IDX file of bytes.
func idx(_ shape: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)] + shape.flatMap { big(UInt32($0)) } + elements
}

/// The bytes of a number, the highest first.
func big(_ value: some FixedWidthInteger) -> [UInt8] { little(value).reversed() }

@Suite struct IDXFileTests {
    let directory = TemporaryDirectory()

    private func read(_ bytes: [UInt8]) throws -> NumericArray {
        try NumericArray(idxFile: directory.write("a-idx", bytes))
    }

    private func problem(_ bytes: [UInt8]) -> String {
        errorMessage { _ = try read(bytes) }
    }

    @Test func everyElementType() throws {
        #expect(try read(idx([3], [0, 7, 255])).doubles() == [0, 7, 255])
        #expect(try read(idx([3], [0, 127, 128], type: 9)).doubles() == [0, 127, -128])
        #expect(try read(idx([2], big(Int16(-2)) + big(Int16(300)), type: 0x0B)).doubles() == [-2, 300])
        #expect(try read(idx([2], big(Int32(-70000)) + big(Int32(5)), type: 0x0C)).doubles() == [-70000, 5])
        let floats = big(Float(0.1).bitPattern) + big(Float(-1e30).bitPattern)
        #expect(try read(idx([1, 2], floats, type: 0x0D)).floats() == [0.1, -1e30])
        let doubles = big(0.1.bitPattern) + big((-1e300).bitPattern)
        let array = try read(idx([2, 1, 1], doubles, type: 0x0E))
        #expect(array.doubles() == [0.1, -1e300] && array.shape == [2, 1, 1])
        #expect(try read(idx([0, 5], [])).count == 0)
    }

    @Test func compressedByContentsNotByName() throws {
        #expect(try read(gzip(idx([2, 2], [1, 2, 3, 4]))).doubles() == [1, 2, 3, 4])
    }

    @Test func wrongFilesAreNamed() throws {
        #expect(problem([]).contains("a-idx: ends inside the magic number at byte 0"))
        #expect(problem(Array("PNG?".utf8)).contains("magic number 50 4e 47 3f"))
        #expect(problem(idx([1], [0], type: 0x0A)).contains("element type 0a"))
        #expect(
            problem(idx([3, 2], [1, 2, 3])).contains(
                "the 3 × 2 elements at byte 12, which takes 6 bytes where 3"))
        #expect(problem(idx([2], [1, 2, 3])).contains("something after the 2 elements at byte 10"))
        let most = [Int](repeating: Int(UInt32.max), count: 200)
        #expect(problem(idx(most, [])).contains("more than 4 GiB"))
        #expect(problem(idx([0] + most, [])).contains("more than 4 GiB"))
        #expect(throws: DataError.self) { try NumericArray(idxFile: directory.path) }
        #expect(throws: DataError.self) { try NumericArray(idxFile: directory.path + "/none") }
    }

    @Test func everyTruncationIsAnError() throws {
        let good = idx([3, 4, 5], (0..<60).map { UInt8($0) })
        for bytes in [good, try gzip(good)] {
            for length in 0..<bytes.count {
                #expect(failsForTheUser { _ = try read(Array(bytes.prefix(length))) }, "\(length) bytes")
            }
        }
    }

    @Test func labelsAreChecked() throws {
        #expect(try read(idx([3], [0, 2, 1])).labels(classCount: 3) == [0, 2, 1])
        let error = #expect(throws: DatasetError.self) {
            try read(idx([3], [0, 3, 1])).labels(classCount: 3)
        }
        #expect(
            error.map { "\($0)" }?.hasSuffix(
                "a-idx, row 2: the label is 3; labels are whole numbers from 0 to 2") == true)
        let half = big(Float(0.5).bitPattern)
        #expect(throws: DatasetError.self) { try read(idx([1], half, type: 0x0D)).labels(classCount: 3) }
        let nan = big(Float.nan.bitPattern)
        #expect(throws: DatasetError.self) { try read(idx([1], nan, type: 0x0D)).labels(classCount: 3) }
    }
}
