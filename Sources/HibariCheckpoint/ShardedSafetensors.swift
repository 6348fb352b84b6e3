import HibariSupport
import HibariTensor

/// A checkpoint cut into several safetensors files, with an index that says which file has which tensor.
///
/// The index is a JSON object whose `weight_map` has the name of a file beside it for each tensor. Opening checks that
/// every file is there, that it has the tensors the index says, and no others.
/// Source: `save_pretrained` of transformers (`model.safetensors.index.json`).
public final class ShardedSafetensors: TensorSource, Sendable {
    /// The path of the index.
    public let path: String
    /// In the order of their names.
    public let shards: [SafetensorsFile]

    /// Which of the shards has a tensor.
    private let places: [ByteString: Int]

    /// - Parameters:
    ///   - path: of the index.
    ///   - verify: as of `SafetensorsFile`.
    public init(path: String, verify: Bool = true) throws {
        let map = try Self.weightMap(path)
        let names = Set(map.map(\.shard)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let folder = splitPath(path).directory
        let shards = try names.map { name in
            let shard = joinPath(folder, name)
            guard fileExists(shard) else { throw CheckpointError.missingShard(path: path, shard: name) }
            return try SafetensorsFile(path: shard, verify: verify)
        }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
        var places: [ByteString: Int] = [:]
        for (tensor, shard) in map {
            guard let number = numbers[shard], shards[number].entry(named: tensor) != nil else {
                throw CheckpointError.notInShard(path: path, tensor: tensor, shard: shard)
            }
            places[ByteString(tensor)] = number
        }
        for (number, shard) in shards.enumerated() {
            if let entry = shard.entries.first(where: { places[ByteString($0.name)] != number }) {
                throw CheckpointError.notInIndex(path: shard.path, tensor: entry.name, index: path)
            }
        }
        self.path = path
        self.shards = shards
        self.places = places
    }

    /// The members of `weight_map`, none of which leads out of the folder of the index.
    private static func weightMap(_ path: String) throws -> [(tensor: String, shard: String)] {
        guard let map = try JSONValue(contentsOf: path)["weight_map"]?.object, !map.isEmpty else {
            throw CheckpointError.badIndex(path: path)
        }
        return try map.map { tensor, value in
            guard let shard = value.string else {
                throw CheckpointError.badField(
                    path: path, tensor: tensor, field: "weight_map", expected: "the name of a file")
            }
            guard shard.hasSuffix(".safetensors"),
                !shard.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 })
            else { throw CheckpointError.badShardName(path: path, tensor: tensor, shard: shard) }
            return (tensor, shard)
        }
    }

    private func shard(with name: String) throws -> SafetensorsFile {
        guard let place = places[ByteString(name)] else {
            throw CheckpointError.missingTensor(path: path, tensor: name)
        }
        return shards[place]
    }

    // MARK: TensorSource

    /// The path of the index.
    public var location: String { path }
    /// Shard by shard, in the order of each file.
    public var tensorNames: [String] { shards.flatMap(\.tensorNames) }
    /// The sizes of a tensor; nil if there is none of this name.
    public func shape(of name: String) -> [Int]? {
        places[ByteString(name)].flatMap { shards[$0].shape(of: name) }
    }

    /// As of `SafetensorsFile`.
    public func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        try shard(with: name).tensor(named: name, dtype)
    }

    /// As of `SafetensorsFile`.
    public func storedTensor(named name: String) throws -> Tensor {
        try shard(with: name).storedTensor(named: name)
    }
}
