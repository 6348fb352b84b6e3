import HibariKernels

/// 1 for x > 0, else 0: the Heaviside step of threshold units.
///
/// Its slope is 0 wherever it has one, so no weight before it could learn from a gradient. Asked for one, it
/// traps instead of handing on zeros: train with `sigmoid`, or by a rule without gradients as the perceptron's,
/// and use the step to predict.
public func step(_ x: Tensor) -> Tensor {
    precondition(x.node == nil, "step: has no gradient; train with sigmoid and use the step to predict")
    let y = Tensor(uninitialized: x.shape, x.dtype)
    func run<T: KernelScalar>(_: T.Type) {
        let (input, output): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (x.input(), y.output())
        for i in 0..<x.count { output[i] = input[i] > 0 ? 1 : 0 }
    }
    run(x.dtype.scalar)
    return y
}
