/// What a parameter is for. Optimizers may treat the roles differently; the line that creates a parameter says
/// which one it has.
public enum ParameterRole: Sendable, Equatable {
    /// The matrix of a linear layer between hidden states: what Muon orthogonalizes.
    case hiddenMatrix(WeightLayout)
    /// Rows that ids look up; also the output projection where the two are tied.
    case embedding
    /// The projection from the last hidden state to the logits.
    case output
    /// The weights of a convolution.
    case kernel
    /// State that is no parameter: saved with the model, changed by its layer, never trained.
    case buffer
    /// Biases, and the weights of norms.
    case vector

    /// Whether it is a matrix `[out, in]` of a product or of rows to look up, which may be one of blocks.
    package var multipliesRows: Bool {
        switch self {
        case .hiddenMatrix(.outputMajor), .embedding, .output: true
        case .hiddenMatrix(.inputMajor), .kernel, .buffer, .vector: false
        }
    }
}
