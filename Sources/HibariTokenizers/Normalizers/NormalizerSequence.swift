/// One normalizer after the other.
struct NormalizerSequence: Normalizer {
    let normalizers: [any Normalizer]

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("normalizers")
        var normalizers: [any Normalizer] = []
        for element in try component.elements("normalizers") {
            normalizers.append(try readNormalizer(element))
        }
        self.normalizers = normalizers
    }

    func normalize(_ text: [UInt8]) throws(TokenizerError) -> [UInt8] {
        var text = text
        for normalizer in normalizers { text = try normalizer.normalize(text) }
        return text
    }
}
