import HibariSupport

/// The fields of a text of records, as RFC 4180 describes them, for any delimiter.
///
/// Lines end with a line feed, a carriage return or both. Fields in quotes keep what is in them, line ends
/// too, with `""` for one quote; white space around other fields is dropped. Empty lines are passed over. In
/// files with tabs, where quotes are rarely meant so, a quote that is not closed in its line is a character.
package struct DelimitedText {
    /// More cells than this are not taken into memory: a few bytes of compressed file could ask for all of it.
    package static let cellLimit = 1 << 27

    let path: String
    /// The fields one after the other, without quotes.
    private(set) var text: [UInt8] = []
    /// Where each field ends in `text`.
    private var fieldEnds: [UInt32] = []
    /// How many fields there are up to the end of each record.
    private var recordEnds: [Int] = []
    /// The line in which each record begins, from 1.
    private(set) var lines: [Int] = []

    package var recordCount: Int { recordEnds.count }

    func fieldCount(_ record: Int) -> Int { recordEnds[record] - (record == 0 ? 0 : recordEnds[record - 1]) }

    func field(_ record: Int, _ column: Int) -> ArraySlice<UInt8> {
        let index = (record == 0 ? 0 : recordEnds[record - 1]) + column
        return text[(index == 0 ? 0 : Int(fieldEnds[index - 1]))..<Int(fieldEnds[index])]
    }

    func string(_ record: Int, _ column: Int) -> String {
        String(decoding: field(record, column), as: UTF8.self)
    }

    /// - Precondition: less than 4 GiB of text.
    package init(
        path: String, bytes: ArraySlice<UInt8>, delimiter: UInt8, cellLimit: Int = Self.cellLimit
    ) throws(DatasetError) {
        self.path = path
        var index = bytes.startIndex
        var line = 1
        text.reserveCapacity(bytes.count)
        while index < bytes.endIndex {
            let firstField = fieldEnds.count
            let firstByte = text.count
            let firstLine = line
            var wasQuoted = false
            while true {
                wasQuoted = try readField(bytes, &index, &line, delimiter) || wasQuoted
                fieldEnds.append(UInt32(text.count))
                if fieldEnds.count > cellLimit {
                    throw .line(
                        path: path, line: line,
                        problem: "more than \(cellLimit) cells up to here; give a part of them")
                }
                guard index < bytes.endIndex, bytes[index] == delimiter else { break }
                index += 1
            }
            if index < bytes.endIndex { skipLineEnd(bytes, &index, &line) }
            if fieldEnds.count == firstField + 1, text.count == firstByte, !wasQuoted {
                fieldEnds.removeLast()
                continue
            }
            recordEnds.append(fieldEnds.count)
            lines.append(firstLine)
        }
    }

    /// Reads one field and stops at the delimiter, the line end or the end after it.
    ///
    /// - Returns: whether it was in quotes.
    private mutating func readField(
        _ bytes: ArraySlice<UInt8>, _ index: inout Int, _ line: inout Int, _ delimiter: UInt8
    ) throws(DatasetError) -> Bool {
        while index < bytes.endIndex, isSpace(bytes[index]), bytes[index] != delimiter { index += 1 }
        if index < bytes.endIndex, bytes[index] == quote,
            delimiter != tab || closesInLine(bytes, index, delimiter)
        {
            try readQuoted(bytes, &index, &line, delimiter)
            return true
        }
        let begin = index
        while index < bytes.endIndex, bytes[index] != delimiter, !isLineEnd(bytes[index]) { index += 1 }
        var end = index
        while end > begin, isSpace(bytes[end - 1]) { end -= 1 }
        text += bytes[begin..<end]
        return false
    }

    private mutating func readQuoted(
        _ bytes: ArraySlice<UInt8>, _ index: inout Int, _ line: inout Int, _ delimiter: UInt8
    ) throws(DatasetError) {
        let firstLine = line
        index += 1
        while true {
            guard index < bytes.endIndex else {
                throw .line(path: path, line: firstLine, problem: "a quote opens here and is never closed")
            }
            let byte = bytes[index]
            index += 1
            if byte == quote {
                guard index < bytes.endIndex, bytes[index] == quote else { break }
                index += 1
            } else if isLineEnd(byte) {
                line +=
                    byte == UInt8(ascii: "\n") || index == bytes.endIndex
                        || bytes[index] != UInt8(ascii: "\n") ? 1 : 0
            }
            text.append(byte)
        }
        while index < bytes.endIndex, isSpace(bytes[index]), bytes[index] != delimiter { index += 1 }
        if index < bytes.endIndex, bytes[index] != delimiter, !isLineEnd(bytes[index]) {
            throw .line(
                path: path, line: line,
                problem: "a field goes on after its closing quote; a quote inside quotes is written twice")
        }
    }

    private func closesInLine(_ bytes: ArraySlice<UInt8>, _ opening: Int, _ delimiter: UInt8) -> Bool {
        var index = opening + 1
        while index < bytes.endIndex, !isLineEnd(bytes[index]) {
            if bytes[index] == quote {
                let next = index + 1
                if next == bytes.endIndex || bytes[next] == delimiter || isLineEnd(bytes[next]) {
                    return true
                }
                if bytes[next] != quote { return false }
                index = next
            }
            index += 1
        }
        return false
    }
}

private let quote = UInt8(ascii: "\"")
private let tab = UInt8(ascii: "\t")

private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == tab }

private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

private func skipLineEnd(_ bytes: ArraySlice<UInt8>, _ index: inout Int, _ line: inout Int) {
    let first = bytes[index]
    index += 1
    if first == UInt8(ascii: "\r"), index < bytes.endIndex, bytes[index] == UInt8(ascii: "\n") { index += 1 }
    line += 1
}

/// The delimiter that cuts most of the first records into the same number of fields, at least two; of several
/// the one that makes the most fields; a comma if there is none.
func detectDelimiter(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    let sample = bytes.prefix(1 << 16)
    var best: (records: Int, fields: Int, delimiter: UInt8) = (0, 0, UInt8(ascii: ","))
    for delimiter in Array(",;\t|".utf8) {
        var counts: [Int: Int] = [:]
        var fields = 1
        var isQuoted = false
        var isEmpty = true
        for byte in sample {
            if byte == quote { isQuoted.toggle() }
            if isLineEnd(byte), !isQuoted || delimiter == tab {
                if !isEmpty { counts[fields, default: 0] += 1 }
                (fields, isEmpty, isQuoted) = (1, true, false)
            } else {
                isEmpty = false
                if byte == delimiter, !isQuoted || delimiter == tab { fields += 1 }
            }
        }
        // The last line of the sample may be cut off, unless the file ends there.
        if !isEmpty, sample.count == bytes.count { counts[fields, default: 0] += 1 }
        for (fields, records) in counts where fields > 1 && (records, fields) > (best.records, best.fields) {
            best = (records, fields, delimiter)
        }
    }
    return best.delimiter
}
