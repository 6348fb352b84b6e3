import Foundation
import HibariData
import HibariSupport
import HibariTestSupport
import Testing

/// A `.npy` file with this header.
func npy(_ header: String, _ elements: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let length = version == 1 ? little(UInt16(header.utf8.count)) : little(UInt32(header.utf8.count))
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + elements
}

@Suite struct NumPyFileTests {
    let directory = TemporaryDirectory()

    /// np.savez_compressed of NumPy 2: float32 [[0, 1, 2], [3, 4, 5]]; big-endian int16 [[1, 2], [3, 4]] in
    /// Fortran order; float64 2.5.
    static let compressed = """
        UEsDBC0AAAAIAAAAIQBP6QAq//////////8FABQAYS5ucHkBABAAmAAAAAAAAABVAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKu\
        o6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYwaLAHEg5ABMQNQLzAAQBQSwMELQAAAAgAAAAhANe17Kv/////\
        /////wUAFABiLm5weQEAEACIAAAAAAAAAE0AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpdppK6joJ6WX1RSlJgXn1+UkgoSDykqTQUK\
        F2ckFqQCuRpGOgpGmjoKtQrkAy4GRgZmBiYGFgBQSwMELQAAAAgAAAAhADW0OpP//////////wUAFABjLm5weQEAEACIAAAAAAAAAEcAAAAA\
        AAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkamjoKtQoUAS4GMGBxAABQSwECLQMt\
        AAAACAAAACEAT+kAKlUAAACYAAAABQAAAAAAAAAAAAAAgAEAAAAAYS5ucHlQSwECLQMtAAAACAAAACEA17Xsq00AAACIAAAABQAAAAAAAAAA\
        AAAAgAGMAAAAYi5ucHlQSwECLQMtAAAACAAAACEANbQ6k0cAAACIAAAABQAAAAAAAAAAAAAAgAEQAQAAYy5ucHlQSwUGAAAAAAMAAwCZAAAA\
        jgEAAAAA
        """
    /// np.savez: uint8 [0, 1, 2, 3]; float16 [1.5, −2, 65504].
    static let stored = """
        UEsDBC0AAAAAAAAAIQAkA95Y//////////8FABQAeC5ucHkBABAAhAAAAAAAAACEAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1MScs\
        ICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICg0LCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg\
        ICAgICAgICAgICAgICAgICAgICAKAAECA1BLAwQtAAAAAAAAACEA6Bhtwf//////////BQAUAGgubnB5AQAQAIYAAAAAAAAAhgAAAAAAAACT\
        TlVNUFkBAHYAeydkZXNjcic6ICc8ZjInLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAgICAgICAgICAg\
        ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgA+AMD/e1BLAQItAy0AAAAAAAAAIQAkA95YhAAAAIQAAAAF\
        AAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAAAAAAIQDoGG3BhgAAAIYAAAAFAAAAAAAAAAAAAACAAbsAAABoLm5weVBLBQYAAAAA\
        AgACAGYAAAB4AQAAAAA=
        """

    static func archive(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

    private func read(_ bytes: [UInt8]) throws -> NumericArray {
        try NumericArray(npyFile: directory.write("a.npy", bytes))
    }

    private func problem(_ bytes: [UInt8]) -> String {
        errorMessage { _ = try read(bytes) }
    }

    @Test func archivesOfNumPy() throws {
        let path = try directory.write("a.npz", Self.archive(Self.compressed))
        let arrays = try NumericArray.readNPZ(path)
        #expect(arrays.keys.sorted() == ["a", "b", "c"])
        #expect(arrays["a"]?.floats() == [0, 1, 2, 3, 4, 5] && arrays["a"]?.shape == [2, 3])
        #expect(arrays["b"]?.doubles() == [1, 2, 3, 4] && arrays["b"]?.type == .int16)
        #expect(arrays["c"]?.doubles() == [2.5] && arrays["c"]?.shape == [])
        let stored = try NumericArray.readNPZ(directory.write("b.npz", Self.archive(Self.stored)))
        #expect(stored["x"]?.bytes == [0, 1, 2, 3] && stored["h"]?.doubles() == [1.5, -2, 65504])
    }

    @Test(arguments: 1...3) func everyVersion(version: UInt8) throws {
        let header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }   \n"
        #expect(try read(npy(header, [1, 255], version: version)).doubles() == [1, -1])
    }

    @Test func everyTypeAndOrder() throws {
        func array(_ type: String, _ bytes: [UInt8]) throws -> [Double] {
            try read(npy("{\"descr\": \"\(type)\", \"fortran_order\": False, \"shape\": (1,)}", bytes))
                .doubles()
        }
        #expect(try array("|b1", [1]) == [1])
        #expect(try array("<u2", [0xFF, 0xFF]) == [65535])
        #expect(try array(">i4", big(Int32(-5))) == [-5])
        #expect(try array("<u4", little(UInt32.max)) == [4_294_967_295])
        #expect(try array("=i8", little(Int64(-1 << 40))) == [-0x1p40])
        #expect(try array(">u8", big(UInt64(7))) == [7])
        #expect(try array(">f2", [0x3C, 0]) == [1])
        #expect(try array("<f8", little(0.1.bitPattern)) == [0.1])
    }

    /// Element [i, j, k] of an array in Fortran order lies at i + 2j + 6k.
    @Test func fortranOrder() throws {
        let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4)}"
        let array = try read(npy(header, (0..<24).map { UInt8($0) }))
        var expected: [UInt8] = []
        for i in 0..<2 { for j in 0..<3 { for k in 0..<4 { expected.append(UInt8(i + 2 * j + 6 * k)) } } }
        #expect(array.bytes == expected)
    }

    @Test func wrongFilesAreNamed() {
        func header(_ type: String, _ shape: String) -> String {
            "{'descr': \(type), 'fortran_order': False, 'shape': \(shape)}"
        }
        #expect(problem(Array("PK\u{3}\u{4}no".utf8)).contains("a.npy: magic number"))
        #expect(problem(npy(header("'|O'", "(2,)"), [])).contains("elements of type |O"))
        #expect(problem(npy(header("'<U5'", "(2,)"), [])).contains("elements of type <U5"))
        #expect(problem(npy(header("'<c16'", "()"), [])).contains("<c16"))
        #expect(problem(npy(header("[('a', '<f4')]", "(2,)"), [])).contains("[('a', '<f4')]"))
        #expect(problem(npy(header("'<f4'", "(3, 2)"), [1, 2])).contains("the 3 × 2 elements"))
        #expect(
            problem(npy(header("'<f4'", "(1,)"), [1, 2, 3, 4, 5])).contains("something after the elements"))
        #expect(
            problem(npy(header("'<f8'", "(4294967296, 4294967296, 4294967296)"), [])).contains(
                "more than 4 GiB"))
        #expect(problem(npy(header("'<f8'", "(99999999999999999999,)"), [])).contains("a header that is not"))
        #expect(problem(npy(header("'<f8'", "(-1,)"), [])).contains("a header that is not"))
        #expect(problem(npy("{'descr': '<f4'}", [])).contains("a header that is not"))
        #expect(problem(npy(header("'|b1'", "(2,)"), [1, 2])).contains("a truth value that is 2"))
        #expect(problem(npy(header("'<f4'", "(1,)"), [0, 0, 0, 0], version: 9)).contains("version 9"))
    }

    @Test func archivesAreChecked() throws {
        let good = Self.archive(Self.stored)
        var data = good
        data[170] ^= 1
        let path = try directory.write("a.npz", data)
        let error = #expect(throws: BinaryFileError.self) { try NumericArray.readNPZ(path) }
        #expect(error.map { "\($0)" }?.contains("\(path): wrong size or checksum of x.npy") == true)
        for length in 0..<good.count {
            let cut = try directory.write("cut.npz", Array(good.prefix(length)))
            #expect(failsForTheUser { _ = try NumericArray.readNPZ(cut) }, "\(length) bytes")
        }
    }

    /// The form in which Keras distributes MNIST; labels as a column, as for CIFAR-10.
    @Test func kerasArchive() throws {
        let pictures = npy(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 2, 3)}", (1...12).map { $0 })
        let labels = npy(
            "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1)}", little(Int64(1)) + little(Int64(0)))
        let path = try directory.write("a.npz", zipArchive(["x_train.npy": pictures, "y_train.npy": labels]))
        let (train, test) = try ImageDataset.readNPZ(path)
        #expect(train.shape == ImageShape(channels: 3, height: 1, width: 2) && test == nil)
        #expect(train.images == [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
        #expect(train.labels == [1, 0] && train.classNames == ["0", "1"])
    }
}

/// A ZIP archive of files that are stored.
func zipArchive(_ files: KeyValuePairs<String, [UInt8]>) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in files {
        var crc = UInt32.max
        for byte in contents {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        let size = UInt32(contents.count)
        let common =
            little(UInt16(20)) + little(UInt32(0)) + little(UInt32(0)) + little(~crc) + little(size)
            + little(size)
            + little(UInt16(name.utf8.count)) + little(UInt16(0))
        directory += little(UInt32(0x0201_4B50)) + little(UInt16(20)) + common
        directory += [UInt8](repeating: 0, count: 10) + little(UInt32(bytes.count)) + Array(name.utf8)
        bytes += little(UInt32(0x0403_4B50)) + common + Array(name.utf8) + contents
    }
    let end =
        little(UInt32(0x0605_4B50)) + little(UInt32(0)) + little(UInt16(files.count))
        + little(UInt16(files.count))
        + little(UInt32(directory.count)) + little(UInt32(bytes.count)) + little(UInt16(0))
    return bytes + directory + end
}
