import CPCRE2
import HibariSupport

/// Cuts text at the matches of any regular expression, by PCRE2: each match is a piece, and so is what lies
/// between two.
///
/// Patterns are read as Hugging Face tokenizers reads them (`OnigurumaPattern`). Where the text is not valid
/// UTF-8, each valid stretch is cut as a text of its own and each other byte is a piece. Letters and numbers
/// are those of PCRE2's Unicode version, 14.0 in PCRE2 10.42.
package struct PCRE2PreTokenizer: TextSplitter {
    /// The regular expression as it was given.
    package let pattern: String
    private let code: CompiledPattern

    /// - Throws: `TokenizerError.invalidPattern` with the offset of the fault in `pattern`.
    package init(pattern: String) throws(TokenizerError) {
        self.pattern = pattern
        code = try CompiledPattern(OnigurumaPattern(pattern))
    }

    package func forEachPiece(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) throws(TokenizerError) {
        var start = 0
        while start < text.count {
            let rest = text.extracting(start...)
            let length = rest.withUnsafeBytes { firstInvalidUTF8(in: $0) } ?? rest.count
            if let fault = code.forEachPiece(in: rest.extracting(..<length), offset: start, body) {
                throw .patternFailed(pattern: pattern, offset: start + fault.offset, problem: fault.problem)
            }
            start += length
            if start < text.count {
                body(start..<start + 1)
                start += 1
            }
        }
    }
}

/// A pattern that PCRE2 has compiled, to machine code if it can.
// Sendable: the code is not changed after `init`, and PCRE2 allows threads to share it.
private final class CompiledPattern: @unchecked Sendable {
    /// Owned, freed in `deinit`.
    private let code: OpaquePointer
    /// Lets patterns that recurse have more than the 32 KiB of stack that PCRE2 starts with.
    private static let stackLimit = 64 << 20

    init(_ source: OnigurumaPattern) throws(TokenizerError) {
        let pattern = try source.translated()
        // Oniguruma's `$` stands before every line feed, and its dot for none.
        let options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE
        var fault: Int32 = 0
        var offset = 0
        let code = pattern.text.withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count, options, &fault, &offset, nil)
        }
        guard let code else {
            throw .invalidPattern(
                pattern: source.text, offset: pattern.sourceOffset(of: offset), problem: message(fault))
        }
        self.code = code
        // Without JIT the pattern is interpreted, which gives the same matches.
        _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
    }

    deinit { pcre2_code_free_8(code) }

    /// Calls `body` with the pieces of valid UTF-8, moved by `offset`.
    ///
    /// - Returns: where in the text and why PCRE2 gave up, nil if it did not.
    func forEachPiece(
        in text: Span<UInt8>, offset: Int, _ body: (Range<Int>) -> Void
    ) -> (offset: Int, problem: String)? {
        let data = pcre2_match_data_create_8(1, nil)
        let context = pcre2_match_context_create_8(nil)
        let stack = pcre2_jit_stack_create_8(32 << 10, Self.stackLimit, nil)
        pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) })
        defer {
            pcre2_jit_stack_free_8(stack)
            pcre2_match_context_free_8(context)
            pcre2_match_data_free_8(data)
        }
        return text.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count {
                let options = PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY
                let result = pcre2_match_8(code, text.baseAddress, text.count, start, options, data, context)
                guard result >= 0, let bounds = pcre2_get_ovector_pointer_8(data) else {
                    if result != PCRE2_ERROR_NOMATCH { return (start, message(result)) }
                    break
                }
                // `\K` in a lookahead can put the start of a match after its end; such a match is none.
                let (matchStart, matchEnd) = (bounds[0], bounds[1])
                guard matchStart >= start, matchEnd > matchStart else { break }
                if matchStart > start { body(offset + start..<offset + matchStart) }
                body(offset + matchStart..<offset + matchEnd)
                start = matchEnd
            }
            if start < text.count { body(offset + start..<offset + text.count) }
            return nil
        }
    }
}

/// What PCRE2 says of an error number.
private func message(_ number: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 256)
    let count = pcre2_get_error_message_8(number, &text, text.count)
    return count < 0 ? "error \(number)" : String(decoding: text.prefix(Int(count)), as: UTF8.self)
}
