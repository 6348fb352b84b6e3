import Glibc
import HibariSupport
import HibariTokenizers

/// Makes documents of the contents of one file, which come in pieces.
protocol DocumentSplitter {
    /// The offset in the file of the next byte to be appended or held back.
    var position: Int { get set }

    /// Calls `body` with the documents that are complete with these further bytes.
    mutating func append(_ bytes: [UInt8], _ body: (Document) throws(DataError) -> Void) throws(DataError)

    /// Calls `body` with what is left at the end of the file.
    mutating func finish(_ body: (Document) throws(DataError) -> Void) throws(DataError)
}

/// Bytes that end with a certain separator, found as they come and each looked at once.
private struct SeparatedPieces {
    let separator: [UInt8]
    /// What came after the last separator.
    private(set) var rest: [UInt8] = []
    /// How much of `rest` is known not to begin a separator.
    private var searched = 0

    init(separator: [UInt8]) { self.separator = separator }

    /// Calls `body` with each piece whose separator is found with these further bytes.
    mutating func append(
        _ bytes: [UInt8], _ body: (ArraySlice<UInt8>) throws(DataError) -> Void
    ) throws(DataError) {
        rest += bytes
        var start = 0
        while let end = firstSeparator(from: searched) {
            try body(rest[start..<end])
            start = end + separator.count
            searched = start
        }
        rest.removeFirst(start)
        searched = max(0, rest.count - separator.count + 1)
    }

    /// Takes out the first `count` bytes, which hold no separator.
    mutating func removePrefix(_ count: Int) -> [UInt8] {
        let prefix = Array(rest[..<count])
        rest.removeFirst(count)
        searched = max(0, searched - count)
        return prefix
    }

    private func firstSeparator(from start: Int) -> Int? {
        rest.withUnsafeBytes { bytes in
            var start = start
            // `memchr` runs over what is not even the first byte at many bytes per cycle.
            while start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(separator[0]), bytes.count - start)
            {
                start = UnsafeRawPointer(found) - base
                if bytes[start...].starts(with: separator) { return start }
                start += 1
            }
            return nil
        }
    }
}

/// Text: one document, or several with `<|endoftext|>` between them.
struct TextSplitter: DocumentSplitter {
    let path: String
    /// Longer documents come in parts of about this many bytes, cut where `TextCuts` allows; nil for whole ones.
    let partSize: Int?
    var position = 0
    private var pieces = SeparatedPieces(separator: Array(endOfTextMarker.utf8))
    private var hasSeenMarker = false
    /// How much of the text at hand is known to have no place to cut.
    private var cutSearched = 0
    /// Whether a part of the document at hand was handed on.
    private var isInsideDocument = false

    init(path: String, partSize: Int? = nil) {
        self.path = path
        self.partSize = partSize
    }

    mutating func append(
        _ bytes: [UInt8], _ body: (Document) throws(DataError) -> Void
    ) throws(DataError) {
        let (path, markerLength) = (path, pieces.separator.count)
        try pieces.append(bytes) { (piece) throws(DataError) in
            hasSeenMarker = true
            cutSearched = 0
            isInsideDocument = false
            try body(trimmedDocument(piece, path: path, offset: position))
            position += piece.count + markerLength
        }
        while let partSize, let cut = nextCut(partSize: partSize) {
            var part = pieces.removePrefix(cut)
            if hasSeenMarker, !isInsideDocument { part = Array(part.drop(while: isLineBreak)) }
            try body(Document(bytes: part, path: path, offset: position))
            position += cut
            cutSearched = 0
            isInsideDocument = true
        }
    }

    /// Where the text at hand is cut next; nil if that depends on what follows it.
    ///
    /// Not where a marker may follow: line breaks before it are no text. A text without any place to cut is
    /// cut between two characters, or it would have to fit in memory.
    private mutating func nextCut(partSize: Int) -> Int? {
        // What decides about a place is within the next eight bytes.
        let (limit, longest) = (pieces.rest.count - 8, 16 * partSize)
        var place = max(partSize, cutSearched) - 1
        repeat {
            guard let next = TextCuts.firstCut(from: place + 1, in: pieces.rest.span) else { break }
            place = next
            if place > min(limit, longest) { break }
            if !pieces.rest[place...].prefix(4).contains(UInt8(ascii: "<")) { return place }
        } while true
        cutSearched = max(0, limit)
        if limit <= longest { return nil }
        return (0..<4).map { longest - $0 }.first { pieces.rest[$0] & 0xC0 != 0x80 } ?? longest
    }

    mutating func finish(_ body: (Document) throws(DataError) -> Void) throws(DataError) {
        try body(
            hasSeenMarker
                ? trimmedDocument(pieces.rest[...], path: path, offset: position)
                : Document(bytes: pieces.rest, path: path, offset: position))
    }
}

/// A document without the line breaks at its two ends.
private func trimmedDocument(_ piece: ArraySlice<UInt8>, path: String, offset: Int) -> Document {
    let withoutStart = piece.drop(while: isLineBreak)
    var trimmed = withoutStart
    while let last = trimmed.last, isLineBreak(last) { trimmed.removeLast() }
    return Document(bytes: Array(trimmed), path: path, offset: offset + piece.count - withoutStart.count)
}

private func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

/// A JSON object per line, with the text under a key.
struct JSONLinesSplitter: DocumentSplitter {
    let path: String
    let textKey: String
    var position = 0
    private var line = 0
    private var pieces = SeparatedPieces(separator: [UInt8(ascii: "\n")])

    init(path: String, textKey: String) {
        self.path = path
        self.textKey = textKey
    }

    mutating func append(
        _ bytes: [UInt8], _ body: (Document) throws(DataError) -> Void
    ) throws(DataError) {
        let (path, textKey) = (path, textKey)
        try pieces.append(bytes) { (piece) throws(DataError) in
            line += 1
            try document(inLine: piece, path: path, line: line, textKey: textKey).map(body)
        }
    }

    mutating func finish(_ body: (Document) throws(DataError) -> Void) throws(DataError) {
        line += 1
        try document(inLine: pieces.rest[...], path: path, line: line, textKey: textKey).map(body)
    }
}

/// The document that a line holds; nil for a blank line.
private func document(
    inLine bytes: ArraySlice<UInt8>, path: String, line: Int, textKey: String
) throws(DataError) -> Document? {
    let isBlank = bytes.allSatisfy {
        $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
    }
    if isBlank { return nil }
    let value: JSONValue
    do throws(JSONError) {
        value = try JSONValue(parsing: Array(bytes))
    } catch {
        throw .invalidLine(path: path, line: line, problem: "\(error)")
    }
    guard let object = value.object else {
        throw .invalidLine(
            path: path, line: line,
            problem: "expected an object with the key \(quoted(textKey)), found \(value.kind)")
    }
    guard let text = object[textKey] else {
        throw .invalidLine(
            path: path, line: line,
            problem:
                "no key \(quoted(textKey)); the keys are \(object.keys.map(quoted).joined(separator: ", "))")
    }
    guard let string = text.string else {
        throw .invalidLine(
            path: path, line: line, problem: "\(quoted(textKey)) is \(text.kind), not a string")
    }
    return Document(bytes: Array(string.utf8), path: path, offset: 0, line: line)
}
