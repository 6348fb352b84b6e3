#!/usr/bin/env python3
"""Saves a small random transformers checkpoint with a byte-level tokenizer, and its logits for a text.

Example: python Tools/interop/make_random_checkpoint.py qwen3 random-qwen3 --seed 3
"""

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, LlamaConfig, MistralConfig
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen3Config
from transformers.utils import logging

END_OF_TEXT, END_OF_TEXT_ID = "<|endoftext|>", 256
VOCABULARY, CONTEXT, HIDDEN, LAYERS, HEADS = 257, 128, 64, 4, 4
DEFAULT_TEXT = "The skylark sings as it climbs. 雲雀は歌いながら昇る。 3 + 4 = 7\n"


def byte_symbols() -> list[str]:
    """The character that the byte-level alphabet writes for each byte, by byte value.

    Printable Latin-1 characters stand for themselves; the other bytes take the characters from U+0100 upward
    in order.
    """
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    spare = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(spare)) for byte in range(256)]


def byte_tokenizer() -> PreTrainedTokenizerFast:
    """Every byte is one token whose id is its value; no merges, no splitting, no normalization."""
    tokenizer = Tokenizer(BPE(vocab={symbol: byte for byte, symbol in enumerate(byte_symbols())}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(END_OF_TEXT, special=True, normalized=False)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        clean_up_tokenization_spaces=False,
        model_max_length=CONTEXT,
    )


def configuration(family: str):
    ends = {"bos_token_id": END_OF_TEXT_ID, "eos_token_id": END_OF_TEXT_ID}
    if family == "gpt2":
        return GPT2Config(
            vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=HIDDEN, n_layer=LAYERS, n_head=HEADS, **ends
        )
    shared = dict(
        vocab_size=VOCABULARY,
        max_position_embeddings=CONTEXT,
        hidden_size=HIDDEN,
        intermediate_size=176,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=2,
        **ends,
    )
    if family == "llama":
        return LlamaConfig(tie_word_embeddings=False, rms_norm_eps=1e-5, **shared)
    if family == "qwen2":
        return Qwen2Config(tie_word_embeddings=True, **shared)
    if family == "mistral":
        return MistralConfig(sliding_window=16, **shared)
    if family == "yarn":
        yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": CONTEXT // 4}
        return LlamaConfig(attention_bias=True, mlp_bias=True, rope_parameters=yarn, **shared)
    return Qwen3Config(tie_word_embeddings=True, head_dim=32, **shared)


def randomize(model, generator: torch.Generator) -> None:
    """Wide weights, norms around 1 and biases around 0: a mistake anywhere shows in the logits."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim >= 2:
                parameter.copy_(0.15 * values)
            else:
                parameter.copy_((0.0 if name.endswith(".bias") else 1.0) + 0.1 * values)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("family", choices=["gpt2", "llama", "qwen2", "qwen3", "mistral", "yarn"])
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dtype", choices=["float32", "float16", "bfloat16"], default="float32")
    parser.add_argument("--shard-size", default="5GB", help="of the largest file (default: %(default)s)")
    parser.add_argument(
        "--text", default=DEFAULT_TEXT, help="what the expected logits are for; at most 128 bytes"
    )
    arguments = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)

    expected_ids = list(arguments.text.encode())
    if not 0 < len(expected_ids) <= CONTEXT:
        parser.error(f"--text must have 1 to {CONTEXT} bytes, not {len(expected_ids)}")
    model = AutoModelForCausalLM.from_config(
        configuration(arguments.family), attn_implementation="eager"
    ).eval()
    randomize(model, torch.Generator().manual_seed(arguments.seed))
    model.to(getattr(torch, arguments.dtype)).save_pretrained(arguments.out, max_shard_size=arguments.shard_size)
    # The rounded weights, with frequencies that are not.
    model = AutoModelForCausalLM.from_pretrained(
        arguments.out, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    byte_tokenizer().save_pretrained(arguments.out)

    tokenizer = AutoTokenizer.from_pretrained(arguments.out)
    ids = tokenizer(arguments.text, add_special_tokens=False)["input_ids"]
    assert ids == expected_ids, "the saved tokenizer does not give bytes"
    assert tokenizer.convert_tokens_to_ids(END_OF_TEXT) == END_OF_TEXT_ID
    assert tokenizer.decode(ids) == arguments.text
    input_ids = torch.tensor(ids)
    with torch.no_grad():
        logits = model(input_ids[None]).logits[0]
    (arguments.out / "expected_text.txt").write_bytes(arguments.text.encode())
    save_file(
        {"input_ids": input_ids, "logits": logits.contiguous()}, arguments.out / "expected_logits.safetensors"
    )
    print(
        f"{arguments.family}: {model.num_parameters()} parameters, {len(ids)} positions, in {arguments.out}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
