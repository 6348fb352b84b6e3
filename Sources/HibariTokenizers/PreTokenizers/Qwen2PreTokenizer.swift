/// Cuts text into the pieces of Qwen 2, 2.5 and 3.
///
/// As Llama 3, with each number character by itself.
/// Source: tokenizer.json of Qwen2.
package struct Qwen2PreTokenizer: PreTokenizer {
    private let words = WordPreTokenizer(numbers: 1, keepsFinalSpaces: false)

    package init() {}

    package func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        words.end(ofPieceAt: start, in: text)
    }
}
