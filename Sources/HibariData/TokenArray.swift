/// Token ids in as little memory as the vocabulary allows: 16 bits each up to 65,536 ids, otherwise 32.
public struct TokenArray: Sendable {
    private enum Storage: Sendable {
        case narrow([UInt16])
        case wide([Int32])
    }

    private var storage: Storage

    /// An empty array for ids in 0..<`vocabularySize`.
    public init(vocabularySize: Int) {
        storage = vocabularySize <= 1 << 16 ? .narrow([]) : .wide([])
    }

    /// Tokens that come from no text, e.g. random ones. Traps on an id that does not fit.
    public init(_ tokens: some Sequence<Int32>, vocabularySize: Int) {
        self.init(vocabularySize: vocabularySize)
        append { emit in for token in tokens { emit(token) } }
    }

    public var count: Int {
        switch storage {
        case .narrow(let tokens): tokens.count
        case .wide(let tokens): tokens.count
        }
    }

    /// The memory one token takes, 2 or 4.
    public var bytesPerToken: Int {
        switch storage {
        case .narrow: 2
        case .wide: 4
        }
    }

    public subscript(index: Int) -> Int32 {
        switch storage {
        case .narrow(let tokens): Int32(tokens[index])
        case .wide(let tokens): tokens[index]
        }
    }

    /// Calls `body` with a function that appends one id. Traps on an id that does not fit.
    ///
    /// The storage is taken out while `body` runs, so that appending does not copy it.
    mutating func append<Failure: Error>(
        _ body: ((Int32) -> Void) throws(Failure) -> Void
    ) throws(Failure) {
        switch storage {
        case .narrow(var tokens):
            storage = .narrow([])
            defer { storage = .narrow(tokens) }
            try body { tokens.append(UInt16($0)) }
        case .wide(var tokens):
            storage = .wide([])
            defer { storage = .wide(tokens) }
            try body { tokens.append($0) }
        }
    }

    /// Copies the tokens at `range` to the beginning of `target`, which must have room for them.
    func copy(_ range: Range<Int>, to target: UnsafeMutableBufferPointer<Int32>) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count && range.count <= target.count,
            "TokenArray.copy: tokens \(range) of \(count) into a buffer of \(target.count)")
        switch storage {
        case .narrow(let tokens): for (i, j) in range.enumerated() { target[i] = Int32(tokens[j]) }
        case .wide(let tokens): for (i, j) in range.enumerated() { target[i] = tokens[j] }
        }
    }

    /// Calls `body` with each token at `range`.
    func forEach(in range: Range<Int>, _ body: (Int32) -> Void) {
        switch storage {
        case .narrow(let tokens): for index in range { body(Int32(tokens[index])) }
        case .wide(let tokens): for index in range { body(tokens[index]) }
        }
    }
}

/// Some consecutive tokens of a corpus; shares their memory.
public struct TokenSlice: Sendable {
    /// All tokens of the corpus.
    let tokens: TokenArray
    /// Where this slice lies in the corpus.
    public let range: Range<Int>

    public init(_ tokens: TokenArray, range: Range<Int>) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= tokens.count,
            "TokenSlice: range \(range) of \(tokens.count) tokens")
        self.tokens = tokens
        self.range = range
    }

    public var count: Int { range.count }

    /// The token at `index`, counted from the beginning of the slice.
    public subscript(index: Int) -> Int32 {
        precondition(index >= 0 && index < count, "TokenSlice: index \(index) of \(count) tokens")
        return tokens[range.lowerBound + index]
    }

    /// The first `count` tokens, or all if there are fewer: a smaller validation set for a quick look.
    public func prefix(_ count: Int) -> TokenSlice {
        TokenSlice(tokens, range: range.lowerBound..<min(range.upperBound, range.lowerBound + max(0, count)))
    }

    /// Copies the tokens at `window`, counted from the beginning of the slice, to the beginning of `target`.
    func copy(_ window: Range<Int>, to target: UnsafeMutableBufferPointer<Int32>) {
        precondition(window.upperBound <= count, "TokenSlice.copy: tokens \(window) of \(count)")
        tokens.copy(range.lowerBound + window.lowerBound..<range.lowerBound + window.upperBound, to: target)
    }
}
