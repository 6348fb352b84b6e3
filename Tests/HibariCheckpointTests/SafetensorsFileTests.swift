import HibariCheckpoint
import HibariSupport
import HibariTestSupport
import Testing

/// A file of `header` and `dataCount` bytes of data, put together by hand.
private func handMade(_ header: String, dataCount: Int = 0) -> [UInt8] {
    handMade(Array(header.utf8), dataCount: dataCount)
}

private func handMade(_ header: [UInt8], dataCount: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
        + (0..<dataCount).map { UInt8(truncatingIfNeeded: $0) }
}

private func entry(_ dtype: String, _ shape: String, _ offsets: String) -> String {
    "{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

/// Opens `bytes` as a file and returns the error that causes.
private func errorOpening(_ bytes: [UInt8]) throws -> CheckpointError? {
    var result: CheckpointError?
    try withTemporaryFolder { folder in
        let path = joinPath(folder, "x.safetensors")
        try writeFileAtomically(path, bytes)
        do {
            _ = try SafetensorsFile(path: path)
        } catch let error as CheckpointError {
            #expect("\(error)".hasPrefix(path + ": "))
            #expect(!"\(error)".contains("\n"))
            #expect(error.exitStatus == .badData)
            result = error
        }
    }
    return result
}

@Suite struct SafetensorsFileTests {
    @Test func readsAHandMadeFile() throws {
        let header =
            "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"é\"},\"b\":" + entry("U8", "[2,1]", "[4,6]")
            + ",\"empty\":" + entry("F32", "[0,3]", "[4,4]") + ",\"a\":" + entry("I16", "[2]", "[0,4]")
            + "}   "
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x.safetensors")
            try writeFileAtomically(path, handMade(header, dataCount: 6))
            let file = try SafetensorsFile(path: path)
            #expect(file.entries.map(\.name) == ["a", "empty", "b"])
            #expect(file.entries.map(\.shape) == [[2], [0, 3], [2, 1]])
            #expect(file.entries.map(\.dtype) == [.int16, .float32, .uint8])
            #expect(file.entries.map(\.count) == [2, 0, 2])
            #expect(file.metadata == ["format": "pt", "note": "é"])
            #expect(try file.bytes(of: "b").elementsEqual([4, 5]))
            #expect(try file.bytes(of: "a").elementsEqual([0, 1, 2, 3]))
            #expect(try file.floats(of: "empty") == [])
            #expect(file.entry(named: "c") == nil)
            #expect(throws: CheckpointError.missingTensor(path: path, tensor: "c")) {
                try file.bytes(of: "c")
            }
            let notFloat = CheckpointError.wrongDType(
                path: path, tensor: "a", expected: "F32, F16, BF16 or F64", got: "I16")
            #expect(throws: notFloat) { try file.floats(of: "a") }
        }
    }

    @Test(arguments: 0..<8)
    func refusesAFileShorterThanTheLength(count: Int) throws {
        let error = try errorOpening([UInt8](repeating: 0, count: count))
        guard case .tooShort(_, 8, count) = error else { throw Unexpected(error) }
    }

    @Test func refusesHeaderLengths() throws {
        let none = try errorOpening([UInt8](repeating: 0, count: 8))
        guard case .tooShort = none else { throw Unexpected(none) }
        for length in [UInt64.max, 1 << 63, 100_000_001, 4] {
            let error = try errorOpening(
                withUnsafeBytes(of: length.littleEndian) { Array($0) } + [0x7B, 0x7D, 0x20])
            guard case .headerLength(_, length, 3) = error else { throw Unexpected(error) }
        }
    }

    @Test func refusesHeaders() throws {
        let start = try errorOpening(handMade(" {}"))
        guard case .headerStart(_, 0x20) = start else { throw Unexpected(start) }
        let cut = try errorOpening(handMade("{\"a\":"))
        guard case .headerJSON(_, .unexpectedEnd) = cut else { throw Unexpected(cut) }
        let trailing = try errorOpening(handMade("{} {}"))
        guard case .headerJSON(_, .trailingData) = trailing else { throw Unexpected(trailing) }
        let encoding = try errorOpening(
            handMade(Array("{\"".utf8) + [0xFF] + Array("\":1}".utf8), dataCount: 0))
        guard case .headerJSON(_, .invalidUTF8(2)) = encoding else { throw Unexpected(encoding) }
        let item = entry("U8", "[1]", "[0,1]")
        let twice = try errorOpening(handMade("{\"a\":\(item),\"a\":\(item)}", dataCount: 1))
        guard case .headerJSON(_, .duplicateKey("a", _)) = twice else { throw Unexpected(twice) }
        let deep = try errorOpening(handMade("{\"a\":" + String(repeating: "[", count: 1_000_000)))
        guard case .headerJSON(_, .tooDeep) = deep else { throw Unexpected(deep) }
    }

    @Test func refusesMetadata() throws {
        let list = try errorOpening(handMade("{\"__metadata__\":[]}"))
        guard case .badMetadata(_, nil) = list else { throw Unexpected(list) }
        let number = try errorOpening(handMade("{\"__metadata__\":{\"a\":\"x\",\"b\":1}}"))
        guard case .badMetadata(_, "b") = number else { throw Unexpected(number) }
        let checksum = try errorOpening(
            handMade("{\"__metadata__\":{\"hibari_checksum\":\"+123456789abcdez\"}}"))
        guard case .badChecksum = checksum else { throw Unexpected(checksum) }
    }

    @Test(arguments: [
        ("7", "w"), ("{\"shape\":[],\"data_offsets\":[0,4]}", "dtype"),
        ("{\"dtype\":1,\"shape\":[],\"data_offsets\":[0,4]}", "dtype"),
        ("{\"dtype\":\"F32\",\"data_offsets\":[0,4]}", "shape"), (entry("F32", "[1.0]", "[0,4]"), "shape"),
        (entry("F32", "4", "[0,4]"), "shape"), (entry("F32", "[\"1\"]", "[0,4]"), "shape"),
        (entry("F32", "[99999999999999999999]", "[0,4]"), "shape"),
        ("{\"dtype\":\"F32\",\"shape\":[]}", "data_offsets"), (entry("F32", "[1]", "[0]"), "data_offsets"),
        (entry("F32", "[1]", "[0,4,8]"), "data_offsets"), (entry("F32", "[1]", "[0,null]"), "data_offsets"),
    ])
    func refusesFields(item: String, field: String) throws {
        let error = try errorOpening(handMade("{\"w\":\(item)}", dataCount: 4))
        guard case .badField(_, "w", field, _) = error else { throw Unexpected(error) }
    }

    @Test func refusesUnknownNames() throws {
        let dtype = try errorOpening(handMade("{\"w\":\(entry("F8_E4M3", "[4]", "[0,4]"))}", dataCount: 4))
        guard case .unknownDType(_, "w", "F8_E4M3") = dtype else { throw Unexpected(dtype) }
        let item = "{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"stride\":[1]}"
        let field = try errorOpening(handMade("{\"w\":\(item)}", dataCount: 4))
        guard case .unknownField(_, "w", "stride") = field else { throw Unexpected(field) }
    }

    @Test(arguments: ["[-1]", "[-1,-4]", "[4611686018427387904,4]", "[9223372036854775807]"])
    func refusesShapes(shape: String) throws {
        let error = try errorOpening(handMade("{\"w\":\(entry("F32", shape, "[0,4]"))}", dataCount: 4))
        guard case .shapeOverflow(_, "w", _) = error else { throw Unexpected(error) }
    }

    @Test func refusesOffsets() throws {
        let reversed = try errorOpening(handMade("{\"w\":\(entry("U8", "[4]", "[4,0]"))}", dataCount: 4))
        guard case .offsetsReversed(_, "w", 4, 0) = reversed else { throw Unexpected(reversed) }
        let negative = try errorOpening(handMade("{\"w\":\(entry("U8", "[4]", "[-4,0]"))}", dataCount: 4))
        guard case .offsetsReversed(_, "w", -4, 0) = negative else { throw Unexpected(negative) }
        let mismatch = try errorOpening(handMade("{\"w\":\(entry("F16", "[4]", "[0,4]"))}", dataCount: 4))
        guard case .byteCount(_, "w", 8, 4) = mismatch else { throw Unexpected(mismatch) }
        let cutOff = try errorOpening(handMade("{\"w\":\(entry("U8", "[5]", "[0,5]"))}", dataCount: 4))
        guard case .outOfRange(_, "w", 5, 4) = cutOff else { throw Unexpected(cutOff) }
        let trailing = try errorOpening(handMade("{\"w\":\(entry("U8", "[3]", "[0,3]"))}", dataCount: 4))
        guard case .trailingData(_, 3, 4) = trailing else { throw Unexpected(trailing) }
        let nothing = try errorOpening(handMade("{}", dataCount: 1))
        guard case .trailingData(_, 0, 1) = nothing else { throw Unexpected(nothing) }
    }

    @Test func refusesOverlapsAndHoles() throws {
        let overlap = "{\"b\":\(entry("U8", "[3]", "[1,4]")),\"a\":\(entry("U8", "[2]", "[0,2]"))}"
        let first = try errorOpening(handMade(overlap, dataCount: 4))
        guard case .overlap(_, "b", 1, 2) = first else { throw Unexpected(first) }
        let hole = "{\"b\":\(entry("U8", "[1]", "[3,4]")),\"a\":\(entry("U8", "[2]", "[0,2]"))}"
        let second = try errorOpening(handMade(hole, dataCount: 4))
        guard case .hole(_, "b", 3, 2) = second else { throw Unexpected(second) }
        let late = try errorOpening(handMade("{\"a\":\(entry("U8", "[3]", "[1,4]"))}", dataCount: 4))
        guard case .hole(_, "a", 1, 0) = late else { throw Unexpected(late) }
    }

    /// No cut and no flipped bit of a small file may trap, and every one must be noticed.
    @Test func noticesEveryCutAndEveryFlippedBit() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x.safetensors")
            let damaged = joinPath(folder, "y.safetensors")
            try writeSafetensors(
                [SafetensorsTensor(name: "w", shape: [20], floats: (0..<20).map { Float($0) })], to: path)
            let bytes = try readFile(path)
            for count in 0..<bytes.count {
                try writeQuickly(damaged, Array(bytes[..<count]))
                #expect(throws: CheckpointError.self) { try SafetensorsFile(path: damaged) }
            }
            let dataStart = bytes.count - 80
            for bit in 0..<bytes.count * 8 {
                var copy = bytes
                copy[bit / 8] ^= 1 << UInt8(bit % 8)
                try writeQuickly(damaged, copy)
                if bit / 8 >= dataStart {
                    #expect(throws: CheckpointError.self) { try SafetensorsFile(path: damaged) }
                    #expect(try SafetensorsFile(path: damaged, verify: false).entries.count == 1)
                } else {
                    // A changed name or note is still a valid header; the rest must not trap.
                    _ = try? SafetensorsFile(path: damaged)
                }
            }
        }
    }
}

/// An error of another case than the test wants.
private struct Unexpected: Error {
    let error: CheckpointError?
    init(_ error: CheckpointError?) { self.error = error }
}
