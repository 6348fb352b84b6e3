/// The ops of the engine. One list, three uses: error messages, `hibari gradcheck`, and the test that every
/// op is checked.
public enum OpName: String, CaseIterable, Sendable {
    // Arithmetic
    case add, subtract, multiply, divide, scale, broadcast
    // Matrices
    case matmul, linear, lowRank
    // Reductions
    case sum, mean, max
    // Layout
    case reshape, slice, concatenate, swapLeadingAxes
    // Elementwise
    case exp, log, tanh, sigmoid, relu, geluTanh, geluErf, silu, swiGLU, dropout
    case softplus, abs, leakyReLU, elu, clamp
    // Rows
    case softmax, logSoftmax, layerNorm, rmsNorm, headNorm, rotary
    // Transformers and losses
    case embedding, attention, crossEntropy, linearCrossEntropy, meanSquaredError
    // Images
    case convolution, transposedConvolution, maxPooling, averagePooling, batchNorm, groupNorm, upsample
    // Other losses
    case halfSquaredError, absoluteError, huber, binaryCrossEntropy, logistic, hinge, multiclassHinge
    case klDivergence
    // Recurrent layers
    case rnn, gru, lstm
    // Of the tape
    case recompute
}

/// Stops with the op's name if the caller broke its contract. A bug in the caller, never bad input.
func require(_ condition: Bool, _ op: OpName, _ message: @autoclosure () -> String) {
    precondition(condition, "\(op.rawValue): \(message())")
}
