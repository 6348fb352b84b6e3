/// One decoder after the other.
struct DecoderSequence: DecoderStage {
    let decoders: [any DecoderStage]

    init(_ decoders: [any DecoderStage]) { self.decoders = decoders }

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("decoders")
        var decoders: [any DecoderStage] = []
        for element in try component.elements("decoders") { decoders.append(try readDecoder(element)) }
        self.decoders = decoders
    }

    func decode(_ text: inout DecodedTokens) {
        for decoder in decoders { decoder.decode(&text) }
    }
}
