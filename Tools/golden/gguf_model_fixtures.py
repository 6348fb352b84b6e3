#!/usr/bin/env python3
"""Writes tiny llama.cpp models with gguf-py, and the logits that transformers computes from their dequantized weights.

For each architecture (llama, qwen2, qwen3, gpt2) and type (F32, Q8_0, Q4_1) a file ARCHITECTURE-TYPE.gguf as
convert_hf_to_gguf.py of llama.cpp writes it: names, rows of queries and keys in pairs (llama), transposed weights and a
copy of the tied head (gpt2). golden.safetensors has `input_ids` `[T]` and `ARCHITECTURE-TYPE` `[T, V]`, computed in
float64.

Example: python Tools/golden/gguf_model_fixtures.py        # pip install gguf==0.19.0 torch transformers
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter, LlamaFileType, TokenType, quants
from safetensors.torch import save_file
from transformers import (
    GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
    Qwen3ForCausalLM,
)  # fmt: skip

from exact import Float64Only, to_float64

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = REPOSITORY / "Tests/HibariModelsTests/Fixtures/gguf"
TYPES = {"f32": (Type.F32, LlamaFileType.ALL_F32), "q8_0": (Type.Q8_0, LlamaFileType.MOSTLY_Q8_0),
         "q4_1": (Type.Q4_1, LlamaFileType.MOSTLY_Q4_1)}  # fmt: skip
HIDDEN, HEADS, LAYERS, CONTEXT, TIME = 32, 4, 2, 24, 16
LETTERS = [*map(chr, range(0x21, 0x7F)), "Ġ", "Ċ"]
MERGES = ["t h", "th e", "Ġ the"]
WORDS = LETTERS + [merge.replace(" ", "") for merge in MERGES]
CONTROL = ["<|endoftext|>", "<|im_end|>"]
VOCABULARY = 112  # Those above, and padding.


def new_model(name: str) -> torch.nn.Module:
    shared = dict(
        vocab_size=VOCABULARY, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        num_key_value_heads=2, intermediate_size=64, max_position_embeddings=CONTEXT, rms_norm_eps=1e-5,
    )  # fmt: skip
    rope = {"rope_parameters": {"rope_type": "default", "rope_theta": 50_000.0}}
    match name:
        case "llama":
            return LlamaForCausalLM(LlamaConfig(**shared, **rope, tie_word_embeddings=False))
        case "qwen2":
            return Qwen2ForCausalLM(Qwen2Config(**shared, **rope, tie_word_embeddings=True))
        case "qwen3":
            return Qwen3ForCausalLM(Qwen3Config(**shared, **rope, tie_word_embeddings=True, head_dim=16))
        case "gpt2":
            return GPT2LMHeadModel(
                GPT2Config(vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=HIDDEN, n_layer=LAYERS, n_head=HEADS)
            )
    raise ValueError(name)


def randomize(model: torch.nn.Module, generator: torch.Generator) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=generator)
            is_norm = parameter.ndim == 1 and name.endswith("weight")
            parameter.copy_(1 + 0.2 * values if is_norm else 0.2 * values)


def stored_name(name: str) -> str:
    """llama.cpp's name of a tensor of transformers."""
    whole = {
        "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
        "transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm",
    }  # fmt: skip
    parts = {
        "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "ln_1": "attn_norm", "attn.c_attn": "attn_qkv",
        "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
    }  # fmt: skip
    stem, kind = name.rsplit(".", 1)
    if stem in whole:
        return f"{whole[stem]}.{kind}"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{parts[part]}.{kind}"


def arranged(architecture: str, name: str, values: np.ndarray) -> np.ndarray:
    """As llama.cpp stores it."""
    if architecture == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
        heads = HEADS if "q_proj" in name else 2
        size = values.shape[0] // heads
        return values.reshape(heads, 2, size // 2, -1).swapaxes(1, 2).reshape(values.shape)
    if architecture == "gpt2" and values.ndim == 2 and ".h." in name:
        return np.ascontiguousarray(values.T)
    return values


def restored(architecture: str, name: str, values: np.ndarray) -> np.ndarray:
    """The inverse of `arranged`."""
    if architecture == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
        heads = HEADS if "q_proj" in name else 2
        size = values.shape[0] // heads
        return values.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(values.shape)
    return arranged(architecture, name, values)


def add_metadata(writer: GGUFWriter, architecture: str, model: torch.nn.Module, file_type: LlamaFileType) -> None:
    c = model.config
    writer.add_type("model")
    writer.add_name(f"tiny {architecture}")
    writer.add_file_type(file_type)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    if architecture == "gpt2":
        writer.add_feed_forward_length(4 * HIDDEN)
        writer.add_layer_norm_eps(c.layer_norm_epsilon)
    else:
        writer.add_feed_forward_length(c.intermediate_size)
        writer.add_head_count_kv(2)
        writer.add_layer_norm_rms_eps(c.rms_norm_eps)
        writer.add_rope_freq_base(50_000.0)
    if architecture == "qwen3":
        writer.add_key_length(c.head_dim)
        writer.add_value_length(c.head_dim)
    if architecture == "llama":
        writer.add_rope_dimension_count(HIDDEN // HEADS)
        writer.add_vocab_size(VOCABULARY)
    tokens = WORDS + CONTROL
    padding = [f"[PAD{index}]" for index in range(len(tokens), VOCABULARY)]
    kinds = [TokenType.NORMAL] * len(WORDS) + [TokenType.CONTROL] * 2 + [TokenType.UNUSED] * len(padding)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe" if architecture == "llama" else "gpt-2")
    writer.add_token_list(tokens + padding)
    writer.add_token_types(kinds)
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(len(WORDS))
    writer.add_eos_token_id(len(WORDS) + 1)
    writer.add_chat_template("{% for m in messages %}{{ m['content'] }}<|im_end|>{% endfor %}")


def write(path: Path, architecture: str, kind: str, model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Writes the file; returns the weights that a reader finds in it, as transformers has them."""
    block_type, file_type = TYPES[kind]
    writer = GGUFWriter(path, architecture)
    add_metadata(writer, architecture, model, file_type)
    weights = {}
    for name, parameter in model.named_parameters():
        values = arranged(architecture, name, parameter.detach().numpy())
        is_plain = block_type == Type.F32 or values.ndim == 1 or "wpe" in name
        if is_plain:
            writer.add_tensor(stored_name(name), values)
        else:
            blocks = quants.quantize(values, block_type)
            writer.add_tensor(stored_name(name), blocks, raw_dtype=block_type)
            values = quants.dequantize(blocks, block_type)
        if name == "transformer.wte.weight":
            # As the converters of llama.cpp did until 2025.
            writer.add_tensor("output.weight", values if is_plain else blocks, raw_dtype=None if is_plain else block_type)
        weights[name] = torch.from_numpy(restored(architecture, name, values).copy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights


def logits(architecture: str, weights: dict[str, torch.Tensor], ids: torch.Tensor) -> torch.Tensor:
    model = new_model(architecture).eval()
    model.set_attn_implementation("eager")
    model.load_state_dict(weights, strict=False)
    model.tie_weights()
    with Float64Only(), torch.no_grad():
        result = to_float64(model)(ids[None], use_cache=False).logits[0]
    assert result.dtype == torch.float64
    return result.float().contiguous()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="folder to write to (default: %(default)s)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(7)
    ids = torch.randint(len(WORDS), (TIME,), generator=generator)
    results = {"input_ids": ids.int()}
    for architecture in ["llama", "qwen2", "qwen3", "gpt2"]:
        model = new_model(architecture).eval()
        randomize(model, generator)
        for kind in TYPES:
            weights = write(arguments.out / f"{architecture}-{kind}.gguf", architecture, kind, model)
            results[f"{architecture}-{kind}"] = logits(architecture, weights, ids)
    save_file(results, arguments.out / "golden.safetensors")


if __name__ == "__main__":
    main()
