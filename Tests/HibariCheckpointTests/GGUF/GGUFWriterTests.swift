import HibariCheckpoint
import HibariKernels
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

@Suite struct GGUFWriterTests {
    private let metadata: [(key: String, value: GGUFValue)] = [
        ("u8", .uint8(200)), ("i8", .int8(-2)), ("u16", .uint16(65_000)), ("i16", .int16(-300)),
        ("u32", .uint32(4_000_000_000)), ("i32", .int32(-70_000)), ("u64", .uint64(.max)),
        ("i64", .int64(.min)), ("f32", .float32(1.5)), ("f64", .float64(0.1)), ("yes", .bool(true)),
        ("text", .string("雲雀")), ("strings", .array(GGUFArray(["a", "", "雲"]))),
        ("bytes", .array(GGUFArray(strings: [[0xFF], [0x61]]))),
        ("floats", .array(GGUFArray([1, -0.5] as [Float]))),
        ("ints", .array(GGUFArray([3, -4] as [Int32]))),
        ("bools", .array(GGUFArray([true, false]))),
        ("nested", .array(GGUFArray([GGUFArray([1, 2] as [UInt8]), GGUFArray([3] as [Int64])]))),
        ("empty", .array(GGUFArray([] as [String]))),
    ]

    private func values(_ count: Int) -> [Float] {
        var random = RandomStream(seed: 6, purpose: .testing)
        return (0..<count).map { _ in Float(random.uniform() * 4 - 2) }
    }

    @Test func readsBackWhatItWrote() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x.gguf")
            let floats = values(3 * 64)
            let formats = BlockFormat.allCases.filter { $0.largestMagnitude != nil }
            let tensor = Tensor(floats, shape: [3, 64])
            var outputs = formats.map { GGUFOutput(name: $0.rawValue, type: GGUFType($0), tensor) }
            outputs.append(
                GGUFOutput(name: "vector", type: GGUFType(.float32), Tensor([7] as [Float], shape: [1])))
            try writeGGUF(metadata: metadata, tensors: outputs, to: path)

            let file = try GGUFTensors(path: path)
            #expect(file.file.keys == metadata.map(\.key))
            #expect(file.tensorNames == formats.map(\.rawValue) + ["vector"])
            for entry in file.entries.dropLast() {
                let format = try #require(entry.type?.format)
                #expect(entry.shape == [3, 64] && format.rawValue == entry.name)
                #expect(try #require(entry.range).lowerBound % 32 == 0)
                var blocks = [UInt8](repeating: 0, count: format.byteCount(of: floats.count))
                blocks.withUnsafeMutableBytes {
                    Float.referenceQuantize(format, floats.count, floats, $0.baseAddress!)
                }
                let isSame = Array(try file.bytes(of: entry.name)) == blocks
                #expect(isSame, "\(entry.name)")
            }
            #expect(try file.floats(of: "F32") == floats)
            #expect(try file.floats(of: "vector") == [7])
            #expect(file.file.file.bytes.count % 32 == 0)
        }
    }

    @Test func metadataOfAllTypes() throws {
        try withTemporaryFolder { folder in
            let (first, second) = (joinPath(folder, "1"), joinPath(folder, "2"))
            try writeGGUF(metadata: metadata, tensors: [], to: first)
            let file = try GGUFFile(path: first)
            #expect(file["u8"]?.int == 200 && file["i8"]?.int == -2 && file["u16"]?.int == 65_000)
            #expect(file["i16"]?.int == -300 && file["u32"]?.int == 4_000_000_000)
            #expect(file["i32"]?.int == -70_000 && file["u64"]?.double == 0x1p64)
            #expect(file["i64"]?.int == .min && file["f32"]?.double == 1.5 && file["f64"]?.double == 0.1)
            #expect(file["yes"]?.bool == true && file["text"]?.string == "雲雀")
            #expect(
                try file["strings"]?.array?.strings().map { String(decoding: $0, as: UTF8.self) } == [
                    "a", "", "雲",
                ])
            #expect(try file["bytes"]?.array?.strings() == [[0xFF], [0x61]])
            #expect(try file["floats"]?.array?.floats() == [1, -0.5])
            #expect(try file["ints"]?.array?.integers() == [3, -4])
            #expect(file["bools"]?.array?.elementType == .bool && file["empty"]?.array?.count == 0)
            let nested = try #require(file["nested"]?.array).values()
            #expect(try nested.map { try $0.array?.integers() } == [[1, 2], [3]])

            // Arrays that lie in a file are written as those in memory are.
            try writeGGUF(metadata: file.keys.map { ($0, file[$0]!) }, tensors: [], to: second)
            #expect(try readFile(first) == readFile(second))
        }
    }

    /// Arrays in memory can be read as those of a file.
    @Test func arraysInMemory() throws {
        for (key, value) in metadata {
            guard let array = value.array, key != "bytes" else { continue }
            #expect(try array.values().count == array.count, "\(key)")
        }
        #expect(try GGUFArray([1, 2] as [UInt16]).integers() == [1, 2])
        #expect(throws: BinaryFileError.self) { try GGUFArray(["a"]).floats() }
    }

    @Test func alignmentOfTheMetadata() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            let tensors = ["a", "b"].map {
                GGUFOutput(name: $0, type: GGUFType(.float32), Tensor([1, 2] as [Float], shape: [2]))
            }
            try writeGGUF(metadata: [("general.alignment", .uint32(128))], tensors: tensors, to: path)
            let file = try GGUFTensors(path: path)
            #expect(file.file.dataOffset % 128 == 0 && file.file.tensors.map(\.offset) == [0, 128])
            #expect(try file.floats(of: "b") == [1, 2])
        }
    }

    /// What a type cannot store is an error that names the tensor and the number, and leaves the old file.
    @Test(arguments: [
        (BlockFormat.q8_0, Float.nan), (.q8_0, .infinity), (.q4_0, -6e5), (.q4_1, 65_536), (.float16, 7e4),
        (.bfloat16, .greatestFiniteMagnitude),
    ])
    func numbersThatDoNotFit(format: BlockFormat, value: Float) throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            try writeFileAtomically(path, "old")
            // Behind the first piece.
            var floats = [Float](repeating: 1, count: (1 << 18) + 32)
            floats[floats.count - 1] = value
            let output = GGUFOutput(
                name: "w", type: GGUFType(format), Tensor(floats, shape: [floats.count / 32, 32]))
            let message = errorMessage { try writeGGUF(metadata: [], tensors: [output], to: path) }
            let expected =
                "\(path): tensor \"w\": element \(floats.count - 1) is \(value), which \(format.rawValue) cannot"
            #expect(message.hasPrefix(expected), "\(message)")
            #expect(try readFile(path) == Array("old".utf8) && listDirectory(folder) == ["x"])
        }
    }

    /// Formats of single numbers keep what is not finite.
    @Test func numbersThatAreNotFinite() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            let tensor = Tensor([Float.infinity, -.infinity, .nan], shape: [3])
            let formats: [BlockFormat] = [.float32, .float16, .bfloat16]
            try writeGGUF(
                metadata: [],
                tensors: formats.map { GGUFOutput(name: $0.rawValue, type: GGUFType($0), tensor) },
                to: path)
            let file = try GGUFTensors(path: path)
            for format in formats {
                let floats = try file.floats(of: format.rawValue)
                #expect(floats[0] == .infinity && floats[1] == -.infinity && floats[2].isNaN)
            }
        }
    }

    @Test func shapesAndNamesThatDoNotFit() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "x")
            func message(_ name: String, _ shape: Shape) -> String {
                errorMessage {
                    let output = GGUFOutput(name: name, type: GGUFType(.q4_0), Tensor(zeros: shape))
                    try writeGGUF(metadata: [], tensors: [output], to: path)
                }
            }
            #expect(message("w", [2, 48]).contains("rows of 48 elements are no whole blocks of Q4_0"))
            #expect(message(String(repeating: "n", count: 64), [32]).contains("64 bytes, GGUF allows 63"))
            #expect(message("w", [1, 1, 1, 1, 32]).contains("more axes than the 4"))
            #expect(message(String(repeating: "n", count: 63), [1, 1, 1, 32]) == "no error")
            #expect(GGUFOutput.canStore([2, 64], as: GGUFType(.q4_0)))
            #expect(!GGUFOutput.canStore([2, 48], as: GGUFType(.q4_0)))
            #expect(!GGUFOutput.canStore([2, 256], as: GGUFType(.q4K)))
        }
    }

    @Test func trapsWhenTheBytesAreTooFew() async {
        await #expect(processExitsWith: .failure) {
            let bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            let output = GGUFOutput(name: "w", type: GGUFType(.q8_0), shape: [32], bytes: bytes)
            try writeGGUF(metadata: [], tensors: [output], to: "/dev/null")
        }
    }

    @Test func typesByNumberAndName() {
        for type in GGUFType.all {
            #expect(GGUFType(number: type.number) == type && GGUFType(named: type.name.lowercased()) == type)
            if let format = type.format {
                #expect(
                    type.elements == format.elements && type.bytes == format.bytes && GGUFType(format) == type
                )
            }
        }
        #expect(GGUFType.all.filter { $0.format != nil }.count == BlockFormat.allCases.count)
        #expect(GGUFType.label(ofNumber: 8) == "Q8_0 (8)" && GGUFType.label(ofNumber: 1000) == "1000")
    }
}
