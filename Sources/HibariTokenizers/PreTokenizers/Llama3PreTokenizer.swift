/// Cuts text into the pieces of Llama 3.
///
/// As `WordPreTokenizer` says.
/// Source: tokenizer.json of Llama 3.
package struct Llama3PreTokenizer: PreTokenizer {
    private let words = WordPreTokenizer(numbers: 3, keepsFinalSpaces: false)

    package init() {}

    package func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        words.end(ofPieceAt: start, in: text)
    }
}
