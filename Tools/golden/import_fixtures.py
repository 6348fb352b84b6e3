#!/usr/bin/env python3
"""Writes tiny checkpoints as nanoGPT and llama2.c do, and the logits that PyTorch computes with them.

nanogpt/ckpt.pt is of a compiled model with a padded vocabulary, with an optimizer and other entries beside it, and
meta.pkl its characters. plain.pt has no biases and an output matrix of its own. views.bin is a bare state dict with
views and element types of every kind. forbidden.pt names a function of Python. legacy.bin and version1.bin are of
llama2.c, without and with a shared output matrix. golden.safetensors has the token ids and the logits.

Example: python Tools/golden/import_fixtures.py
"""

import argparse
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = REPOSITORY / "Tests/HibariModelsTests/Fixtures/imports"
CHARACTERS = "\n !'abé雲🐦"
IDS = [1, 5, 0, 8, 3, 3, 7]


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape) * 0.3


def gpt_weights(args: dict) -> dict[str, torch.Tensor]:
    width = args["n_embd"]
    weights = {
        "transformer.wte.weight": random(args["vocab_size"], width),
        "transformer.wpe.weight": random(args["block_size"], width),
    }

    def norm(name: str) -> None:
        weights[f"{name}.weight"] = 1 + random(width)
        if args["bias"]:
            weights[f"{name}.bias"] = random(width)

    def linear(name: str, inputs: int, outputs: int) -> None:
        weights[f"{name}.weight"] = random(outputs, inputs)
        if args["bias"]:
            weights[f"{name}.bias"] = random(outputs)

    for layer in range(args["n_layer"]):
        block = f"transformer.h.{layer}"
        norm(f"{block}.ln_1")
        linear(f"{block}.attn.c_attn", width, 3 * width)
        linear(f"{block}.attn.c_proj", width, width)
        norm(f"{block}.ln_2")
        linear(f"{block}.mlp.c_fc", width, 4 * width)
        linear(f"{block}.mlp.c_proj", 4 * width, width)
    norm("transformer.ln_f")
    weights["lm_head.weight"] = weights["transformer.wte.weight"]
    return weights


def gpt_logits(weights: dict[str, torch.Tensor], args: dict, ids: list[int]) -> torch.Tensor:
    """nanoGPT's model.py, GPT.forward, in float64."""
    w = {name: value.double() for name, value in weights.items()}
    width, heads, time = args["n_embd"], args["n_head"], len(ids)

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (width,), w[f"{name}.weight"], w.get(f"{name}.bias"), 1e-5)

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, w[f"{name}.weight"], w.get(f"{name}.bias"))

    x = w["transformer.wte.weight"][ids] + w["transformer.wpe.weight"][:time]
    for layer in range(args["n_layer"]):
        block = f"transformer.h.{layer}"
        q, k, v = linear(norm(x, f"{block}.ln_1"), f"{block}.attn.c_attn").split(width, dim=1)
        q, k, v = (part.view(time, heads, width // heads).transpose(0, 1) for part in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(0, 1).reshape(time, width)
        x = x + linear(y, f"{block}.attn.c_proj")
        x = x + linear(F.gelu(linear(norm(x, f"{block}.ln_2"), f"{block}.mlp.c_fc")), f"{block}.mlp.c_proj")
    return F.linear(norm(x, "transformer.ln_f"), w["lm_head.weight"]).float()


def make_nanogpt(folder: Path) -> dict[str, torch.Tensor]:
    args = {
        "n_layer": 2, "n_head": 2, "n_embd": 8, "block_size": 8, "bias": True, "vocab_size": 16, "dropout": 0.1,
    }  # fmt: skip
    weights = gpt_weights(args)
    parameter = torch.nn.Parameter(random(3))
    optimizer = torch.optim.AdamW([parameter], betas=(0.9, 0.99))
    parameter.sum().backward()
    optimizer.step()
    checkpoint = {
        "model": {f"_orig_mod.{name}": value for name, value in weights.items()},
        "optimizer": optimizer.state_dict(), "model_args": args, "iter_num": 250,
        "best_val_loss": torch.tensor(1.25), "config": {"dataset": "shakespeare_char", "learning_rate": 1e-3},
    }  # fmt: skip
    (folder / "nanogpt").mkdir()
    torch.save(checkpoint, folder / "nanogpt/ckpt.pt")
    meta = {
        "vocab_size": len(CHARACTERS),
        "itos": dict(enumerate(CHARACTERS)),
        "stoi": {character: id for id, character in enumerate(CHARACTERS)},
    }
    with open(folder / "nanogpt/meta.pkl", "wb") as file:
        pickle.dump(meta, file)

    plain_args = args | {"n_layer": 1, "bias": False, "vocab_size": 10}
    plain = gpt_weights(plain_args)
    plain["lm_head.weight"] = random(10, 8)
    # Versions before flash attention saved the causal mask.
    plain["transformer.h.0.attn.bias"] = torch.tril(torch.ones(8, 8)).view(1, 1, 8, 8)
    module_state = torch.nn.Linear(1, 1).state_dict()  # An OrderedDict with attributes, as real ones are.
    module_state.clear()
    module_state.update(plain)
    torch.save({"model": module_state, "model_args": plain_args}, folder / "plain.pt")
    return {
        "nanogpt": gpt_logits(weights, args, IDS)[:, : len(CHARACTERS)],
        "plain": gpt_logits(plain, plain_args, IDS),
    }


def make_views(folder: Path) -> dict[str, torch.Tensor]:
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    views = {
        "whole": base, "transposed": base.T, "columns": base[:, 1:4], "strided": base[1::2, ::3],
        "row": base[2], "scalar": base[3, 5], "empty": base[:0],
        "half": (base / 7).half(), "bfloat16": (base / 7).bfloat16(), "double": base.double() / 7,
        "parameter": torch.nn.Parameter(base[:2] + 0.5),
    }  # fmt: skip
    torch.save(views | {"integers": base.long(), "expanded": base[:1].expand(5, 6)[:, :2]}, folder / "views.bin")
    return {name: value.detach().float().contiguous().clone() for name, value in views.items()}


class Forbidden:
    def __reduce__(self):
        return os.system, ("touch /tmp/hibari-was-here",)


def llama_logits(weights: dict, sizes: tuple[int, ...], ids: list[int]) -> torch.Tensor:
    """llama2.c's model.py, Transformer.forward, in float64."""
    width, _, layers, heads, keys, *_ = sizes
    w = {name: value.double() for name, value in weights.items()}
    size, time = width // heads, len(ids)

    def norm(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weight

    angles = torch.outer(
        torch.arange(time).double(), 10_000.0 ** (-torch.arange(0, size, 2).double() / size)
    )

    def rotate(x: torch.Tensor) -> torch.Tensor:
        pairs = torch.view_as_complex(x.reshape(time, -1, size // 2, 2).contiguous())
        turned = pairs * torch.polar(torch.ones_like(angles), angles)[:, None]
        return torch.view_as_real(turned).reshape(time, -1, size)

    x = w["tok_embeddings"][ids]
    for i in range(layers):
        h = norm(x, w["attention_norm"][i])
        q, k = rotate(h @ w["wq"][i].T), rotate(h @ w["wk"][i].T)
        v = (h @ w["wv"][i].T).view(time, keys, size)
        k, v = (part.repeat_interleave(heads // keys, dim=1) for part in (k, v))
        y = F.scaled_dot_product_attention(*(part.transpose(0, 1) for part in (q, k, v)), is_causal=True)
        x = x + y.transpose(0, 1).reshape(time, width) @ w["wo"][i].T
        h = norm(x, w["ffn_norm"][i])
        x = x + (F.silu(h @ w["w1"][i].T) * (h @ w["w3"][i].T)) @ w["w2"][i].T
    return (norm(x, w["norm"]) @ w["output"].T).float()


def make_llama(folder: Path) -> dict[str, torch.Tensor]:
    logits = {}
    for name, is_shared in [("legacy", False), ("version1", True)]:
        sizes = (16, 24, 2, 4, 2, 10, 8)  # dim, hidden, layers, heads, key-value heads, vocabulary, context
        width, hidden, layers, heads, keys, vocabulary, context = sizes
        size = width // heads
        weights = {
            "tok_embeddings": random(vocabulary, width), "attention_norm": 1 + random(layers, width),
            "wq": random(layers, width, width), "wk": random(layers, keys * size, width),
            "wv": random(layers, keys * size, width), "wo": random(layers, width, width),
            "ffn_norm": 1 + random(layers, width), "w1": random(layers, hidden, width),
            "w2": random(layers, width, hidden), "w3": random(layers, hidden, width), "norm": 1 + random(width),
        }  # fmt: skip
        weights["output"] = weights["tok_embeddings"] if is_shared else random(vocabulary, width)
        logits[name] = llama_logits(weights, sizes, IDS)
        if is_shared:
            header = b"24ka" + struct.pack("<i7iB", 1, *sizes, 1)
            content = header.ljust(256, b"\0")
            order = ["attention_norm", "ffn_norm", "norm", "tok_embeddings", "wq", "wk", "wv", "wo", "w1", "w2", "w3"]
        else:
            content = struct.pack("<7i", *sizes[:5], -vocabulary, context)
            order = ["tok_embeddings", "attention_norm", "wq", "wk", "wv", "wo", "ffn_norm", "w1", "w2", "w3", "norm"]
        content += b"".join(weights[key].numpy().tobytes() for key in order)
        if not is_shared:
            content += np.zeros((context, size), np.float32).tobytes() + weights["output"].numpy().tobytes()
        (folder / f"{name}.bin").write_bytes(content)
    return logits


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="new folder (default: %(default)s)")
    folder = parser.parse_args().out
    torch.manual_seed(1)
    folder.mkdir(parents=True)
    golden = make_nanogpt(folder) | make_llama(folder)
    views = make_views(folder)
    torch.save({"model": {}, "model_args": {}, "extra": Forbidden()}, folder / "forbidden.pt")
    save_file(
        {"input_ids": torch.tensor(IDS)}
        | {f"logits/{name}": value.contiguous() for name, value in golden.items()}
        | {f"views/{name}": value for name, value in views.items()},
        folder / "golden.safetensors",
    )


if __name__ == "__main__":
    main()
