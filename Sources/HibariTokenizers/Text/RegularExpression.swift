import CPCRE2
import HibariSupport

/// A regular expression in the dialect of Hugging Face tokenizers (`OnigurumaPattern`), compiled by PCRE2, to
/// machine code if it can.
///
/// Letters and numbers are those of PCRE2's Unicode version, 14.0 in PCRE2 10.42.
// Sendable: the code is not changed after `init`, and PCRE2 allows threads to share it.
final class RegularExpression: @unchecked Sendable {
    /// As it was given.
    let pattern: String
    /// Owned, freed in `deinit`.
    private let code: OpaquePointer
    /// Lets patterns that recurse have more than the 32 KiB of stack that PCRE2 starts with.
    private static let stackLimit = 64 << 20

    /// - Throws: `TokenizerError.invalidPattern` with the offset of the fault in `pattern`.
    init(_ pattern: String) throws(TokenizerError) {
        self.pattern = pattern
        let translation = try OnigurumaPattern(pattern).translated()
        // Oniguruma's `$` stands before every line feed, and its dot for none.
        let options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C
        var fault: Int32 = 0
        var offset = 0
        let code = translation.text.withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count, options, &fault, &offset, nil)
        }
        guard let code else {
            throw .invalidPattern(
                pattern: pattern, offset: translation.sourceOffset(of: offset), problem: message(fault))
        }
        self.code = code
        // Without JIT the pattern is interpreted, which gives the same matches.
        _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    }

    deinit { pcre2_code_free_8(code) }

    /// Calls `body` with the matches in `text` that are not empty, in order and without overlap.
    ///
    /// - Parameter offset: what is added to every range, and to the offset of an error.
    /// - Precondition: `text` is valid UTF-8.
    /// - Throws: `TokenizerError.patternFailed` if PCRE2 gives up because a match takes too much backtracking.
    func forEachMatch(
        in text: Span<UInt8>, offset: Int = 0, _ body: (Range<Int>) -> Void
    ) throws(TokenizerError) {
        let data = pcre2_match_data_create_8(1, nil)
        let context = pcre2_match_context_create_8(nil)
        let stack = pcre2_jit_stack_create_8(32 << 10, Self.stackLimit, nil)
        pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) })
        defer {
            pcre2_jit_stack_free_8(stack)
            pcre2_match_context_free_8(context)
            pcre2_match_data_free_8(data)
        }
        let failure = text.withUnsafeBufferPointer { text -> (offset: Int, problem: String)? in
            var start = 0
            while start < text.count {
                // Checking the text again for every match would make the whole quadratic.
                let options = PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY
                let result = pcre2_match_8(code, text.baseAddress, text.count, start, options, data, context)
                guard result >= 0, let bounds = pcre2_get_ovector_pointer_8(data) else {
                    return result == PCRE2_ERROR_NOMATCH ? nil : (start, message(result))
                }
                // `\K` in a lookahead can put the start of a match after its end; such a match is none.
                let (matchStart, matchEnd) = (bounds[0], bounds[1])
                guard matchStart >= start, matchEnd > matchStart else { return nil }
                body(offset + matchStart..<offset + matchEnd)
                start = matchEnd
            }
            return nil
        }
        if let failure {
            throw .patternFailed(pattern: pattern, offset: offset + failure.offset, problem: failure.problem)
        }
    }
}

/// What PCRE2 says of an error number.
private func message(_ number: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 256)
    let count = pcre2_get_error_message_8(number, &text, text.count)
    return count < 0 ? "error \(number)" : String(decoding: text.prefix(Int(count)), as: UTF8.self)
}
