#!/usr/bin/env python3
"""Compares the most likely continuations of ten prompts by Hibari and by transformers, token by token.

    compare_greedy.py MODEL PEER_FOLDER [--tokens 100] [--hibari .build/release/hibari]

MODEL is what Hibari opens, PEER_FOLDER the same weights for transformers. Exits with 1 if fewer than nine of the ten
texts are the same. Checked with transformers 5.23.0.
"""

import argparse
import json
import os
import subprocess
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

PROMPTS = [
    "The capital of France is",
    "Once upon a time, there was a little girl who",
    "def fibonacci(n):",
    "The three most important inventions of the nineteenth century were",
    "Water boils at a lower temperature on a mountain because",
    "Dear Sir or Madam,\n\nI am writing to",
    "In 1969, the first humans",
    "A recipe for tomato soup:\n1.",
    "The difference between a virus and a bacterium is",
    "She opened the letter slowly, and",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("peer")
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--hibari", default=".build/release/hibari")
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.peer)
    model = AutoModelForCausalLM.from_pretrained(options.peer, dtype=torch.float32).eval()
    same = 0
    for prompt in PROMPTS:
        command = [options.hibari, "generate", options.model, "--prompt", prompt, "--temperature", "0"]
        command += ["--max-tokens", str(options.tokens), "--json"]
        ours = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["text"]
        inputs = tokenizer(prompt, return_tensors="pt")
        with torch.no_grad():
            output = model.generate(**inputs, do_sample=False, max_new_tokens=options.tokens)
        theirs = tokenizer.decode(output[0][inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        same += ours == theirs
        common = len(os.path.commonprefix([ours, theirs]))
        print(f"{prompt!r}: " + ("the same" if ours == theirs else f"differs after {common} of {len(theirs)} characters"))
    print(f"{same} of {len(PROMPTS)} texts of {options.tokens} tokens are the same")
    sys.exit(0 if same >= 9 else 1)


if __name__ == "__main__":
    main()
