import HibariSupport
import HibariTensor

/// Why a checkpoint cannot be used.
public enum CheckpointError: UserError, Equatable {
    /// The file has fewer bytes than the format needs at least.
    case tooShort(path: String, expected: Int, got: Int)
    case headerLength(path: String, got: UInt64, limit: Int)
    case headerStart(path: String, got: UInt8)
    case headerJSON(path: String, JSONError)
    case badMetadata(path: String, key: String?)
    /// A part of a tensor's entry is missing or of the wrong kind.
    case badField(path: String, tensor: String, field: String, expected: String)
    case unknownField(path: String, tensor: String, field: String)
    case unknownDType(path: String, tensor: String, got: String)
    case shapeOverflow(path: String, tensor: String, shape: [Int])
    case offsetsReversed(path: String, tensor: String, begin: Int, end: Int)
    /// The data of a tensor reaches beyond the end of the file.
    case outOfRange(path: String, tensor: String, end: Int, available: Int)
    case byteCount(path: String, tensor: String, expected: Int, got: Int)
    case overlap(path: String, tensor: String, begin: Int, previousEnd: Int)
    case hole(path: String, tensor: String, begin: Int, previousEnd: Int)
    /// Bytes after the last tensor.
    case trailingData(path: String, expected: Int, got: Int)
    case badChecksum(path: String, got: String)
    case checksumMismatch(path: String, expected: String, got: String)
    case missingTensor(path: String, tensor: String)
    case wrongShape(path: String, tensor: String, expected: [Int], got: [Int])
    case wrongDType(path: String, tensor: String, expected: String, got: String)
    case duplicateTensor(path: String, tensor: String)
    /// A type of ggml that Hibari does not read.
    case unsupportedType(path: String, tensor: String, type: String, supported: [String])
    /// A row of `width` elements is no whole number of blocks.
    case partialBlock(path: String, tensor: String, type: String, width: Int, block: Int)
    /// A number to be written is NaN or too large for the type.
    case notStorable(path: String, tensor: String, type: String, index: Int, value: Float)
    /// llama.cpp reads names of up to `limit` bytes and up to four axes.
    case nameTooLong(path: String, tensor: String, limit: Int)
    case tooManyAxes(path: String, tensor: String, shape: [Int], limit: Int)
    /// An index of shards without a `weight_map`.
    case badIndex(path: String)
    /// An index names a file elsewhere than beside it, or of another kind.
    case badShardName(path: String, tensor: String, shard: String)
    case missingShard(path: String, shard: String)
    /// The shard that the index names for a tensor does not have it.
    case notInShard(path: String, tensor: String, shard: String)
    /// A shard has a tensor that the index does not say is there.
    case notInIndex(path: String, tensor: String, index: String)
    /// More axes than tensors have in Hibari, or one of 2³¹ elements or more.
    case notATensor(path: String, tensor: String, shape: [Int])

    public var exitStatus: ExitStatus {
        if case .missingShard = self { .inputMissing } else { .badData }
    }

    public var description: String {
        let (path, tensor, problem) = parts
        return "\(path): " + (tensor.map { "tensor \(quoted($0)): " } ?? "") + problem
    }

    private var parts: (path: String, tensor: String?, problem: String) {
        switch self {
        case .tooShort(let path, let expected, let got):
            (path, nil, "the file has \(got) bytes where at least \(expected) are needed; \(copyAgain)")
        case .headerLength(let path, let got, let limit):
            (
                path, nil,
                "the header claims \(got) bytes of at most \(limit); not a safetensors file, or cut off"
            )
        case .headerStart(let path, let got):
            (
                path, nil,
                "the header starts with byte 0x\(hexadecimal(got)), expected '{'; not a safetensors file"
            )
        case .headerJSON(let path, let error):
            (path, nil, "in the header: \(error)")
        case .badMetadata(let path, let key?):
            (path, nil, "the metadata value of \(quoted(key)) is not a string; \(writeAgain)")
        case .badMetadata(let path, nil):
            (path, nil, "the metadata is not an object of strings; \(writeAgain)")
        case .badField(let path, let tensor, let field, let expected):
            (path, tensor, "\(quoted(field)) must be \(expected); \(writeAgain)")
        case .unknownField(let path, let tensor, let field):
            (path, tensor, "unknown field \(quoted(field)); expected dtype, shape and data_offsets only")
        case .unknownDType(let path, let tensor, let got):
            (path, tensor, "dtype \(quoted(got)) is not supported; convert the tensor to F32, F16 or BF16")
        case .shapeOverflow(let path, let tensor, let shape):
            (path, tensor, "shape \(shape) has a negative size or too many elements; \(writeAgain)")
        case .offsetsReversed(let path, let tensor, let begin, let end):
            (path, tensor, "the data offsets [\(begin), \(end)] are not an ascending range; \(writeAgain)")
        case .outOfRange(let path, let tensor, let end, let available):
            (
                path, tensor,
                "the data ends at byte \(end) but the file holds \(available) bytes of data; \(copyAgain)"
            )
        case .byteCount(let path, let tensor, let expected, let got):
            (path, tensor, "shape and dtype need \(expected) bytes, the offsets span \(got); \(writeAgain)")
        case .overlap(let path, let tensor, let begin, let previousEnd):
            (
                path, tensor,
                "starts at byte \(begin) inside the tensor before it, which ends at \(previousEnd)"
            )
        case .hole(let path, let tensor, let begin, let previousEnd):
            (
                path, tensor,
                "starts at byte \(begin), leaving bytes from \(previousEnd) to no tensor; \(writeAgain)"
            )
        case .trailingData(let path, let expected, let got):
            (path, nil, "the tensors have \(expected) bytes but \(got) follow the header; \(copyAgain)")
        case .badChecksum(let path, let got):
            (path, nil, "hibari_checksum is \(quoted(got)), expected 16 hexadecimal digits; \(writeAgain)")
        case .checksumMismatch(let path, let expected, let got):
            (
                path, nil,
                "the data is damaged: checksum \(got), the file was written with \(expected); \(copyAgain)"
            )
        case .missingTensor(let path, let tensor):
            (path, tensor, "not in the file; check that the configuration belongs to these weights")
        case .wrongShape(let path, let tensor, let expected, let got):
            (path, tensor, "shape \(got), expected \(expected); check the configuration")
        case .wrongDType(let path, let tensor, let expected, let got):
            (path, tensor, "dtype \(got), expected \(expected)")
        case .duplicateTensor(let path, let tensor):
            (path, tensor, "is in the file for the second time; \(writeAgain)")
        case .unsupportedType(let path, let tensor, let type, let supported):
            (
                path, tensor,
                "Hibari does not read type \(type); get the model in \(supported.dropLast().joined(separator: ", ")) "
                    + "or \(supported.last ?? "")"
            )
        case .partialBlock(let path, let tensor, let type, let width, let block):
            (
                path, tensor,
                "rows of \(width) elements are no whole blocks of \(type), which have \(block); store it as F16"
            )
        case .notStorable(let path, let tensor, let type, let index, let value):
            (path, tensor, "element \(index) is \(value), which \(type) cannot store; store it as F32")
        case .nameTooLong(let path, let tensor, let limit):
            (
                path, tensor,
                "the name has \(tensor.utf8.count) bytes, GGUF allows \(limit); give it a shorter one"
            )
        case .notATensor(let path, let tensor, let shape):
            (
                path, tensor,
                "shape \(shape) has more than \(Shape.maximumRank) axes or one of 2³¹ elements; it is no part of a model"
            )
        case .tooManyAxes(let path, let tensor, let shape, let limit):
            (path, tensor, "shape \(shape) has more axes than the \(limit) that GGUF allows; reshape it")
        case .badIndex(let path):
            (path, nil, "\"weight_map\" must be an object with the file of each tensor; \(copyAgain)")
        case .badShardName(let path, let tensor, let shard):
            (path, tensor, "is in \(quoted(shard)); expected a .safetensors file beside the index")
        case .missingShard(let path, let shard):
            (path, nil, "the shard \(quoted(shard)) is not beside the index; download it too")
        case .notInShard(let path, let tensor, let shard):
            (path, tensor, "is not in \(quoted(shard)), where the index says it is; \(copyAgain)")
        case .notInIndex(let path, let tensor, let index):
            (path, tensor, "is not in this file according to \(index); \(copyAgain)")
        }
    }

    private var copyAgain: String { "copy or download it again" }
    private var writeAgain: String { "write the file again" }
}

extension Shape {
    /// The shape that a file gives a tensor.
    init(_ sizes: [Int], of tensor: String, in path: String) throws(CheckpointError) {
        guard sizes.count <= Shape.maximumRank, sizes.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
            throw .notATensor(path: path, tensor: tensor, shape: sizes)
        }
        self.init(sizes)
    }
}
