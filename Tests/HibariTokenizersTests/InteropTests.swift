import Glibc
import HibariSupport
import HibariTokenizers
import Testing

/// Writes tokenizers, texts and ids for `Tools/interop/check_tokenizer.py`, which checks them against the
/// Hugging Face library, into the folder `$HIBARI_INTEROP_OUTPUT`.
@Suite(.enabled(if: getenv("HIBARI_INTEROP_OUTPUT") != nil, "HIBARI_INTEROP_OUTPUT is not set"))
struct InteropTests {
    /// What tokenizers get wrong: spaces at all places, line breaks, control characters, marks, joined emoji.
    static let awkward =
        "  two  spaces \n\n\tand\r\na\rb \u{0}\u{1}\u{7F}\u{A0}\u{3000}\u{200B}\u{200D}\u{FEFF}\u{2028}e\u{301}é "
        + "が\u{304B}\u{3099} 👨‍👩‍👧 🇯🇵 Ġ Ċ ▁x don't , . ! ?  n't 's \\u0041 \"q\" \u{E000}\u{10FFFF} 雲雀 "

    @Test(arguments: ["awkward", "text/en/tinyshakespeare.txt", "text/ja/aozora_5mb.txt"])
    func write(text name: String) throws {
        let output = String(cString: getenv("HIBARI_INTEROP_OUTPUT"))
        let data = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
        let text =
            name == "awkward"
            ? Self.awkward : String(decoding: try readFile("\(data)/\(name)"), as: UTF8.self)
        let pieces = text.split(separator: "<|endoftext|>", omittingEmptySubsequences: false).map {
            Array($0.utf8)
        }
        let characters = try CharacterTokenizer.train(on: Array(text.utf8), addsEndOfText: pieces.count > 1)
        let stem = name.split(separator: "/").last!.split(separator: ".")[0]
        let bpe = try BPETokenizer.train(on: Array(text.utf8), vocabularySize: 1024)
        for tokenizer in [ByteTokenizer(), characters, bpe] as [any Tokenizer] {
            let directory = "\(output)/\(stem)-\(tokenizer.kind)"
            try makeDirectories(directory)
            try tokenizer.save(toDirectory: directory, contextLength: 256)
            try writeFileAtomically("\(directory)/text.txt", text)
            let ids = try pieces.map { JSONValue.array(try tokenizer.encode($0).map { .integer(Int($0)) }) }
            try writeFileAtomically("\(directory)/ids.json", (ids.count == 1 ? ids[0] : .array(ids)).bytes())
        }
    }
}
