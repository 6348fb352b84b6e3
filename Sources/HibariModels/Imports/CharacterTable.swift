import HibariCheckpoint
import HibariTokenizers

extension CharacterTokenizer {
    /// The characters in a meta.pkl of nanoGPT: `itos`, a dictionary of ids and characters.
    ///
    /// - Throws: `BinaryFileError`, an error of reading, or `ConfigurationError` unless the ids are 0, 1, 2, … and each
    ///   has one Unicode scalar of its own.
    init(nanoGPT path: String) throws {
        let texts = try readTexts(path: path, key: "itos")
        var scalars = [Unicode.Scalar?](repeating: nil, count: texts.count)
        for (id, text) in texts {
            let own = text.unicodeScalars
            guard scalars.indices.contains(id), scalars[id] == nil, own.count == 1 else {
                throw ConfigurationError.invalidFile(
                    path: path,
                    problem: "itos does not give each id from 0 to \(texts.count - 1) one character")
            }
            scalars[id] = own.first
        }
        let found = scalars.compactMap { $0 }
        guard !found.isEmpty, Set(found).count == texts.count else {
            throw ConfigurationError.invalidFile(path: path, problem: "itos has a character twice, or none")
        }
        self.init(scalars: found, addsEndOfText: false)
    }
}
