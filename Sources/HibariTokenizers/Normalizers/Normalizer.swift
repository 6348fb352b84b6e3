/// Changes text before it is cut into pieces. Most byte-level tokenizers have none, so that nothing is lost.
///
/// Texts are valid UTF-8, before and after. Semantics are those of the Hugging Face `tokenizers` library.
package protocol Normalizer: Sendable {
    func normalize(_ text: [UInt8]) throws(TokenizerError) -> [UInt8]
}

/// Reads the normalizer of a tokenizer.json.
///
/// - Throws: `TokenizerError` that names the component if it is of a kind that Hibari does not have.
package func readNormalizer(_ component: Component) throws(TokenizerError) -> any Normalizer {
    switch try component.type {
    case "NFC": try UnicodeNormalizer(.nfc, component)
    case "NFD": try UnicodeNormalizer(.nfd, component)
    case "NFKC": try UnicodeNormalizer(.nfkc, component)
    case "NFKD": try UnicodeNormalizer(.nfkd, component)
    case "Lowercase": try LowercaseNormalizer(component)
    case "Strip": try StripNormalizer(component)
    case "StripAccents": try StripAccentsNormalizer(component)
    case "Replace": try ReplaceNormalizer(component)
    case "Prepend": try PrependNormalizer(component)
    case "BertNormalizer": try BertNormalizer(component)
    case "Precompiled": try PrecompiledNormalizer(component)
    case "Sequence": try NormalizerSequence(component)
    default: throw component.member("type").unsupported()
    }
}
