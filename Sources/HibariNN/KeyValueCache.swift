import HibariTensor

/// The keys and values of all positions so far, for each layer: what lets a decoder read each token once.
public final class KeyValueCache {
    /// Positions in the cache.
    public private(set) var count = 0
    /// Positions it can hold.
    public private(set) var capacity: Int

    /// DoRA's scales of each adapter, which stay the same while a cache is in use.
    var columnScales: [ObjectIdentifier: Tensor] = [:]

    private let layout: HeadLayout
    /// `[capacity, K·D]` each, one pair a layer.
    private var layers: [(keys: Tensor, values: Tensor)]

    public init(layerCount: Int, capacity: Int, layout: HeadLayout, _ dtype: DType = .float32) {
        self.capacity = capacity
        self.layout = layout
        let shape: Shape = [capacity, layout.keyValueHeads * layout.headDim]
        layers = (0..<layerCount).map { _ in (Tensor(zeros: shape, dtype), Tensor(zeros: shape, dtype)) }
    }

    /// Stores the keys and values of new rows of one layer and attends over everything stored.
    ///
    /// - Parameter qkv: `[1, T, (H + 2K)·D]`, positions `count`…
    /// - Returns: `[1, T, H·D]`.
    func attend(_ qkv: Tensor, layer: Int, window: Int?) -> Tensor {
        let (keys, values) = layers[layer]
        storeKeysAndValues(qkv, layout, keys: keys, values: values, firstPosition: count)
        return cachedAttention(qkv, layout, keys: keys, values: values, firstPosition: count, window: window)
    }

    /// Counts `positions` more as stored; called once all layers have seen them.
    public func advance(by positions: Int) { count += positions }

    /// Makes room for `capacity` positions; what is stored stays.
    public func grow(to capacity: Int) {
        precondition(capacity >= self.capacity, "KeyValueCache: \(capacity) positions, has \(self.capacity)")
        func grown(_ old: Tensor) -> Tensor {
            let new = Tensor(zeros: [capacity, old.shape[1]], old.dtype)
            new.storage.pointer.copyMemory(
                from: old.storage.pointer, byteCount: count * old.shape[1] * old.dtype.byteCount)
            return new
        }
        for index in layers.indices {
            layers[index] = (grown(layers[index].keys), grown(layers[index].values))
        }
        self.capacity = capacity
    }

    /// Forgets the positions from `count` on.
    public func truncate(to count: Int) {
        precondition(
            (0...self.count).contains(count), "KeyValueCache: cut to \(count) of \(self.count) positions")
        self.count = count
    }
}
