/// How llama.cpp stores a tensor, next to how `transformers` does.
enum GGUFArrangement: Equatable {
    case same
    /// Rows of each head in other order: row 2i + s of llama.cpp is row s·D/2 + i, as its rotary positions turn
    /// neighbors and those of `transformers` the halves of a head.
    case pairedRows(heads: Int)
    /// GPT-2's `[in, out]` as `[out, in]`.
    case transposed
}

/// The names of a model's tensors in `transformers` and in llama.cpp.
///
/// Source: `gguf/tensor_mapping.py` and `convert_hf_to_gguf.py` of llama.cpp.
struct GGUFTensorNames {
    struct Entry {
        /// In `transformers`.
        let name: String
        /// In llama.cpp.
        let stored: String
        let arrangement: GGUFArrangement
    }

    /// llama.cpp's names of what is not in a block.
    static let tokenEmbedding = "token_embd.weight"
    static let positionEmbedding = "position_embd.weight"
    static let output = "output.weight"
    /// Llama 3's factors of the rotary frequencies, which `transformers` computes from its configuration.
    static let rotaryFactors = "rope_freqs.weight"

    private let byName: [String: Entry]
    private let byStoredName: [String: Entry]

    init(_ c: DecoderConfiguration) {
        var entries: [Entry] = []
        func add(_ name: String, _ stored: String, _ arrangement: GGUFArrangement = .same) {
            entries.append(
                Entry(name: name + ".weight", stored: stored + ".weight", arrangement: arrangement))
            // A vector has no axes to exchange.
            entries.append(
                Entry(
                    name: name + ".bias", stored: stored + ".bias",
                    arrangement: arrangement == .transposed ? .same : arrangement))
        }
        add("lm_head", "output")
        if c.family == .gpt2 {
            add("transformer.wte", "token_embd")
            add("transformer.wpe", "position_embd")
            add("transformer.ln_f", "output_norm")
            for layer in 0..<c.layerCount {
                let (block, stored) = ("transformer.h.\(layer)", "blk.\(layer)")
                add("\(block).ln_1", "\(stored).attn_norm")
                add("\(block).attn.c_attn", "\(stored).attn_qkv", .transposed)
                add("\(block).attn.c_proj", "\(stored).attn_output", .transposed)
                add("\(block).ln_2", "\(stored).ffn_norm")
                add("\(block).mlp.c_fc", "\(stored).ffn_up", .transposed)
                add("\(block).mlp.c_proj", "\(stored).ffn_down", .transposed)
            }
        } else {
            // Of our families llama.cpp turns neighbors in this one alone.
            let pairs = c.family == .llama
            add("model.embed_tokens", "token_embd")
            add("model.norm", "output_norm")
            for layer in 0..<c.layerCount {
                let (block, stored) = ("model.layers.\(layer)", "blk.\(layer)")
                let attention = "\(block).self_attn"
                add("\(block).input_layernorm", "\(stored).attn_norm")
                add(
                    "\(attention).q_proj", "\(stored).attn_q",
                    pairs ? .pairedRows(heads: c.headCount) : .same)
                add(
                    "\(attention).k_proj", "\(stored).attn_k",
                    pairs ? .pairedRows(heads: c.keyValueHeadCount) : .same)
                add("\(attention).v_proj", "\(stored).attn_v")
                add("\(attention).o_proj", "\(stored).attn_output")
                add("\(attention).q_norm", "\(stored).attn_q_norm")
                add("\(attention).k_norm", "\(stored).attn_k_norm")
                add("\(block).post_attention_layernorm", "\(stored).ffn_norm")
                for part in ["gate", "up", "down"] {
                    add("\(block).mlp.\(part)_proj", "\(stored).ffn_\(part)")
                }
            }
        }
        byName = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
        byStoredName = Dictionary(entries.map { ($0.stored, $0) }) { first, _ in first }
    }

    /// The tensor of this name in `transformers`; nil if the model has none.
    func entry(named name: String) -> Entry? { byName[name] }

    /// The tensor of this name in llama.cpp; nil if the model has none.
    func entry(storedAs name: String) -> Entry? { byStoredName[name] }
}
