import HibariSupport

/// Goes through the regular files of a tar archive from front to back.
///
/// Other kinds of entries (folders, links, extended headers) are passed over.
/// Source: POSIX.1-2017, pax, "ustar Interchange Format".
struct TarReader {
    struct Entry {
        let name: String
        /// In bytes.
        let size: Int
    }

    private let file: DataFile
    /// What is left of the file at hand, and the padding after it.
    private var left = 0
    private var padding = 0

    init(_ file: DataFile) { self.file = file }

    /// The next file, nil at the end of the archive. What was not read of the one before is skipped.
    mutating func next() throws -> Entry? {
        while true {
            try skip(left + padding)
            (left, padding) = (0, 0)
            let begin = file.offset
            let header = try file.read(512, "the header of a file")
            if header.allSatisfy({ $0 == 0 }) { return nil }
            // The sum of all bytes, with those of the sum itself counted as spaces.
            let sum =
                header.reduce(0) { $0 + Int($1) } - header[148..<156].reduce(0) { $0 + Int($1) } + 8 * 0x20
            guard octal(header[148..<156]) == sum else {
                throw file.invalid("no header of a tar archive", at: begin)
            }
            guard let size = octal(header[124..<136]) else {
                throw file.invalid("a size that is no octal number", at: begin + 124)
            }
            left = size
            padding = (512 - size % 512) % 512
            let type = header[156]
            if type == 0 || type == UInt8(ascii: "0") { return Entry(name: name(header), size: size) }
        }
    }

    /// The next bytes of the file at hand, fewer than `count` only at its end.
    mutating func read(_ count: Int) throws -> [UInt8] {
        let bytes = try file.read(min(count, left), "a file of the archive")
        left -= bytes.count
        return bytes
    }

    private func skip(_ count: Int) throws {
        var rest = count
        while rest > 0 {
            let bytes = try file.read(min(rest, 1 << 20), "a file of the archive")
            rest -= bytes.count
        }
    }

    private func name(_ header: [UInt8]) -> String {
        func text(_ range: Range<Int>) -> String {
            String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self)
        }
        let hasPrefix = header[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = hasPrefix ? text(345..<500) : ""
        return prefix.isEmpty ? text(0..<100) : prefix + "/" + text(0..<100)
    }
}

/// A number in octal digits, with spaces before and a space or zero byte after it.
private func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    if digits.isEmpty || digits.count > 12 { return nil }
    return digits.reduce(0 as Int?) { sum, digit in
        guard let sum, (0x30...0x37).contains(digit) else { return nil }
        return sum << 3 | Int(digit - 0x30)
    }
}
