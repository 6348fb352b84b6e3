/// One token before the text and one after it: `BertProcessing`, and `RobertaProcessing` for a single text.
struct BertPostProcessor: PostProcessor {
    let first: Int32
    let last: Int32

    init(_ component: Component, idLimit: Int) throws(TokenizerError) {
        try component.expectKeys("sep", "cls")
        self.init(
            first: try tokenID(component.member("cls"), below: idLimit),
            last: try tokenID(component.member("sep"), below: idLimit))
    }

    /// The further settings of RoBERTa's move offsets only.
    init(roberta component: Component, idLimit: Int) throws(TokenizerError) {
        try component.expectKeys("sep", "cls", "trim_offsets", "add_prefix_space")
        self.init(
            first: try tokenID(component.member("cls"), below: idLimit),
            last: try tokenID(component.member("sep"), below: idLimit))
    }

    private init(first: Int32, last: Int32) {
        self.first = first
        self.last = last
    }

    func process(_ ids: [Int32]) -> [Int32] { [first] + ids + [last] }
}

/// Reads `["[SEP]", 102]`.
private func tokenID(_ component: Component, below limit: Int) throws(TokenizerError) -> Int32 {
    guard let pair = component.value.array, pair.count == 2, pair[0].string != nil, let id = pair[1].int,
        id >= 0, id < limit
    else {
        throw component.invalid("is \(describe(component.value)), not a token and its id below \(limit)")
    }
    return Int32(id)
}
