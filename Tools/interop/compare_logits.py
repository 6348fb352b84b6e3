#!/usr/bin/env python3
"""Compares the logits of Hibari with those of transformers or llama.cpp for the same model and the same ids.

    hibari eval MODEL TEXT --logits ours.safetensors
    compare_logits.py ours.safetensors --transformers FOLDER_OR_GGUF [--adapter PEFT_FOLDER]
    compare_logits.py ours.safetensors --llama-cpp FILE.gguf

Prints the largest difference, the mean of KL(peer ‖ ours) in nats and how often the most likely token is the same.
Exits with 1 beyond --max-difference or --max-kl. Checked with transformers 5.23.0, peft 0.21.2, llama-cpp-python 0.3.36.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402


def from_transformers(path, adapter, ids):
    import torch
    from transformers import AutoModelForCausalLM

    path = Path(path)
    place, options = (path.parent, {"gguf_file": path.name}) if path.suffix == ".gguf" else (path, {})
    model = AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32, attn_implementation="eager", **options)
    if adapter:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, adapter)
    with torch.no_grad():
        return model.eval()(torch.tensor(ids)[None].long()).logits[0].numpy()


def from_llama_cpp(path, ids):
    from llama_cpp import Llama

    model = Llama(path, n_ctx=len(ids), n_batch=512, logits_all=True, verbose=False, n_threads=os.cpu_count())
    model.eval([int(i) for i in ids])
    return np.array(model.scores[: len(ids)])


def log_softmax(x):
    x = x.astype(np.float64)
    x -= x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours")
    parser.add_argument("--transformers")
    parser.add_argument("--adapter")
    parser.add_argument("--llama-cpp")
    parser.add_argument("--max-difference", type=float)
    parser.add_argument("--max-kl", type=float)
    options = parser.parse_args()
    file = load_file(options.ours)
    ids, ours = file["input_ids"], file["logits"]
    if options.llama_cpp:
        name, peer = "llama.cpp", from_llama_cpp(options.llama_cpp, ids)
    else:
        name, peer = "transformers", from_transformers(options.transformers, options.adapter, ids)
    width = min(ours.shape[1], peer.shape[1])
    difference, divergences, same, step = 0.0, [], 0, 256
    for start in range(0, len(ids), step):
        a, b = ours[start : start + step, :width], peer[start : start + step, :width]
        difference = max(difference, float(np.abs(a - b).max()))
        p, q = log_softmax(b), log_softmax(a)
        divergences.append((np.exp(p) * (p - q)).sum(axis=-1))
        same += int((a.argmax(-1) == b.argmax(-1)).sum())
    kl = float(np.concatenate(divergences).mean())
    print(
        f"{len(ids)} positions against {name}: largest difference {difference:.3g}, mean KL {kl:.3g} nats, "
        f"same most likely token {same / len(ids):.4f}"
    )
    failed = options.max_difference is not None and difference > options.max_difference
    failed |= options.max_kl is not None and kl > options.max_kl
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
