import CPCRE2
import HibariSupport

/// A regular expression with the meaning that Oniguruma, which the Hugging Face library uses, gives it: `^` and
/// `$` match at every line, classes are those of Unicode.
///
/// Matching is bounded: a pattern that backtracks too much on some text is an error there, not a hang.
// Sendable: the compiled code is only read; PCRE2 allows that from any number of threads.
final class RegularExpression: @unchecked Sendable {
    let pattern: String
    private let code: OpaquePointer
    private let context: OpaquePointer

    /// Backtracking steps for one match; PCRE2's default.
    private static let matchLimit: UInt32 = 10_000_000
    /// Kibibytes of backtracking state for one match.
    private static let heapLimit: UInt32 = 1 << 18

    /// - Returns: nil with the reason in `problem` if the pattern cannot be compiled.
    init?(_ pattern: String, problem: inout String) {
        let options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C
        var (number, offset): (Int32, Int) = (0, 0)
        let bytes = Array(pattern.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil) else {
            var message = [UInt8](repeating: 0, count: 256)
            let count = pcre2_get_error_message_8(number, &message, message.count)
            problem = "\(String(decoding: message.prefix(max(0, Int(count))), as: UTF8.self)) at byte \(offset)"
            return nil
        }
        guard let context = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(code)
            problem = "out of memory"
            return nil
        }
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        self.pattern = pattern
        self.code = code
        self.context = context
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_code_free_8(code)
    }

    /// The matches in `text`, in order and without overlap, as ranges of its indices. An empty match at the
    /// end of the match before it does not count.
    ///
    /// - Precondition: `text` is valid UTF-8.
    /// - Throws: `TokenizerError.patternTooSlow` if a match takes too much backtracking.
    func matches(in text: ArraySlice<UInt8>) throws(TokenizerError) -> [Range<Int>] {
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else {
            preconditionFailure("RegularExpression: out of memory")
        }
        defer { pcre2_match_data_free_8(data) }
        var ranges: [Range<Int>] = []
        var failure: Int32 = 0
        var start = 0
        text.withUnsafeBufferPointer { buffer in
            var previousEnd = -1
            while start <= buffer.count {
                // The text was checked once; checking it for every match would make the whole quadratic.
                let result = pcre2_match_8(
                    code, buffer.baseAddress, buffer.count, start, PCRE2_NO_UTF_CHECK, data, context)
                if result < 0 {
                    failure = result == PCRE2_ERROR_NOMATCH ? 0 : result
                    return
                }
                guard let offsets = pcre2_get_ovector_pointer_8(data) else { return }
                // `\K` in a lookahead can put the start after the end.
                let range = min(offsets[0], offsets[1])..<offsets[1]
                if !range.isEmpty || range.lowerBound != previousEnd { ranges.append(range) }
                previousEnd = range.upperBound
                start = range.upperBound
                if range.isEmpty { start += start < buffer.count ? utf8Length(lead: buffer[start]) : 1 }
            }
        }
        if failure != 0 { throw .patternTooSlow(pattern: pattern, offset: start) }
        return ranges.map { $0.lowerBound + text.startIndex..<$0.upperBound + text.startIndex }
    }
}
