/// How to make a tensor again from tensors that are kept anyway.
final class Recipe {
    fileprivate let make: () -> Tensor

    init(_ make: @escaping () -> Tensor) { self.make = make }
}

/// What an op keeps of an input for its backward pass: the tensor, or how to make it again.
///
/// The outputs of activations and norms cost one pass over memory to make again, and are a third of what a
/// Transformer would keep.
struct SavedTensor {
    let shape: Shape
    let dtype: DType
    let node: Node?
    private let kept: Tensor?
    private let recipe: Recipe?

    /// - Parameter needsValue: whether the backward pass reads the numbers.
    init(_ tensor: Tensor, needsValue: Bool = true) {
        (shape, dtype, node) = (tensor.shape, tensor.dtype, tensor.node)
        recipe = needsValue ? tensor.recipe : nil
        kept = needsValue && tensor.recipe == nil ? tensor.detached : nil
    }

    /// The tensor, to the bit.
    var value: Tensor { kept ?? recipe!.make() }
}

extension Tensor {
    /// The same tensor, which ops need not keep while a tape records, as `make` gives it again.
    func remade(by make: @escaping () -> Tensor) -> Tensor {
        guard Tape.current != nil else { return self }
        var result = self
        result.recipe = Recipe(make)
        return result
    }
}
