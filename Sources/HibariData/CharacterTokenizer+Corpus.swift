import HibariTokenizers

extension CharacterTokenizer {
    /// The vocabulary of a corpus.
    ///
    /// - Parameter addsEndOfText: whether `<|endoftext|>` is the last id; nil adds it if there are several
    ///   documents.
    /// - Throws: `DataError`: what the reader throws, or text that is not valid UTF-8.
    public static func train(
        reading reader: CorpusReader, addsEndOfText: Bool? = nil
    ) throws(DataError) -> CharacterTokenizer {
        var trainer = CharacterTokenizerTrainer()
        let summary = try reader.forEachDocument { (document) throws(DataError) in
            do throws(TokenizerError) {
                try trainer.add(document.bytes.span)
            } catch {
                throw document.located(error)
            }
        }
        do throws(TokenizerError) {
            return try trainer.tokenizer(addsEndOfText: addsEndOfText ?? (summary.documentCount > 1))
        } catch {
            throw .emptyCorpus(paths: reader.paths)
        }
    }
}

extension Document {
    /// A tokenizer's error about this document, with the place in the file.
    package func located(_ error: TokenizerError) -> DataError {
        .cannotEncode(path: path, line: line, error.movingOffset(by: offset))
    }
}
