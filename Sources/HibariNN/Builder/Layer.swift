import HibariTensor

/// A part of a model that makes one tensor from one tensor. The first axis of both is the batch.
public protocol Layer {
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor
}

extension Linear: Layer {}
extension Convolution: Layer {}
extension TransposedConvolution: Layer {}
extension MaxPooling: Layer {}
extension AveragePooling: Layer {}
extension Upsampling: Layer {}
extension GroupNorm: Layer {}

/// Layers one after the other.
struct LayerChain: Layer {
    let layers: [any Layer]

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        layers.reduce(x) { $1($0, context) }
    }
}

/// A layer without parameters, as a function.
struct FunctionLayer: Layer {
    let function: @Sendable (Tensor, ForwardContext) -> Tensor

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { function(x, context) }
}
