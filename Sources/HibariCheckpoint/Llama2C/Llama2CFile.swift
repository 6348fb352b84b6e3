import HibariSupport
import HibariTensor

/// The tensors of a llama2.c `.bin` model, under the names of its model.py, float32 as they lie in the mapped file.
///
/// Every size is checked when the file is opened: header and length must agree to the byte.
public final class Llama2CFile: TensorSource, Sendable {
    public let header: Llama2CHeader
    /// Owns all bytes.
    private let file: MappedFile
    public let tensorNames: [String]
    private let tensors: [String: (shape: [Int], start: Int)]

    public var path: String { file.path }

    /// - Throws: `BinaryFileError` with the place in the file; an error of reading.
    public init(path: String) throws {
        file = try MappedFile(path: path)
        header = try Llama2CHeader(ByteReader(path: path, bytes: file.bytes))
        try Self.checkLength(header, file)

        var (names, tensors): ([String], [String: (shape: [Int], start: Int)]) = ([], [:])
        var start = header.dataOffset
        for part in header.parts {
            for layer in 0..<(part.isPerLayer ? header.layerCount : 1) {
                if let name = part.name {
                    let name = part.isPerLayer ? "layers.\(layer)." + name : name
                    tensors[name] = (part.shape, start)
                    names.append(name)
                }
                start += 4 * part.shape.reduce(1, *)
            }
        }
        (tensorNames, self.tensors) = (names, tensors)
    }

    private static func checkLength(_ header: Llama2CHeader, _ file: MappedFile) throws(BinaryFileError) {
        var expected: Int? = header.dataOffset
        for part in header.parts {
            let factors = part.shape + [part.isPerLayer ? header.layerCount : 1, 4]
            let size = factors.reduce(1 as Int?) { product, factor in
                product.flatMap { multiply($0, factor) }
            }
            expected = expected.flatMap { total in
                size.flatMap {
                    let (sum, overflows) = total.addingReportingOverflow($0)
                    return overflows ? nil : sum
                }
            }
        }
        guard let expected, expected == file.bytes.count else {
            let needed = expected.map { "\($0)" } ?? "more than 2⁶³"
            throw .invalid(
                path: file.path, offset: 0,
                problem: "a llama2.c header that asks for \(needed) bytes in a file of \(file.bytes.count)")
        }
    }

    private static func multiply(_ first: Int, _ second: Int) -> Int? {
        let (product, overflows) = first.multipliedReportingOverflow(by: second)
        return overflows ? nil : product
    }

    public var location: String { path }

    public func shape(of name: String) -> [Int]? { tensors[name]?.shape }

    public func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        try storedTensor(named: name).copied().cast(to: dtype)
    }

    public func storedTensor(named name: String) throws -> Tensor {
        guard let (sizes, start) = tensors[name] else {
            throw CheckpointError.missingTensor(path: path, tensor: name)
        }
        let shape = try Shape(sizes, of: name, in: path)
        return Tensor(
            borrowing: UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + 4 * shape.count]),
            shape: shape, owner: file)
    }
}
