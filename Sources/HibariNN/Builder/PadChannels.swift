import HibariTensor

/// Channels of zeros behind those of an image, `[C, H, W]` → `[outputs, H, W]`: how a shortcut without parameters meets
/// a layer with more channels.
///
/// Source: He et al. 2015, arXiv:1512.03385, section 3.3, option A.
public struct PadChannels: LayerSpecification {
    public let outputs: Int

    /// - Parameter outputs: channels in all.
    public init(_ outputs: Int) { self.outputs = outputs }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(
            input.rank == 3 && input[0] > 0, input, wanted: "[channels, height, width]")
        try LayerError.require(
            outputs >= input[0], "outputs", outputs,
            expected: "at least the \(input[0]) channels of the input")
        let output = try LayerError.shape([outputs, input[1], input[2]])
        let zeros = Shape([outputs - input[0], input[1], input[2]])
        return BuiltLayer(output: output) { x, _ in
            zeros[0] == 0
                ? x : concatenate([x, Tensor(zeros: Shape([x.shape[0]] + zeros.array), x.dtype)], axis: 1)
        }
    }
}
