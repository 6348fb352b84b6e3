import HibariSupport
import HibariTestSupport
import Testing

@Suite struct GGUFFileTests {
    let directory = TemporaryDirectory()

    private func open(_ builder: GGUFBuilder) throws -> GGUFFile {
        try GGUFFile(path: try directory.write("test.gguf", builder.bytes))
    }

    @Test func everyType() throws {
        var builder = GGUFBuilder()
        builder.add("u8", .raw(type: 0, [200]))
        builder.add("i8", .raw(type: 1, [0xFE]))
        builder.add("u16", .raw(type: 2, little(UInt16(65_000))))
        builder.add("i16", .raw(type: 3, little(Int16(-300))))
        builder.add("u32", .uint32(4_000_000_000))
        builder.add("i32", .raw(type: 5, little(Int32(-70_000))))
        builder.add("f32", .raw(type: 6, little(Float(1.5).bitPattern)))
        builder.add("yes", .raw(type: 7, [1]))
        builder.add("text", .string("雲雀"))
        builder.add("u64", .raw(type: 10, little(UInt64.max)))
        builder.add("i64", .raw(type: 11, little(Int64.min)))
        builder.add("f64", .raw(type: 12, little(0.1.bitPattern)))
        let file = try open(builder)
        #expect(file.version == 3)
        #expect(
            file.keys == ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "yes", "text", "u64", "i64", "f64"])
        #expect(file["u8"]?.int == 200)
        #expect(file["i8"]?.int == -2)
        #expect(file["u16"]?.int == 65_000)
        #expect(file["i16"]?.int == -300)
        #expect(file["u32"]?.int == 4_000_000_000)
        #expect(file["i32"]?.int == -70_000)
        #expect(file["f32"]?.double == 1.5 && file["f32"]?.int == nil)
        #expect(file["yes"]?.bool == true && file["yes"]?.int == nil)
        #expect(file["text"]?.string == "雲雀")
        #expect(file["u64"]?.int == nil && file["u64"]?.double == Double(UInt64.max))
        #expect(file["i64"]?.int == .min)
        #expect(file["f64"]?.double == 0.1)
        #expect(file["none"] == nil)
    }

    @Test func arrays() throws {
        var builder = GGUFBuilder()
        builder.add("strings", .strings(["a", "", "雲"]))
        builder.add("floats", .floats([1, -0.5]))
        builder.add("ints", .int32s([3, -4]))
        // Two arrays of bytes in an array.
        let bytes = little(UInt32(0)) + little(UInt64(2)) + [7, 8]
        builder.add("nested", .raw(type: 9, little(UInt32(9)) + little(UInt64(2)) + bytes + bytes))
        let file = try open(builder)
        #expect(
            try file["strings"]?.array?.strings().map { String(decoding: $0, as: UTF8.self) } == [
                "a", "", "雲",
            ])
        #expect(try file["floats"]?.array?.floats() == [1, -0.5])
        #expect(try file["ints"]?.array?.integers() == [3, -4])
        #expect(try file["ints"]?.array?.floats() == [3, -4])
        let nested = try #require(file["nested"]?.array).values()
        #expect(try nested.map { try $0.array?.integers() } == [[7, 8], [7, 8]])
        #expect(throws: BinaryFileError.self) { try file["ints"]?.array?.strings() }
        #expect(throws: BinaryFileError.self) { try file["floats"]?.array?.integers() }
        #expect(throws: BinaryFileError.self) { try file["strings"]?.array?.floats() }
    }

    @Test func tensors() throws {
        var builder = GGUFBuilder()
        builder.addTensor("first", dimensions: [4, 2], type: 0, offset: 0)
        builder.addTensor("second", dimensions: [], type: 1, offset: 32)
        builder.data = [UInt8](repeating: 9, count: 40)
        let file = try open(builder)
        #expect(file.tensors.map(\.name) == ["first", "second"])
        #expect(file.tensors.map(\.count) == [8, 1])
        #expect(file.tensors.map(\.type) == [0, 1])
        #expect(file.dataOffset % 32 == 0)
        #expect(file.file.bytes[file.dataOffset + file.tensors[1].offset] == 9)
    }

    /// Each way to damage a file, and a part of the message.
    @Test func damage() throws {
        func message(_ change: (inout GGUFBuilder) -> Void) throws -> String {
            var builder = GGUFBuilder()
            change(&builder)
            let path = try directory.write("test.gguf", builder.bytes)
            let error = #expect(throws: BinaryFileError.self) { try GGUFFile(path: path) }
            #expect(error?.description.hasPrefix(path) == true)
            return error?.description ?? ""
        }
        #expect(try message { $0.version = 1 }.contains("version 1 of GGUF at byte 4"))
        #expect(try message { $0.version = UInt32(3).byteSwapped }.contains("big-endian"))
        #expect(
            try message { $0.add("a", .raw(type: 13, [])) }.contains("is 13, expected 0 to 12, at byte 33"))
        #expect(try message { $0.add("a", .raw(type: 7, [2])) }.contains("boolean of value 2 at byte 37"))
        #expect(
            try message { $0.add("a", .raw(type: 8, little(UInt64.max))) }.contains(
                "18446744073709551615 bytes"))
        #expect(try message { $0.add("a", .raw(type: 8, little(UInt64(1)) + [0xFF])) }.contains("not UTF-8"))
        let huge = little(UInt32(8)) + little(UInt64(1) << 62)
        #expect(
            try message { $0.add("a", .raw(type: 9, huge)) }.contains(
                "an array of 4611686018427387904 elements"))
        var deep: [UInt8] = []
        for _ in 0..<10 { deep += little(UInt32(9)) + little(UInt64(1)) }
        let arrays = deep + little(UInt32(0)) + little(UInt64(0)) + [UInt8](repeating: 0, count: 64)
        #expect(try message { $0.add("a", .raw(type: 9, arrays)) }.contains("nested deeper"))
        #expect(
            try message {
                $0.add("a", .uint32(1))
                $0.add("a", .uint32(1))
            }.contains("\"a\" for the second time"))
        #expect(try message { $0.add("general.alignment", .uint32(24)) }.contains("alignment is 24"))
        #expect(
            try message { $0.addTensor("t", dimensions: [1 << 40, 1 << 40], type: 0, offset: 0) }
                .contains("larger than any file"))
        #expect(
            try message {
                $0.addTensor("t", dimensions: [1], type: 0, offset: 64)
                $0.data = [1, 2, 3, 4]
            }.contains("\"t\" has its data at 64 of 4 bytes"))
        #expect(
            try message {
                $0.addTensor("t", dimensions: [UInt64](repeating: 1, count: 9), type: 0, offset: 0)
            }
            .contains("9 axes"))
    }

    @Test func everyTruncationIsAnError() throws {
        var builder = GGUFBuilder()
        builder.add("strings", .strings(["a", "bc"]))
        builder.add("floats", .floats([1, 2, 3]))
        builder.addTensor("t", dimensions: [2, 2], type: 0, offset: 0)
        builder.data = [UInt8](repeating: 0, count: 16)
        let bytes = builder.bytes
        for length in 0..<bytes.count - 16 {
            let path = try directory.write("cut.gguf", Array(bytes.prefix(length)))
            #expect(throws: BinaryFileError.self) { try GGUFFile(path: path) }
        }
    }
}
