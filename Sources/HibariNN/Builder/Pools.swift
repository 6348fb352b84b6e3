import HibariTensor

/// The largest number of each window, `[C, H, W]` → `[C, H′, W′]`; see `maxPooling`.
public struct MaxPool2d: LayerSpecification {
    public let kernel, stride, padding: Int

    /// - Parameter stride: nil for windows side by side.
    public init(_ kernel: Int, stride: Int? = nil, padding: Int = 0) {
        (self.kernel, self.stride, self.padding) = (kernel, stride ?? kernel, padding)
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        let output = try pooledShape(input, kernel, stride, padding)
        let windows = PoolingWindows(
            kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding])
        // The outputs and where they come from.
        return BuiltLayer(MaxPooling(windows), output: output, activations: 2 * output.count)
    }
}

/// The mean of each window, `[C, H, W]` → `[C, H′, W′]`; see `averagePooling`.
public struct AvgPool2d: LayerSpecification {
    public let kernel, stride, padding: Int
    public let countsPadding: Bool

    /// - Parameters:
    ///   - stride: nil for windows side by side.
    ///   - countsPadding: whether padding counts as zeros.
    public init(_ kernel: Int, stride: Int? = nil, padding: Int = 0, countsPadding: Bool = true) {
        (self.kernel, self.stride, self.padding) = (kernel, stride ?? kernel, padding)
        self.countsPadding = countsPadding
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        let output = try pooledShape(input, kernel, stride, padding)
        let windows = PoolingWindows(
            kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding],
            countsPadding: countsPadding)
        return BuiltLayer(AveragePooling(windows), output: output)
    }
}

/// Means of windows that part each axis into `size` places, `[C, H, W]` → `[C, size, size]`, whatever H and W.
public struct AdaptiveAvgPool2d: LayerSpecification {
    public let size: Int

    public init(_ size: Int) { self.size = size }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require("size", size)
        try LayerError.require(
            input.rank == 3 && input.count > 0, input, wanted: "[channels, height, width]")
        return BuiltLayer(
            AveragePooling(.adaptive([size, size])), output: try LayerError.shape([input[0], size, size]))
    }
}

/// The mean of each channel, `[C, L]` or `[C, H, W]` → `[C]`.
public struct GlobalAvgPool: LayerSpecification {
    public init() {}

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(
            (2...3).contains(input.rank) && input.count > 0, input,
            wanted: "[channels, length] or [channels, height, width]")
        let channels = input[0]
        return BuiltLayer(output: [channels]) { x, _ in
            averagePooling(x, .global).reshape([x.shape[0], channels])
        }
    }
}

extension Interpolation: Codable {}

/// Lines or images at `factor` times their size; see `upsample`.
public struct Upsample: LayerSpecification {
    public let factor: Int
    public let interpolation: Interpolation

    public init(_ factor: Int, _ interpolation: Interpolation = .nearest) {
        self.factor = factor
        self.interpolation = interpolation
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require("factor", factor)
        try LayerError.require(
            (2...3).contains(input.rank) && input.count > 0, input,
            wanted: "[channels, length] or [channels, height, width]")
        return BuiltLayer(
            Upsampling(factor: factor, interpolation),
            output: try LayerError.shape([input[0]] + input.array.dropFirst().map { factor * $0 }))
    }
}

private func pooledShape(_ input: Shape, _ kernel: Int, _ stride: Int, _ padding: Int) throws -> Shape {
    try LayerError.require("kernel", kernel)
    try LayerError.require("stride", stride)
    try LayerError.require(
        (0...kernel / 2).contains(padding), "padding", padding, expected: "from 0 to half of the kernel")
    try LayerError.require(
        input.rank == 3 && input.count > 0
            && input.array.dropFirst().allSatisfy { $0 + 2 * padding >= kernel }, input,
        wanted: "[channels, height, width] of at least \(max(1, kernel - 2 * padding)) places on each axis")
    return try LayerError.shape(
        [input[0]] + input.array.dropFirst().map { ($0 + 2 * padding - kernel) / stride + 1 })
}
