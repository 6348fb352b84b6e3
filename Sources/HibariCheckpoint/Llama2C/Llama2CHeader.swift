import HibariSupport

/// The sizes of a llama2.c model, which its file begins with.
///
/// Version 0, which the program calls legacy, is seven 32-bit integers, the vocabulary negative if the output matrix is
/// not that of the embedding. Version 1 begins with `ak42`, its version and the same integers, says with a byte whether
/// the output matrix is shared, and puts the numbers at byte 256.
/// Source: llama2.c, export.py (`legacy_export`, `version1_export`) and run.c (`Config`).
public struct Llama2CHeader: Sendable, Equatable {
    public let version: Int
    public let hiddenSize, feedForwardSize, layerCount, headCount, keyValueHeadCount: Int
    public let vocabularySize, contextLength: Int
    public let tiesEmbeddings: Bool

    public var headDim: Int { hiddenSize / headCount }

    /// Where the numbers begin.
    var dataOffset: Int { version == 0 ? 28 : 256 }

    private static let magic: UInt32 = 0x616B_3432

    /// - Throws: `BinaryFileError` for a version that is not read, and for sizes that no model has.
    init(_ start: ByteReader) throws(BinaryFileError) {
        var reader = start
        let first: UInt32 = try reader.integer("the header")
        let isLegacy = first != Self.magic
        if isLegacy { reader = start }
        version = isLegacy ? 0 : Int(try reader.integer("the version", as: Int32.self))
        if version == 2 {
            throw reader.unsupported(
                "version 2 of llama2.c, whose weights are int8 (export version 0 or 1),", at: 4)
        }
        guard version == 0 || version == 1 else {
            throw reader.unsupported("version \(version) of llama2.c", at: 4)
        }
        let begin = reader.offset
        var sizes: [Int] = []
        for _ in 0..<7 { sizes.append(Int(try reader.integer("the header", as: Int32.self))) }
        if isLegacy {
            tiesEmbeddings = sizes[5] > 0
            sizes[5] = abs(sizes[5])
        } else {
            tiesEmbeddings = try reader.integer("the header", as: UInt8.self) != 0
        }
        (hiddenSize, feedForwardSize, layerCount) = (sizes[0], sizes[1], sizes[2])
        (headCount, keyValueHeadCount, vocabularySize, contextLength) = (
            sizes[3], sizes[4], sizes[5], sizes[6]
        )
        guard sizes.allSatisfy({ $0 > 0 }), sizes[0] % sizes[3] == 0, sizes[3] % sizes[4] == 0,
            sizes[0] / sizes[3] % 2 == 0
        else {
            throw reader.invalid("the sizes \(sizes), which are those of no llama2.c model,", at: begin)
        }
    }

    /// A part of the file: one tensor, or one for each layer, one after the other.
    struct Part {
        /// Nil for the tables of rotary positions, which follow from the sizes.
        let name: String?
        let isPerLayer: Bool
        let shape: [Int]
    }

    /// In the order of the file, under the names of llama2.c's model.py (those of a layer without `layers.N.`).
    var parts: [Part] {
        let (width, hidden, keys) = (hiddenSize, feedForwardSize, keyValueHeadCount * headDim)
        func layer(_ name: String, _ shape: [Int]) -> Part {
            Part(name: name, isPerLayer: true, shape: shape)
        }
        func single(_ name: String?, _ shape: [Int]) -> Part {
            Part(name: name, isPerLayer: false, shape: shape)
        }
        let embedding = single("tok_embeddings.weight", [vocabularySize, width])
        let norms = [layer("attention_norm.weight", [width]), layer("ffn_norm.weight", [width])]
        let finalNorm = single("norm.weight", [width])
        let attention = [
            layer("attention.wq.weight", [width, width]), layer("attention.wk.weight", [keys, width]),
            layer("attention.wv.weight", [keys, width]), layer("attention.wo.weight", [width, width]),
        ]
        let feedForward = [
            layer("feed_forward.w1.weight", [hidden, width]),
            layer("feed_forward.w2.weight", [width, hidden]),
            layer("feed_forward.w3.weight", [hidden, width]),
        ]
        let output = tiesEmbeddings ? [] : [single("output.weight", [vocabularySize, width])]
        guard version == 0 else { return norms + [finalNorm, embedding] + attention + feedForward + output }
        let rotary = single(nil, [contextLength, headDim])
        return [embedding, norms[0]] + attention + [norms[1]] + feedForward + [finalNorm, rotary] + output
    }
}
