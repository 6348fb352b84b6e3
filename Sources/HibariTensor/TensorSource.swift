import HibariSupport

/// Named tensors to read a model from: a checkpoint file of whatever format.
public protocol TensorSource {
    /// Where the tensors come from, for messages: the path of a file.
    var location: String { get }
    /// The names of all tensors.
    var tensorNames: [String] { get }
    /// The shape of a tensor; nil if there is none of this name.
    func shape(of name: String) -> [Int]?
    /// Reads a tensor as `dtype`.
    func tensor(named name: String, _ dtype: DType) throws -> Tensor
    /// The tensor for computing in float32 without training it: a matrix as it is stored, if products can be made
    /// with it so, all others as float32. Its memory may be that of the file.
    func storedTensor(named name: String) throws -> Tensor
}

extension TensorSource {
    public func storedTensor(named name: String) throws -> Tensor { try tensor(named: name, .float32) }
}
