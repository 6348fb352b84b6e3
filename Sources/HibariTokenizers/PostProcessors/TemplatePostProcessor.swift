/// Special tokens around a text as the template `single` has it; `pair` is for two texts and not used.
struct TemplatePostProcessor: PostProcessor {
    private enum Part: Sendable {
        case text
        case tokens([Int32])
    }

    private let parts: [Part]

    init(_ component: Component, idLimit: Int) throws(TokenizerError) {
        try component.expectKeys("single", "pair", "special_tokens")
        let tokens = component.member("special_tokens")
        var parts: [Part] = []
        for element in try component.elements("single") {
            try element.expectKeys("Sequence", "SpecialToken")
            if element.value["Sequence"] != nil {
                let sequence = element.member("Sequence")
                guard try sequence.string("id") == "A" else { throw sequence.member("id").unsupported() }
                parts.append(.text)
            } else {
                let name = try element.member("SpecialToken").string("id")
                parts.append(.tokens(try Self.ids(of: tokens.member(name), below: idLimit)))
            }
        }
        self.parts = parts
    }

    private static func ids(of token: Component, below limit: Int) throws(TokenizerError) -> [Int32] {
        var ids: [Int32] = []
        for element in try token.elements("ids") {
            guard let id = element.value.int, id >= 0, id < limit else {
                throw element.invalid("is \(describe(element.value)), not an id below \(limit)")
            }
            ids.append(Int32(id))
        }
        return ids
    }

    func process(_ ids: [Int32]) -> [Int32] {
        parts.flatMap { part in
            switch part {
            case .text: ids
            case .tokens(let tokens): tokens
            }
        }
    }
}
