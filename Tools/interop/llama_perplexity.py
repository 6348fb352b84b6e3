#!/usr/bin/env python3
"""The perplexity of a text by llama.cpp, as its llama-perplexity counts: the peer of `hibari eval ppl --llama-cpp`.

    llama_perplexity.py FILE.gguf TEXT [--context 512] [--chunks N]

Windows of --context tokens without overlap; of each the second half is scored. Checked with llama-cpp-python 0.3.36.
"""

import argparse
import os

import numpy as np
from llama_cpp import Llama


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("text")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--chunks", type=int)
    options = parser.parse_args()
    size, first = options.context, options.context // 2
    model = Llama(options.model, n_ctx=size, n_batch=size, logits_all=True, verbose=False, n_threads=os.cpu_count())
    begins = model.metadata.get("tokenizer.ggml.add_bos_token", "false") == "true"
    with open(options.text, "rb") as file:
        ids = np.array(model.tokenize(file.read(), add_bos=begins, special=False))
    count = len(ids) // size if options.chunks is None else min(options.chunks, len(ids) // size)
    total, scored = 0.0, 0
    for index in range(count):
        window = ids[index * size : (index + 1) * size].copy()
        if begins:
            window[0] = model.token_bos()
        model.reset()
        model.eval([int(i) for i in window])
        logits = np.array(model.scores[first : size - 1], dtype=np.float64)
        top = logits.max(axis=-1)
        normalizer = top + np.log(np.exp(logits - top[:, None]).sum(axis=-1))
        total += float((normalizer - logits[np.arange(size - 1 - first), window[first + 1 :]]).sum())
        scored += size - 1 - first
    print(f"perplexity {np.exp(total / scored):.4f}, {scored} tokens of {count} windows of {size}")


if __name__ == "__main__":
    main()
