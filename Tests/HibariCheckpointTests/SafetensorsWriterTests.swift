import HibariCheckpoint
import HibariSupport
import HibariTestSupport
import Testing

private struct Interruption: Error {}

@Suite struct SafetensorsWriterTests {
    private let sample = [
        SafetensorsTensor(name: "z", shape: [2, 3], floats: [1, -2, 0.5, .infinity, 0x1p-140, 3]),
        SafetensorsTensor(name: "flags", dtype: .bool, shape: [3]) { emit in
            for byte: UInt8 in [1, 0, 1] { try withUnsafeBytes(of: byte) { try emit($0) } }
        },
        SafetensorsTensor(name: "a.é", dtype: .bfloat16, shape: [2], floats: [1, -0.1]),
        SafetensorsTensor(name: "scalar", dtype: .float64, shape: [], floats: [0.25]),
        SafetensorsTensor(name: "empty", dtype: .float16, shape: [0, 4], floats: []),
    ]

    @Test func readsBackWhatItWrote() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x.safetensors")
            try writeSafetensors(sample, metadata: ["note": "x"], to: path)
            let file = try SafetensorsFile(path: path)
            #expect(file.entries.map(\.name) == ["scalar", "z", "a.é", "empty", "flags"])
            #expect(file.entries.map(\.shape) == [[], [2, 3], [2], [0, 4], [3]])
            #expect(file.metadata["format"] == "pt")
            #expect(file.metadata["note"] == "x")
            #expect(file.metadata["hibari_checksum"]?.count == 16)
            #expect(file.dataOffset % 8 == 0)
            #expect(try file.floats(of: "z") == [1, -2, 0.5, .infinity, 0x1p-140, 3])
            #expect(try file.floats(of: "scalar") == [0.25])
            #expect(try file.floats(of: "a.é") == [1, Float(bitPattern: 0xBDCD_0000)])
            #expect(try file.bytes(of: "flags").elementsEqual([1, 0, 1]))
            #expect(try file.bytes(of: "empty").isEmpty)
        }
    }

    @Test func sameInputInAnyOrderGivesTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let first = joinPath(folder, "1")
            let second = joinPath(folder, "2")
            try writeSafetensors(sample, metadata: ["b": "2", "a": "1"], to: first)
            try writeSafetensors(sample.reversed(), metadata: ["a": "1", "b": "2"], to: second)
            #expect(try readFile(first) == readFile(second))
        }
    }

    @Test func noTensors() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            try writeSafetensors([], to: path)
            #expect(try SafetensorsFile(path: path).entries.isEmpty)
        }
    }

    @Test func failureKeepsTheOldFile() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            try writeSafetensors(sample, to: path)
            let before = try readFile(path)
            let failing = SafetensorsTensor(name: "w", dtype: .uint8, shape: [9]) { _ in
                throw Interruption()
            }
            #expect(throws: Interruption.self) { try writeSafetensors([failing], to: path) }
            #expect(try readFile(path) == before)
            #expect(try listDirectory(folder) == ["x"])
        }
    }

    @Test func trapsWhenASourceGivesTooFewBytes() async {
        await #expect(processExitsWith: .failure) {
            let short = SafetensorsTensor(name: "w", shape: [3], floats: [1, 2])
            try writeSafetensors([short], to: "/dev/null")
        }
    }

    @Test func wrongSizeOfTheOutputIsAnError() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            try writeSafetensors(sample, to: path)
            let file = try SafetensorsFile(path: path)
            var output = [Float](repeating: 0, count: 5)
            let expected = CheckpointError.wrongShape(path: path, tensor: "z", expected: [5], got: [2, 3])
            #expect(throws: expected) {
                try output.withUnsafeMutableBufferPointer { try file.floats(of: "z", into: $0) }
            }
        }
    }

    @Test func conversionOfLongTensorsMatchesTheStandardLibrary() throws {
        var random = RandomStream(seed: 3, purpose: .testing)
        let values = (0..<150_000).map { _ in Float(bitPattern: random.nextWord()) }.map {
            $0.isNaN ? 1.5 : $0
        }
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            let dtypes: [SafetensorsDType] = [.float16, .bfloat16, .float64]
            try writeSafetensors(
                dtypes.map {
                    SafetensorsTensor(name: $0.rawValue, dtype: $0, shape: [values.count], floats: values)
                },
                to: path)
            let file = try SafetensorsFile(path: path)
            #expect(try file.floats(of: "F64") == values)
            #expect(try file.floats(of: "F16") == values.map { Float(Float16($0)) })
            let rounded = try file.floats(of: "BF16")
            let wrong = zip(values, rounded).filter { value, result in
                // The neighbours of the result are no nearer.
                let bits = result.bitPattern
                guard bits & 0xFFFF == 0, result.isFinite else { return value.magnitude < 0x1.FFp127 }
                let error = (Double(value) - Double(result)).magnitude
                return [bits &+ 0x1_0000, bits &- 0x1_0000].contains {
                    (Double(value) - Double(Float(bitPattern: $0))).magnitude < error
                }
            }
            #expect(wrong.isEmpty)
        }
    }

    @Test func everyHalfIsConvertedExactly() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            let halves = (0...UInt16.max).map { $0 }
            try halves.withUnsafeBytes { bytes in
                try writeSafetensors(
                    [SafetensorsTensor(name: "h", dtype: .float16, shape: [65536], bytes: bytes)], to: path)
            }
            let floats = try SafetensorsFile(path: path).floats(of: "h")
            let wrong = zip(halves, floats).filter { half, float in
                let expected = Float(Float16(bitPattern: half))
                return expected.isNaN ? !float.isNaN : float.bitPattern != expected.bitPattern
            }
            #expect(wrong.isEmpty)
        }
    }
}

@Suite struct DataChecksumTests {
    private func checksum(_ bytes: [UInt8], piece: Int = .max) -> UInt64 {
        var checksum = DataChecksum()
        var rest = bytes[...]
        while !rest.isEmpty {
            rest.prefix(piece).withUnsafeBytes { checksum.update($0) }
            rest = rest.dropFirst(piece)
        }
        return checksum.value()
    }

    /// The definition, word by word.
    private func reference(_ bytes: [UInt8]) -> UInt64 {
        let p: UInt64 = 0x9E37_79B9_7F4A_7C15
        func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
            let product = (lane ^ word) &* p
            return product << 29 | product >> 35
        }
        var lanes = (1...8).map { UInt64($0) &* p }
        let padded = bytes + [UInt8](repeating: 0, count: (64 - bytes.count % 64) % 64)
        for word in 0..<padded.count / 8 {
            let value = (0..<8).reduce(UInt64(0)) { $0 | UInt64(padded[8 * word + $1]) << UInt64(8 * $1) }
            lanes[word % 8] = step(lanes[word % 8], value)
        }
        let result = lanes.reduce(UInt64(bytes.count), step)
        return result ^ result >> 32
    }

    @Test(arguments: [0, 1, 7, 8, 63, 64, 65, 127, 128, 1000, 4096])
    func agreesWithTheDefinitionInPiecesOfAnySize(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 3) }
        let expected = reference(bytes)
        for piece in [Int.max, 1, 3, 63, 64, 65, 200] { #expect(checksum(bytes, piece: piece) == expected) }
    }

    @Test func lengthAndTopBitsCount() {
        let zeros = [UInt8](repeating: 0, count: 256)
        #expect(checksum(zeros) != checksum(Array(zeros.dropLast())))
        // The top bits of two words of one lane, which a product alone would let cancel.
        var flipped = zeros
        flipped[7] = 0x80
        flipped[71] = 0x80
        #expect(checksum(flipped) != checksum(zeros))
    }
}
