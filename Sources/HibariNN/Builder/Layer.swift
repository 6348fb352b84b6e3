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

/// A layer that can add a residual and rectify in its own pass over memory.
protocol FusableLayer: Layer {
    /// The output + `residual`, rectified if `appliesReLU`.
    func callAsFunction(_ x: Tensor, residual: Tensor?, appliesReLU: Bool, _ context: ForwardContext)
        -> Tensor
}

/// Layers one after the other. A rectifier behind a layer that can rectify itself is done by that one.
struct LayerChain: Layer {
    private let steps: [any Layer]

    init(layers: [any Layer]) {
        var steps: [any Layer] = []
        for layer in layers {
            if let activation = layer as? ActivationLayer, activation.activation == .relu,
                let fusable = steps.last as? any FusableLayer
            {
                steps[steps.count - 1] = RectifiedLayer(layer: fusable)
            } else {
                steps.append(layer)
            }
        }
        self.steps = steps
    }

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        steps.reduce(x) { $1($0, context) }
    }

    /// x + the chain's output, rectified if `appliesReLU`, by the last layer; nil if that one cannot.
    func residual(appliesReLU: Bool) -> ((_ x: Tensor, _ shortcut: Tensor, ForwardContext) -> Tensor)? {
        guard let last = steps.last as? any FusableLayer else { return nil }
        let others = steps.dropLast()
        return { x, shortcut, context in
            last(
                others.reduce(x) { $1($0, context) }, residual: shortcut, appliesReLU: appliesReLU, context)
        }
    }
}

private struct RectifiedLayer: Layer {
    let layer: any FusableLayer

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        layer(x, residual: nil, appliesReLU: true, context)
    }
}

/// An activation alone.
struct ActivationLayer: Layer {
    let activation: Activation

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { activation.apply(to: x) }
}

/// A layer without parameters, as a function.
struct FunctionLayer: Layer {
    let function: @Sendable (Tensor, ForwardContext) -> Tensor

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { function(x, context) }
}
