import HibariTokenizers

extension BPETokenizer {
    /// Learns a vocabulary from a corpus.
    ///
    /// - Parameters:
    ///   - vocabularySize: the number of ids, at least 257. The vocabulary is smaller if the corpus has too few
    ///     repetitions.
    ///   - progress: called now and then.
    /// - Returns: the tokenizer, and what it was learned from.
    /// - Throws: `DataError`: what the reader throws, or a size that is too small.
    public static func train(
        reading reader: CorpusReader, vocabularySize: Int,
        options: BytePairTrainerOptions = BytePairTrainerOptions(),
        progress: (BytePairProgress) -> Void = { _ in }
    ) throws(DataError) -> (tokenizer: BPETokenizer, summary: BytePairTrainingSummary) {
        do throws(TokenizerError) {
            try checkVocabularySize(vocabularySize)
        } catch {
            throw .tokenizer(error)  // Before a long reading, not after it.
        }
        var trainer = BytePairTrainer(options)
        try reader.forEachPart { (part) throws(DataError) in
            trainer.add(part)
            progress(.counting(bytes: trainer.summary.byteCount))
        }
        do throws(TokenizerError) {
            let tokenizer = try trainer.tokenizer(vocabularySize: vocabularySize, progress: progress)
            return (tokenizer, trainer.summary)
        } catch {
            throw .tokenizer(error)
        }
    }
}
