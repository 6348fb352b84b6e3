import HibariTensor

/// The largest number of each window; see `maxPooling`.
public struct MaxPooling {
    public let windows: PoolingWindows

    public init(_ windows: PoolingWindows) { self.windows = windows }

    /// `[N, C, spatial...]` → `[N, C, windows...]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { maxPooling(x, windows) }
}

/// The mean of each window; see `averagePooling`.
public struct AveragePooling {
    public let windows: PoolingWindows

    public init(_ windows: PoolingWindows) { self.windows = windows }

    /// `[N, C, spatial...]` → `[N, C, windows...]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        averagePooling(x, windows)
    }
}

/// Resamples images to `factor` times their size; see `upsample`.
public struct Upsampling {
    public let factor: Int
    public let interpolation: Interpolation

    public init(factor: Int, _ interpolation: Interpolation = .nearest) {
        self.factor = factor
        self.interpolation = interpolation
    }

    /// `[N, C, spatial...]` → `[N, C, factor · spatial...]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        upsample(x, to: (2..<x.shape.rank).map { factor * x.shape[$0] }, interpolation)
    }
}
