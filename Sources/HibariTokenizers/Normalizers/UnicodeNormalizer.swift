import CUTF8Proc

/// The four normalization forms of Unicode, in time linear in the text but for sorting runs of marks.
///
/// Source: Unicode Standard Annex 15.
struct UnicodeNormalizer: Normalizer {
    enum Form: Sendable {
        case nfc, nfd, nfkc, nfkd

        var isComposed: Bool { self == .nfc || self == .nfkc }
        var isCompatible: Bool { self == .nfkc || self == .nfkd }
    }

    let form: Form

    init(_ form: Form) { self.form = form }

    init(_ form: Form, _ component: Component) throws(TokenizerError) {
        try component.expectKeys()
        self.form = form
    }

    func normalize(_ text: [UInt8]) -> [UInt8] {
        if text.allSatisfy({ $0 < 0x80 }) { return text }
        var scalars = decomposed(text)
        sortMarks(&scalars)
        if form.isComposed { compose(&scalars) }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for scalar in scalars { appendUTF8(UInt32(scalar), to: &result) }
        return result
    }

    private func decomposed(_ text: [UInt8]) -> [Int32] {
        let compatibility = form.isCompatible ? UTF8PROC_COMPAT.rawValue : 0
        let options = utf8proc_option_t(
            UTF8PROC_STABLE.rawValue | UTF8PROC_DECOMPOSE.rawValue | compatibility)
        var scalars: [Int32] = []
        scalars.reserveCapacity(text.count)
        // The longest decomposition, of U+FDFA, has 18 scalars.
        var buffer = [Int32](repeating: 0, count: 32)
        var boundaryClass: Int32 = 0
        for (value, _) in UTF8Scalars(text) {
            if value < 0x80 || CharacterHistory.undecomposed.contains(value) {
                scalars.append(Int32(value))
                continue
            }
            let count = utf8proc_decompose_char(
                Int32(value), &buffer, buffer.count, options, &boundaryClass)
            precondition(
                count >= 0 && count <= buffer.count, "UnicodeNormalizer: U+\(value) decomposes to \(count)")
            scalars += buffer[..<count]
        }
        return scalars
    }

    /// Puts each run of marks into canonical order. utf8proc's own ordering takes quadratic time, which a
    /// text of nothing but marks would make endless.
    private func sortMarks(_ scalars: inout [Int32]) {
        var start = 0
        while start < scalars.count {
            if combiningClass(scalars[start]) == 0 {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, combiningClass(scalars[end]) != 0 { end += 1 }
            if end - start > 1 {
                let run = scalars[start..<end].enumerated().sorted {
                    let (a, b) = (combiningClass($0.element), combiningClass($1.element))
                    return a != b ? a < b : $0.offset < $1.offset
                }
                scalars.replaceSubrange(start..<end, with: run.map(\.element))
            }
            start = end
        }
    }

    private func compose(_ scalars: inout [Int32]) {
        var result: [Int32] = []
        result.reserveCapacity(scalars.count)
        var start = 0
        while start < scalars.count {
            let end = scalars[start...].firstIndex(where: isUnknown) ?? scalars.count
            appendComposed(scalars[start..<end], to: &result)
            if end < scalars.count { result.append(scalars[end]) }
            start = end + 1
        }
        scalars = result
    }

    private func appendComposed(_ scalars: ArraySlice<Int32>, to result: inout [Int32]) {
        var part = Array(scalars)
        let options = utf8proc_option_t(UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)
        let count = utf8proc_normalize_utf32(&part, part.count, options)
        precondition(count >= 0 && count <= part.count, "UnicodeNormalizer: utf8proc error \(count)")
        result += part[..<count]
    }
}

/// Whether normalization knows nothing of a character.
private func isUnknown(_ scalar: Int32) -> Bool {
    let value = UInt32(bitPattern: scalar)
    return value >= 0x300
        && (CharacterHistory.undecomposed.contains(value) || CharacterHistory.uncombined.contains(value))
}

/// The table is a constant of the library.
private func combiningClass(_ scalar: Int32) -> Int16 {
    if scalar < 0x300 { return 0 }
    let known = utf8proc_get_property(scalar).pointee.combining_class
    return known == 0 || CharacterHistory.uncombined.contains(UInt32(bitPattern: scalar)) ? 0 : known
}
