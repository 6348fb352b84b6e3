import HibariCheckpoint
import HibariKernels
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

/// A tensor that was converted is not in memory twice.
@Suite struct ReleasedPagesTests {
    /// 2 MB.
    private let numbers = Tensor(repeating: 1.5, shape: [512, 1024])
    private let names = (0..<8).map { "tensor.\($0)" }

    @Test func ofSafetensors() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "released.safetensors")
            try writeSafetensors(names.map { SafetensorsTensor(name: $0, numbers) }, to: path)
            // The checksum is that of all bytes.
            let file = try SafetensorsFile(path: path)
            #expect(
                try withExtendedLifetime(file) { try residentBytes(ofMapped: "released.safetensors") } < 2
                    << 20)
            for name in names { #expect(try file.floats(of: name).count == numbers.count) }
            try check(file, "released.safetensors")
        }
    }

    @Test func ofGGUF() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "released.gguf")
            let outputs = names.map { GGUFOutput(name: $0, type: GGUFType(.float32), numbers) }
            try writeGGUF(metadata: [], tensors: outputs, to: path)
            let file = try GGUFTensors(path: path)
            for name in names { #expect(try file.floats(of: name).count == numbers.count) }
            try check(file, "released.gguf")
        }
    }

    /// - Parameter file: all of whose pages were read.
    private func check(_ file: any TensorSource, _ name: String) throws {
        #expect(try residentBytes(ofMapped: name) > 15 << 20)
        for tensor in file.tensorNames {
            let isSame =
                try file.tensor(named: tensor, .float32).array(of: Float.self)
                == numbers.array(of: Float.self)
            #expect(isSame)
        }
        #expect(try withExtendedLifetime(file) { try residentBytes(ofMapped: name) } < 2 << 20)
    }

    /// What the mappings of the files of this name take of the memory.
    private func residentBytes(ofMapped name: String) throws -> Int {
        var (isOfFile, sum) = (false, 0)
        for line in String(decoding: try readFile("/proc/self/smaps"), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            // A mapping begins with its addresses and ends with its file; its numbers follow.
            if words.first?.hasSuffix(":") == false {
                isOfFile = line.hasSuffix("/" + name)
            } else if isOfFile, words[0] == "Rss:" {
                sum += 1024 * (Int(words[1]) ?? 0)
            }
        }
        return sum
    }
}
