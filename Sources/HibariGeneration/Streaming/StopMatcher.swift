/// Ends a stream of text at the first stop string and never lets a part of one through.
///
/// The text is bytes; a stop string is matched by its UTF-8 bytes. The stop string that ends first wins, and
/// the longest of those that end at the same byte. That does not depend on how the text is split into pieces.
/// Bytes that may be the start of a stop string are held back until it is clear that they are not; at most
/// one byte less than the longest stop string.
///
/// Per stop string, the state is the length of its longest prefix that ends the text so far.
/// Source: Knuth, Morris & Pratt 1977, "Fast pattern matching in strings".
public struct StopMatcher: Sendable {
    /// The index, in the list given to the initializer, of the stop string that was found.
    public private(set) var matchedIndex: Int?
    private var patterns: [Pattern]
    private var held: [UInt8] = []
    private var isFinished = false

    /// - Throws: `SamplingError.emptyStopString`.
    public init(_ stopStrings: [String]) throws(SamplingError) {
        try self.init(bytes: stopStrings.map { Array($0.utf8) })
    }

    /// Stop strings that need not be valid UTF-8.
    ///
    /// - Throws: `SamplingError.emptyStopString`.
    public init(bytes stopStrings: [[UInt8]]) throws(SamplingError) {
        if let index = stopStrings.firstIndex(where: \.isEmpty) {
            throw .emptyStopString(index: index)
        }
        patterns = stopStrings.map(Pattern.init)
    }

    /// Takes the next bytes of the text and returns those that are certainly before any stop string.
    ///
    /// Once a stop string is found, everything from its first byte on is dropped, in later calls too.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        precondition(!isFinished, "StopMatcher.feed: the text was finished; use a new matcher")
        guard matchedIndex == nil else { return [] }
        guard !patterns.isEmpty else { return Array(bytes) }
        for byte in bytes {
            held.append(byte)
            advance(byte)
            if let matchedIndex {
                held.removeLast(patterns[matchedIndex].bytes.count)
                defer { held = [] }
                return held
            }
        }
        let holdBack = patterns.reduce(0) { max($0, $1.matchedCount) }
        let emitted = Array(held.dropLast(holdBack))
        held.removeFirst(emitted.count)
        return emitted
    }

    /// Ends the text: returns what was held back, as no stop string can be completed any more.
    public mutating func finish() -> [UInt8] {
        isFinished = true
        defer { held = [] }
        return held
    }

    private mutating func advance(_ byte: UInt8) {
        for index in patterns.indices {
            patterns[index].advance(byte)
            let pattern = patterns[index]
            guard pattern.isComplete else { continue }
            if let best = matchedIndex, patterns[best].bytes.count >= pattern.bytes.count { continue }
            matchedIndex = index
        }
    }
}

/// One stop string and how much of it the text ends with.
private struct Pattern: Sendable {
    let bytes: [UInt8]
    /// At i: the length of the longest proper prefix of `bytes[...i]` that is also its suffix.
    private let borders: [Int]
    /// The length of the longest prefix of `bytes` that the text ends with.
    private(set) var matchedCount = 0

    var isComplete: Bool { matchedCount == bytes.count }

    init(_ bytes: [UInt8]) {
        var borders = [0]
        var border = 0
        for index in 1..<bytes.count {
            while border > 0 && bytes[index] != bytes[border] {
                border = borders[border - 1]
            }
            if bytes[index] == bytes[border] { border += 1 }
            borders.append(border)
        }
        self.bytes = bytes
        self.borders = borders
    }

    /// - Precondition: not complete; the matcher stops at the first complete pattern.
    mutating func advance(_ byte: UInt8) {
        while matchedCount > 0 && byte != bytes[matchedCount] {
            matchedCount = borders[matchedCount - 1]
        }
        if byte == bytes[matchedCount] { matchedCount += 1 }
    }
}
