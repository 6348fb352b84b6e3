/// Cuts text into the pieces of GPT-4, tiktoken's cl100k_base.
///
/// As Llama 3, and whitespace at the end of the text is one piece, whatever it is.
/// Source: tiktoken_ext/openai_public.py.
package struct CL100KPreTokenizer: PreTokenizer {
    private let words = WordPreTokenizer(numbers: 3, keepsFinalSpaces: true)

    package init() {}

    package func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        words.end(ofPieceAt: start, in: text)
    }
}
