import HibariCheckpoint
import HibariCompression
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

/// Damaged and hostile checkpoints of other programs: errors, or models that compute something.
@Suite struct ImportFuzzTests {
    private let folder = TemporaryDirectory()

    private func fixture(_ name: String) throws -> [UInt8] {
        try readFile(joinPath(ImportTests.folder, name))
    }

    /// The files of an archive in their order.
    private func unpacked(_ archive: [UInt8]) throws -> [(name: String, contents: [UInt8])] {
        try archive.withUnsafeBytes { bytes in
            let zip = try ZipArchive(path: "fixture", bytes: bytes)
            return try zip.entries.map { ($0.name, try zip.contents(of: $0, limit: 1 << 20)) }
        }
    }

    /// An archive with another pickle in it, its checksum right.
    private func packed(_ files: [(name: String, contents: [UInt8])], pickle: [UInt8]) -> [UInt8] {
        var builder = ZipBuilder()
        for file in files {
            builder.add(file.name, file.name.hasSuffix("/data.pkl") ? pickle : file.contents)
        }
        return builder.bytes
    }

    private func readTensors(_ path: String) throws {
        let tensors = try PyTorchFile(path: path).tensors()
        for name in tensors.tensorNames {
            do {
                _ = try tensors.tensor(named: name, .float32)
            } catch CheckpointError.wrongDType {
                // Integers, which no model has.
            }
        }
    }

    private func compute(_ path: String) throws {
        let checkpoint = try ImportedCheckpoint(path: path)
        let model = try checkpoint.configuration.makeModel(ParameterScope(.read(checkpoint.tensors)))
        _ = model.logits(Tensor([0] as [Int32], shape: [1, 1]))
    }

    @Test(arguments: ["views.bin", "nanogpt/ckpt.pt"])
    func damagedPickles(name: String) throws {
        let files = try unpacked(try fixture(name))
        let pickle = try #require(files.first { $0.name.hasSuffix("/data.pkl") }).contents
        let path = joinPath(folder.path, "a.pt")
        let body = name == "views.bin" ? readTensors : compute
        try writeQuickly(path, packed(files, pickle: pickle))
        try body(path)
        var mutations = Mutations(pickle, seed: 1)
        var refused = 0
        for _ in 0..<2000 {
            try writeQuickly(path, packed(files, pickle: mutations.next()))
            do {
                try body(path)
            } catch is any UserError {
                refused += 1
            }
        }
        #expect(refused > 1000)
    }

    @Test(arguments: ["views.bin", "nanogpt/ckpt.pt"])
    func damagedArchives(name: String) throws {
        let path = joinPath(folder.path, "a.pt")
        let refused = try refusals(
            of: Mutations(try fixture(name), seed: 2), count: 2000, path: path,
            name == "views.bin" ? readTensors : compute)
        #expect(refused > 1000)
    }

    @Test func damagedCharacters() throws {
        try writeQuickly(joinPath(folder.path, "ckpt.pt"), try fixture("nanogpt/ckpt.pt"))
        let refused = try refusals(
            of: Mutations(try fixture("nanogpt/meta.pkl"), seed: 3), count: 2000,
            path: joinPath(folder.path, "meta.pkl")
        ) { _ in _ = try ImportedCheckpoint(path: joinPath(folder.path, "ckpt.pt")) }
        #expect(refused > 1000)
    }

    @Test(arguments: ["legacy.bin", "version1.bin"])
    func damagedLlama2C(name: String) throws {
        let refused = try refusals(
            of: Mutations(try fixture(name), seed: 4), count: 2000, path: joinPath(folder.path, "a.bin"),
            compute)
        #expect(refused > 500)
    }

    /// Pickles that would run something, end elsewhere, or take all memory or stack.
    @Test func hostilePickles() throws {
        func message(_ pickle: [UInt8]) throws -> String {
            var builder = ZipBuilder()
            builder.add("a/data.pkl", [0x80, 2] + pickle)
            builder.add("a/data/0", [1, 2, 3, 4])
            let path = joinPath(folder.path, "a.pt")
            try writeQuickly(path, builder.bytes)
            return errorMessage { try readTensors(path) }
        }
        func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
        func code(_ text: String) -> [UInt8] { Array(text.utf8) }

        #expect(
            try message(code("cos\nsystem\n") + text("true") + [0x85] + code("R."))
                .contains("the Python object \"os.system\" at byte 2"))
        #expect(try message(text("builtins") + text("eval") + [0x93] + code(".")).contains("builtins.eval"))
        #expect(try message(code("cbuiltins\ngetattr\n.")).contains("builtins.getattr"))
        // INST, OBJ, NEWOBJ, EXT1: other ways to make an object.
        for opcode in [UInt8(ascii: "i"), UInt8(ascii: "o"), 0x81, 0x82] {
            #expect(try message(code("((") + [opcode]).contains("the instruction"), "\(opcode)")
        }
        let many = 200_000
        #expect(try message([UInt8](repeating: UInt8(ascii: "("), count: many)).contains("ends inside"))
        // A tuple in a tuple in a tuple, a list that holds itself, a dictionary with itself as a key.
        let tuples = code(")") + [UInt8](repeating: 0x85, count: many) + code(".")
        #expect(try message(tuples) != "no error")
        #expect(try message(code("]q\u{0}h\u{0}a.")) != "no error")
        #expect(try message(code("}q\u{0}h\u{0}h\u{0}s.")).contains("metadata"))
        // A list to which a hundred thousand elements are added one by one.
        #expect(
            try message(code("]") + Array(repeatElement(code("Na"), count: many).joined()) + code("."))
                != "no error")
        #expect(try message([0x8D] + little(UInt64.max)).contains("ends inside a text"))
        #expect(
            try message([0x8A, 255] + [UInt8](repeating: 1, count: 255)).contains("an integer of 255 bytes"))
        for end in ["", "R.", "0.", "t.", "e.", "u.", "b.", "a.", "s.", "Q.", "hx."] {
            #expect(try message(code(end)) != "no error", "\(end)")
        }
    }

    /// A tensor larger than its storage, by sizes, strides, or an offset that overflows.
    @Test(arguments: [
        ([1 << 40], [0], 0), ([1 << 62, 4], [0, 0], 0), ([2], [1 << 62], 0), ([1], [1], 1), ([2], [1], 0),
        ([1], [1], Int.max), ([-1], [1], 0), ([1], [-1], 0), ([1], [], 0),
    ])
    func tensorsOutsideTheirStorage(shape: [Int], strides: [Int], offset: Int) throws {
        func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + little(Int64(value)) }
        func tuple(_ values: [Int]) -> [UInt8] {
            [UInt8(ascii: "(")] + values.flatMap(integer) + [UInt8(ascii: "t")]
        }
        func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
        var pickle: [UInt8] = [0x80, 2] + Array("}".utf8) + text("w")
        pickle += Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + text("storage")
        pickle +=
            Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + integer(1) + Array("tQ".utf8)
        pickle += integer(offset) + tuple(shape) + tuple(strides) + [0x89] + Array("}tRs.".utf8)
        var builder = ZipBuilder()
        builder.add("a/data.pkl", pickle)
        builder.add("a/data/0", [0, 0, 0, 0])
        let path = joinPath(folder.path, "a.pt")
        try writeQuickly(path, builder.bytes)
        let message = errorMessage { try readTensors(path) }
        #expect(message.contains("a tensor"), "\(message)")
    }
}
