import Glibc
import HibariData
import HibariModels
import HibariTensor

func exponential(_ x: Double) -> Double { exp(x) }

/// Scores every target of a text once, in consecutive windows of the context length.
///
/// - Parameters:
///   - bytes: how many bytes of text the tokens of a range stand for.
///   - batchLimit: evaluate only so many batches, spread evenly; nil for all.
public func evaluate(
    _ model: any LanguageModel, _ windows: EvaluationWindows, bytes: (Range<Int>) -> Int,
    batchLimit: Int? = nil
) throws -> Evaluation {
    let count = windows.batchCount
    let chosen = min(count, batchLimit ?? count)
    var inputs = [Int32](repeating: 0, count: windows.batchSize * windows.contextLength)
    var targets = inputs
    var (total, squares, tokens, byteCount) = (0.0, 0.0, 0, 0)
    for index in 0..<chosen {
        let batch = index * count / chosen
        let (rows, columns) = windows.shape(ofBatch: batch)
        inputs.withUnsafeMutableBufferPointer { inputs in
            targets.withUnsafeMutableBufferPointer { targets in
                windows.fill(batch: batch, into: inputs, targets: targets)
            }
        }
        let ids = Tensor(Array(inputs.prefix(rows * columns)), shape: [rows, columns])
        let wanted = Tensor(Array(targets.prefix(rows * columns)), shape: [rows, columns])
        for loss in model.losses(ids, wanted).array(of: Float.self) {
            total += Double(loss)
            squares += Double(loss) * Double(loss)
        }
        tokens += rows * columns
        byteCount += bytes(windows.targetRange(ofBatch: batch))
    }
    let mean = total / Double(tokens)
    let variance = max(0, squares / Double(tokens) - mean * mean)
    return Evaluation(
        loss: mean, bitsPerByte: byteCount == 0 ? nil : total / log(2) / Double(byteCount),
        standardError: (variance / Double(tokens)).squareRoot(), units: tokens,
        isComplete: chosen == count)
}
