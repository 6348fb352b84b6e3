import HibariSupport
import HibariTokenizers

/// Encodes documents on all threads and hands on their ids in order.
///
/// With two or more documents each is followed by the tokenizer's end-of-text token; a single one is not.
struct CorpusEncoder<Encoding: Tokenizer> {
    /// Takes the next ids; `true` with the first of a document.
    typealias Receiver = (_ ids: ArraySlice<Int32>, _ beginsDocument: Bool) throws(DataError) -> Void

    private let tokenizer: Encoding
    /// Documents that are not encoded yet, some megabytes, so that there is work for all threads.
    private var waiting: [Document] = []
    private var waitingBytes = 0
    /// The documents handed on so far.
    private var documentCount = 0

    private static var batchSize: Int { 1 << 22 }
    private static var shareSize: Int { 1 << 18 }
    /// How many shares are encoded before their ids are handed on.
    private static var shareLimit: Int { 64 }

    init(_ tokenizer: Encoding) { self.tokenizer = tokenizer }

    /// Reads and encodes a whole corpus.
    ///
    /// - Parameter progress: called with the bytes of text so far.
    /// - Throws: what the reader and `receive` throw, a text that the tokenizer refuses, or several documents
    ///   and no token to put between them.
    mutating func encode(
        _ reader: CorpusReader, progress: (Int) -> Void = { _ in }, _ receive: Receiver
    ) throws(DataError) -> CorpusSummary {
        var bytes = 0
        let summary = try reader.forEachDocument { (document) throws(DataError) in
            bytes += document.bytes.count
            waitingBytes += document.bytes.count
            waiting.append(document)
            if waitingBytes >= Self.batchSize {
                try encodeWaiting(receive)
                progress(bytes)
            }
        }
        try encodeWaiting(receive)
        if documentCount > 1 { try receive([try endOfText()], false) }
        progress(bytes)
        return summary
    }

    /// The ids of one thread's share.
    private struct Encoded {
        var ids: [Int32] = []
        /// Where each part's ids end.
        var ends: [Int] = []
        var error: TokenizerError?
    }

    private mutating func encodeWaiting(_ receive: Receiver) throws(DataError) {
        let shares = TextShare.shares(
            of: waiting.map(\.bytes), size: Self.shareSize, cuts: tokenizer.encodesInParts)
        // The ids of all shares of a long document would take more than its text.
        for first in stride(from: 0, to: shares.count, by: Self.shareLimit) {
            let group = shares[first..<min(shares.count, first + Self.shareLimit)]
            for (share, encoded) in zip(group, encode(group)) { try handOn(share, encoded, receive) }
        }
        waiting = []
        waitingBytes = 0
    }

    private func encode(_ shares: ArraySlice<TextShare>) -> [Encoded] {
        mapInParallel(shares.count) { index in
            var result = Encoded()
            for part in shares[shares.startIndex + index].parts {
                let text = waiting[part.text].bytes
                do throws(TokenizerError) {
                    try tokenizer.encode(text.span.extracting(part.range)) { result.ids.append($0) }
                } catch {
                    result.error = error.movingOffset(by: part.range.lowerBound)
                    break
                }
                result.ends.append(result.ids.count)
            }
            return result
        }
    }

    private mutating func handOn(
        _ share: TextShare, _ encoded: Encoded, _ receive: Receiver
    ) throws(DataError) {
        var start = 0
        for (part, end) in zip(share.parts, encoded.ends) {
            let beginsDocument = part.range.lowerBound == 0
            if beginsDocument {
                documentCount += 1
                // Whether the first document is to be ended is known only now that there is a second one.
                if documentCount > 1 { try receive([try endOfText()], false) }
            }
            try receive(encoded.ids[start..<end], beginsDocument)
            start = end
        }
        if let error = encoded.error { throw waiting[share.parts[encoded.ends.count].text].located(error) }
    }

    private func endOfText() throws(DataError) -> Int32 {
        guard let end = tokenizer.endOfText else { throw .noEndOfText(kind: tokenizer.kind) }
        return Int32(end)
    }
}
