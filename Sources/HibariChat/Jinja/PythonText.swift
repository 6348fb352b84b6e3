/// What Python's `str.isspace` and `\s` of its regular expressions call white space.
func isPythonSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
        0x3000:
        true
    default: false
    }
}

/// Methods of Python's `str`, on Unicode scalars as there.
extension String {
    /// A substring by scalars.
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }

    /// `strip`, `lstrip`, `rstrip`: without the scalars of `characters` at its ends; white space if that is nil.
    func stripped(_ characters: String? = nil, left: Bool = true, right: Bool = true) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func isCut(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? isPythonSpace(scalar) }
        var rest = unicodeScalars[...]
        if left { rest = rest.drop(while: isCut) }
        if right { while let last = rest.last, isCut(last) { rest.removeLast() } }
        return String(Substring(rest))
    }

    /// `split()` at runs of white space, or at each `separator`, at most `limit` times if that is not negative.
    ///
    /// - Precondition: `separator` is not empty.
    func pythonSplit(_ separator: String? = nil, limit: Int = -1) -> [String] {
        guard let separator else { return splitAtSpace(limit: limit) }
        let (bytes, mark) = (Array(utf8), Array(separator.utf8))
        precondition(!mark.isEmpty, "pythonSplit: the separator is empty")
        var (parts, start): ([String], Int) = ([], 0)
        while limit < 0 || parts.count < limit, let found = firstPlace(of: mark, in: bytes, from: start) {
            parts.append(String(decoding: bytes[start..<found], as: UTF8.self))
            start = found + mark.count
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    private func splitAtSpace(limit: Int) -> [String] {
        var parts: [String] = []
        var rest = unicodeScalars[...].drop(while: isPythonSpace)
        while !rest.isEmpty {
            if limit >= 0, parts.count == limit {
                parts.append(String(Substring(rest)))
                break
            }
            let end = rest.firstIndex(where: isPythonSpace) ?? rest.endIndex
            parts.append(String(Substring(rest[..<end])))
            rest = rest[end...].drop(while: isPythonSpace)
        }
        return parts
    }

    /// `replace`: at most `limit` times if that is not negative. An empty `old` stands between all scalars.
    func pythonReplacing(_ old: String, with new: String, limit: Int = -1) -> String {
        if old.isEmpty {
            var (result, count) = ("", 0)
            for scalar in unicodeScalars {
                if limit < 0 || count < limit { result += new }
                count += 1
                result.unicodeScalars.append(scalar)
            }
            return limit < 0 || count < limit ? result + new : result
        }
        return pythonSplit(old, limit: limit).joined(separator: new)
    }

    /// Where `part` first begins, in scalars.
    func pythonFind(_ part: String) -> Int? {
        let bytes = Array(utf8)
        return firstPlace(of: Array(part.utf8), in: bytes, from: 0)
            .map { String(decoding: bytes[..<$0], as: UTF8.self).unicodeScalars.count }
    }

    func pythonStarts(with part: String) -> Bool { utf8.starts(with: part.utf8) }

    func pythonEnds(with part: String) -> Bool { utf8.suffix(part.utf8.count).elementsEqual(part.utf8) }

    /// The first scalar in title case, the others in lower case.
    var pythonCapitalized: String {
        guard let first = unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + String(Substring(unicodeScalars.dropFirst())).lowercased()
    }

    /// `str.title`: every run of letters capitalized.
    var pythonTitle: String {
        var (result, isInWord) = ("", false)
        for scalar in unicodeScalars {
            result += isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
            isInWord = scalar.properties.isCased
        }
        return result
    }

    /// The filter `title` of Jinja: words begin after white space, hyphens and opening brackets.
    var jinjaTitle: String {
        func isBoundary(_ scalar: Unicode.Scalar) -> Bool {
            isPythonSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
        }
        var (result, word) = ("", String.UnicodeScalarView())
        func finished() -> String {
            guard let first = word.first else { return "" }
            return String(Character(first)).uppercased() + String(Substring(word.dropFirst())).lowercased()
        }
        for scalar in unicodeScalars {
            if isBoundary(scalar) {
                result += finished()
                word = String.UnicodeScalarView()
                result.unicodeScalars.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        return result + finished()
    }

    /// `splitlines`: cut at all of Unicode's line ends, which are left out.
    var pythonLines: [String] {
        var (lines, line): ([String], String.UnicodeScalarView) = ([], .init())
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x0A where previous == "\r": break
            case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
                lines.append(String(line))
                line = .init()
            default: line.append(scalar)
            }
            previous = scalar
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }
}

/// Where `part` next stands in `bytes`; an empty one stands everywhere.
///
/// Takes time in proportion to both lengths, whatever they hold: after a mismatch it goes on with the longest
/// beginning of the part that has just been seen.
/// Source: Knuth, Morris and Pratt 1977, Fast pattern matching in strings.
private func firstPlace(of part: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard start + part.count <= bytes.count else { return nil }
    if part.isEmpty { return start }
    // For each count of matched bytes, the longest shorter beginning that ends there as well.
    var borders = [0, 0]
    borders.reserveCapacity(part.count + 1)
    func step(_ matched: Int, _ byte: UInt8) -> Int {
        var matched = matched
        while matched > 0, part[matched] != byte { matched = borders[matched] }
        return part[matched] == byte ? matched + 1 : 0
    }
    for byte in part.dropFirst() { borders.append(step(borders[borders.count - 1], byte)) }
    var matched = 0
    for place in start..<bytes.count {
        matched = step(matched, bytes[place])
        if matched == part.count { return place + 1 - matched }
    }
    return nil
}
