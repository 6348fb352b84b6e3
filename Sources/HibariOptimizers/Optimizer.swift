import HibariTensor

/// Changes parameters along their gradients. A parameter that no loss has reached since its gradient was cleared
/// stays as it is.
public protocol Optimizer: AnyObject {
    /// One step.
    ///
    /// - Parameters:
    ///   - learningRate: of this step.
    ///   - gradientScale: multiplies all gradients first (clipping).
    func step(learningRate: Double, gradientScale: Double)

    /// Everything but the parameters that the next steps depend on, by name.
    var state: [(name: String, tensor: Tensor)] { get }

    /// Steps done.
    var stepCount: Int { get }

    /// Takes back what `state` gave after `stepCount` steps.
    func restore(stepCount: Int, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor) throws
}
