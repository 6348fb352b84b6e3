import HibariCheckpoint
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

@Suite struct GGUFTensorsTests {
    let directory = TemporaryDirectory()

    private func open(_ builder: GGUFBuilder) throws -> GGUFTensors {
        try GGUFTensors(path: try directory.write("test.gguf", builder.bytes))
    }

    @Test func shapesAreTheOtherWayRound() throws {
        var builder = GGUFBuilder()
        builder.addTensor("w", dimensions: [3, 2], type: 0, offset: 0)
        builder.addTensor("scalar", dimensions: [], type: 30, offset: 32)
        builder.data = (0..<6).flatMap { little(Float($0).bitPattern) } + [UInt8](repeating: 0, count: 8)
        builder.data += little(UInt16(0x3FC0))
        let file = try open(builder)
        #expect(file.tensorNames == ["w", "scalar"])
        #expect(
            file.shape(of: "w") == [2, 3] && file.shape(of: "scalar") == [] && file.shape(of: "x") == nil)
        #expect(try file.tensor(named: "w", .float32).array() == [0, 1, 2, 3, 4, 5] as [Float])
        #expect(try file.tensor(named: "w", .float64).array() == [0, 1, 2, 3, 4, 5] as [Double])
        #expect(try file.floats(of: "scalar") == [1.5])
        #expect(try file.bytes(of: "scalar").elementsEqual([0xC0, 0x3F]))
        let missing = CheckpointError.missingTensor(path: file.path, tensor: "x")
        #expect(throws: missing) { try file.tensor(named: "x", .float32) }
    }

    /// Types that are not read are no error until the tensor is asked for.
    @Test(
        arguments: [
            (16, "type IQ2_XXS (16)", 66), (36, "type IQ4_NL_4_4 (36)", nil), (26, "type I32 (26)", 1024),
            (99, "type 99;", nil), (UInt32.max, "type 4294967295;", nil),
        ] as [(UInt32, String, Int?)])
    func typesThatAreNotRead(type: UInt32, text: String, byteCount: Int?) throws {
        var builder = GGUFBuilder()
        builder.addTensor("w", dimensions: [256], type: type, offset: 0)
        builder.data = [UInt8](repeating: 1, count: 1024)
        let file = try open(builder)
        #expect(file.shape(of: "w") == [256])
        #expect(file.entries[0].range?.count == byteCount)
        let message = errorMessage { _ = try file.tensor(named: "w", .float32) }
        #expect(message.hasPrefix("\(file.path): tensor \"w\": Hibari does not read \(text)"), "\(message)")
        #expect(message.contains("Q5_K or Q6_K"))
        #expect(failsForTheUser { _ = try file.floats(of: "w") })
    }

    @Test func damage() throws {
        func error(
            _ dimensions: [UInt64], _ type: UInt32, offset: UInt64 = 0, bytes: Int = 1024
        ) throws -> CheckpointError? {
            var builder = GGUFBuilder()
            builder.addTensor("w", dimensions: dimensions, type: type, offset: offset)
            builder.data = [UInt8](repeating: 0, count: bytes)
            let path = try directory.write("test.gguf", builder.bytes)
            return #expect(throws: CheckpointError.self) { try GGUFTensors(path: path) }
        }
        let partial = try error([33, 2], 2)
        guard case .partialBlock(_, "w", "Q4_0", 33, 32) = partial else { throw Unexpected(partial) }
        let scalar = try error([], 8)
        guard case .partialBlock(_, "w", "Q8_0", 1, 32) = scalar else { throw Unexpected(scalar) }
        let long = try error([257], 0)
        guard case .outOfRange(_, "w", 1028, 1024) = long else { throw Unexpected(long) }
        let late = try error([256], 0, offset: 32)
        guard case .outOfRange(_, "w", 1056, 1024) = late else { throw Unexpected(late) }
        let blocks = try error([256, 13], 12, bytes: 12 * 144)
        guard case .outOfRange(_, "w", 1872, 1728) = blocks else { throw Unexpected(blocks) }
        // 2⁶² elements are fewer than `Int` holds, their bytes are more.
        let huge = try error([1 << 62], 0)
        guard case .shapeOverflow(_, "w", _) = huge else { throw Unexpected(huge) }
        let largest = try error([UInt64.max], 24)
        guard case .outOfRange(_, "w", .max, 1024) = largest else { throw Unexpected(largest) }
        // No elements, but the sizes in our order overflow on the way to the zero; of a type nobody knows, too.
        for type: UInt32 in [0, 99] {
            let empty = try error([0, 1 << 40, 1 << 40], type)
            guard case .shapeOverflow(_, "w", _) = empty else { throw Unexpected(empty) }
        }
    }

    @Test func twoTensorsInOnePlace() throws {
        var builder = GGUFBuilder()
        builder.addTensor("a", dimensions: [16], type: 0, offset: 32)
        builder.addTensor("b", dimensions: [9], type: 0, offset: 0)
        builder.data = [UInt8](repeating: 0, count: 96)
        let path = try directory.write("test.gguf", builder.bytes)
        let overlap = CheckpointError.overlap(path: path, tensor: "a", begin: 32, previousEnd: 36)
        #expect(throws: overlap) { try GGUFTensors(path: path) }

        var twice = GGUFBuilder()
        for offset: UInt64 in [0, 32] { twice.addTensor("a", dimensions: [1], type: 0, offset: offset) }
        twice.data = [UInt8](repeating: 0, count: 64)
        let second = try directory.write("twice.gguf", twice.bytes)
        #expect(throws: CheckpointError.duplicateTensor(path: second, tensor: "a")) {
            try GGUFTensors(path: second)
        }
    }

    /// No cut and no flipped bit may trap; what can still be opened can be read in full.
    @Test func everyFlippedBitIsAnErrorOrAFile() throws {
        var builder = GGUFBuilder()
        builder.add("strings", .strings(["a", "bc"]))
        builder.addTensor("first", dimensions: [32, 2], type: 8, offset: 0)
        builder.addTensor("second", dimensions: [256], type: 14, offset: 96)
        builder.data = (0..<96 + 210).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let bytes = builder.bytes
        let path = joinPath(directory.path, "damaged.gguf")
        func readAll(_ bytes: [UInt8]) throws {
            try writeQuickly(path, bytes)
            let file = try GGUFTensors(path: path)
            for name in file.tensorNames { _ = try file.floats(of: name) }
        }
        try readAll(bytes)
        for bit in 0..<(bytes.count - builder.data.count) * 8 {
            var copy = bytes
            copy[bit / 8] ^= 1 << UInt8(bit % 8)
            do { try readAll(copy) } catch {
                // A changed name, size or type may still be a file, or have a type that is not read.
                let isForTheUser = error is any UserError
                #expect(isForTheUser, "bit \(bit): \(error)")
            }
        }
        for count in 0..<bytes.count {
            let fails = failsForTheUser { try readAll(Array(bytes[..<count])) }
            #expect(fails, "\(count) bytes")
        }
    }

    /// An error of another case than the test wants.
    private struct Unexpected: Error {
        let error: CheckpointError?
        init(_ error: CheckpointError?) { self.error = error }
    }
}
