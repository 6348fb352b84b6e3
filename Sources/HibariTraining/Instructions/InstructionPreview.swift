import HibariChat
import HibariReports
import HibariSupport
import HibariTokenizers

extension InstructionExamples {
    /// The first examples as training sees them, for a person to check what is learned.
    ///
    /// - Parameters:
    ///   - count: how many examples.
    ///   - isColored: learned tokens in green, control tokens bold, for a terminal; otherwise what is learned stands in
    ///     ⟦ ⟧.
    public func preview(_ count: Int, _ tokenizer: any Tokenizer, isColored: Bool) -> String {
        zip(sequences, places).prefix(count).map { sequence, place in
            let tokens = counted(sequence.inputs.count + 1, "token")
            let cut = sequence.isCut ? ", cut at the end of the context" : ""
            let pieces = sequence.conversation.preview(tokenizer)
            let text = isColored ? colored(pieces) : bracketed(pieces)
            return "\(path), \(place): \(tokens), \(sequence.trainedCount) learned\(cut)\n\(text)\n"
        }.joined(separator: "\n")
    }
}

private func colored(_ pieces: [PreviewToken]) -> String {
    pieces.map { piece in
        let codes = (piece.isControl ? ["1"] : []) + (piece.isTrained ? ["32"] : ["2"])
        return "\u{1B}[\(codes.joined(separator: ";"))m\(withoutControls(piece.text))\u{1B}[0m"
    }.joined()
}

private func bracketed(_ pieces: [PreviewToken]) -> String {
    var (text, isTrained) = ("", false)
    for piece in pieces {
        if piece.isTrained != isTrained { text += piece.isTrained ? "⟦" : "⟧" }
        isTrained = piece.isTrained
        text += withoutControls(piece.text)
    }
    return text + (isTrained ? "⟧" : "")
}
