/// The patterns that have a scanner, by the names that the command line uses.
package enum PreTokenizerPattern: String, CaseIterable, Sendable {
    /// GPT-2 and GPT-3.
    case gpt2
    /// GPT-4 and GPT-3.5, as tiktoken cuts.
    case cl100k
    /// GPT-4o, as tiktoken cuts.
    case o200k
    /// Llama 3, and GPT-4 as Hugging Face tokenizers cuts.
    case llama3
    /// Qwen 2, 2.5 and 3.
    case qwen2
    /// SmolLM and SmolLM2.
    case smollm

    /// The pattern as a regular expression that means the same to Oniguruma (Hugging Face tokenizers), Rust's
    /// fancy-regex (tiktoken) and PCRE2.
    package var regex: String {
        switch self {
        case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        case .cl100k:
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
                + #"|\s+\z|\s*[\r\n]|\s+(?!\S)|\s"#
        case .o200k:
            #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
                + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
                + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
                + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+"#
                + #"|\s+(?!\S)|\s+"#
        case .llama3:
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
                + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
        case .qwen2:
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
                + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
        case .smollm:
            #"\p{N}|'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?=\p{N})|\s+(?!\S)|\s+"#
        }
    }

    /// The pattern that a regular expression of a tokenizer.json stands for, if there is a scanner for it.
    package init?(regex: String) {
        // GPT-2's as tiktoken 0.14 and 0.4 write it. Its cl100k means something else to Oniguruma.
        let spellings = [
            #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#,
            #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
        ]
        let known = spellings.contains(regex) ? .gpt2 : Self.allCases.first { $0.regex == regex }
        guard let known else { return nil }
        self = known
    }

    package var scanner: any PreTokenizer {
        switch self {
        case .gpt2: GPT2PreTokenizer()
        case .cl100k: CL100KPreTokenizer()
        case .o200k: O200KPreTokenizer()
        case .llama3: Llama3PreTokenizer()
        case .qwen2: Qwen2PreTokenizer()
        case .smollm: SmolLMPreTokenizer()
        }
    }
}
