/// Token ids in as little memory as the vocabulary allows, 16 bits each up to 65,536 ids, otherwise 32; or in
/// mapped files, where they take none.
public struct TokenArray: Sendable {
    private enum Storage: Sendable {
        case narrow([UInt16])
        case wide([Int32])
        case mapped(MappedTokens)
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

    /// Tokens in files, all of whose ids are known to be in the vocabulary.
    init(_ tokens: MappedTokens) { storage = .mapped(tokens) }

    public var count: Int {
        switch storage {
        case .narrow(let tokens): tokens.count
        case .wide(let tokens): tokens.count
        case .mapped(let tokens): tokens.count
        }
    }

    /// What one token takes in memory or in its file, 2 or 4.
    public var bytesPerToken: Int {
        switch storage {
        case .narrow: 2
        case .wide: 4
        case .mapped(let tokens): tokens.bytesPerToken
        }
    }

    public subscript(index: Int) -> Int32 {
        switch storage {
        case .narrow(let tokens): return Int32(tokens[index])
        case .wide(let tokens): return tokens[index]
        case .mapped(let tokens):
            precondition(index >= 0 && index < tokens.count, "TokenArray: token \(index) of \(tokens.count)")
            var token: Int32 = 0
            tokens.forEach(in: index..<index + 1) { token = $1 }
            return token
        }
    }

    /// Appends `tokens`. Traps on an id that does not fit.
    mutating func append(_ tokens: ArraySlice<Int32>) {
        append { emit in for token in tokens { emit(token) } }
    }

    /// Calls `body` with a function that appends one id. Traps on an id that does not fit, and on mapped
    /// files.
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
        case .mapped:
            preconditionFailure("TokenArray.append: the tokens are in files, which are only read")
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
        case .mapped(let tokens): tokens.forEach(in: range) { target[$0 - range.lowerBound] = $1 }
        }
    }

    /// Calls `body` with each token at `range`.
    func forEach(in range: Range<Int>, _ body: (Int32) -> Void) {
        switch storage {
        case .narrow(let tokens): for index in range { body(Int32(tokens[index])) }
        case .wide(let tokens): for index in range { body(tokens[index]) }
        case .mapped(let tokens): tokens.forEach(in: range) { body($1) }
        }
    }

    /// Calls `body` with the ids as a file has them: little-endian, `bytesPerToken` bytes each.
    func withBytes<Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        // Hibari's processors are little-endian; the pointers are valid during the calls.
        switch storage {
        case .narrow(let tokens):
            try tokens.withUnsafeBufferPointer { (ids) throws(Failure) in
                try body(UnsafeRawBufferPointer(ids))
            }
        case .wide(let tokens):
            try tokens.withUnsafeBufferPointer { (ids) throws(Failure) in
                try body(UnsafeRawBufferPointer(ids))
            }
        case .mapped:
            preconditionFailure("TokenArray.withBytes: the tokens are in files")
        }
    }
}

/// Some consecutive tokens of a corpus; shares their memory.
public struct TokenSlice: Sendable {
    /// All tokens of the corpus.
    let tokens: TokenArray
    /// Where this slice lies in the corpus.
    public let range: Range<Int>

    /// - Precondition: the range lies in the corpus.
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
