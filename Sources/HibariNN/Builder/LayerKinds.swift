import Synchronization

/// The kinds of layers that a model.json may name.
public enum LayerKinds {
    private static let types = Mutex<[String: any LayerSpecification.Type]>(
        Dictionary(
            uniqueKeysWithValues: ([
                Sequential.self, Named.self, Dense.self, Activate.self, Softmax.self, Dropout.self,
                Flatten.self,
                Reshape.self, Embedding.self, LayerNormalization.self, Residual.self, DenseConnection.self,
                Parallel.self, Conv1d.self, Conv2d.self, Conv3d.self, TransposedConv2d.self, MaxPool2d.self,
                AvgPool2d.self,
                GlobalAvgPool.self, Upsample.self, BatchNormalization.self, GroupNormalization.self,
                Recurrent.self, LeakyReLU.self, GaussianNoise.self, ChannelDropout.self,
                AdaptiveAvgPool2d.self,
                PositionEmbedding.self, CausalSelfAttention.self, TransformerBlock.self,
                RecentSteps.self, PadChannels.self,
            ] as [any LayerSpecification.Type]).map { ($0.kind, $0) }))

    /// Makes a kind of layer known, so that models with it can be read from files.
    public static func register(_ type: any LayerSpecification.Type) {
        types.withLock { $0[type.kind] = type }
    }

    static func type(named kind: String) throws -> any LayerSpecification.Type {
        let (type, known) = types.withLock { ($0[kind], $0.keys.sorted()) }
        guard let type else { throw ModelError.unknownKind(kind, known: known) }
        return type
    }
}

/// A specification of any kind; in files an object with the settings and, as `type`, the kind.
public struct AnyLayer: Codable, Sendable {
    public let specification: any LayerSpecification

    public init(_ specification: any LayerSpecification) { self.specification = specification }

    private enum Key: String, CodingKey { case type }

    public init(from decoder: any Decoder) throws {
        let kind = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .type)
        specification = try LayerKinds.type(named: kind).init(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type(of: specification).kind, forKey: .type)
        try specification.encode(to: encoder)
    }
}
