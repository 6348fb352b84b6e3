import HibariTokenizers

extension BPETokenizer {
    /// Learns a vocabulary from a corpus.
    ///
    /// - Parameter vocabularySize: the number of ids, at least 257. The vocabulary is smaller if the corpus
    ///   has too few repetitions.
    /// - Throws: `DataError`: what the reader throws, or a size that is too small.
    public static func train(reading reader: CorpusReader, vocabularySize: Int) throws(DataError)
        -> BPETokenizer
    {
        do throws(TokenizerError) {
            try checkVocabularySize(vocabularySize)
        } catch {
            throw .tokenizer(error)  // Before a long reading, not after it.
        }
        var trainer = BytePairTrainer()
        try reader.forEachDocument { (document) throws(DataError) in
            do throws(TokenizerError) {
                try trainer.add(document.bytes.span)
            } catch {
                throw .tokenizer(error)
            }
        }
        do throws(TokenizerError) {
            return try trainer.tokenizer(vocabularySize: vocabularySize)
        } catch {
            throw .tokenizer(error)
        }
    }
}
