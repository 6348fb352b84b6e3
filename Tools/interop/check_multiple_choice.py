#!/usr/bin/env python3
"""Checks what `hibari eval mc … --out FILE` wrote, item by item, against transformers' logits of the same model.

Every ending's tokens are counted and scored as lm-evaluation-harness does, in float32, one at a time. A prediction may
differ only where the two best endings are closer than the tolerance.

Example: hibari eval mc MODEL jcommonsenseqa_train.json --limit 400 --out scores.jsonl
         python Tools/interop/check_multiple_choice.py HF_FOLDER scores.jsonl
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from harness_scores import encode_pair, mean_and_error, predictions, token_log_probabilities

METRICS = ("acc", "acc_norm", "acc_bytes", "acc_tokens")


def endings_of(row: dict) -> list[str]:
    """The endings without what separates them from the context."""
    texts, characters = row["continuations"], row["characters"]
    start = len(texts[0]) - characters[0]
    assert all(len(text) - count == start for text, count in zip(texts, characters)), "the delimiters differ"
    return [text[start:] for text in texts]


def check_row(row: dict, theirs: list[float], tokens: list[int], tolerance: float) -> tuple[list[str], float]:
    place = f"question {row['index']}"
    if row["tokens"] != tokens:
        return [f"{place}: {row['tokens']} tokens, transformers has {tokens}"], 0.0
    differences = [abs(a - b) for a, b in zip(row["log_likelihoods"], theirs, strict=True)]
    problems = [
        f"{place}, ending {i}: log-likelihood {row['log_likelihoods'][i]:.6f}, transformers {theirs[i]:.6f}"
        for i, difference in enumerate(differences)
        if not difference <= tolerance
    ]
    expected = predictions(endings_of(row), theirs, tokens)
    for name in METRICS:
        ours = row["predictions"][name]
        if ours != expected[name]:
            gap = abs(theirs[ours] - theirs[expected[name]])
            if name != "acc" or gap > tolerance:
                problems.append(f"{place}: {name} chooses {ours}, transformers {expected[name]}")
    return problems, max(differences)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="Hugging Face folder with the same weights")
    parser.add_argument("scores", type=Path, help="what hibari eval mc --out wrote")
    parser.add_argument("--add-bos", action="store_true", help="as hibari was told")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="nats (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(arguments.threads)

    tokenizer = AutoTokenizer.from_pretrained(arguments.model, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(
        arguments.model, dtype=torch.float32, attn_implementation="eager", local_files_only=True
    ).eval()
    prefix = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id

    def encode(text: str) -> list[int]:
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    rows = [json.loads(line) for line in arguments.scores.read_text(encoding="utf-8").splitlines()]
    problems, largest, right = [], 0.0, {name: [] for name in METRICS}
    for row in rows:
        theirs, tokens = [], []
        for continuation in row["continuations"]:
            pair = encode_pair(encode, row["context"], continuation, prefix, arguments.add_bos)
            values, _ = token_log_probabilities(model, *pair, model.config.max_position_embeddings)
            theirs.append(values.double().sum().item())
            tokens.append(len(pair[1]))
        found, difference = check_row(row, theirs, tokens, arguments.tolerance)
        problems += found
        largest = max(largest, difference)
        for name, answer in predictions(endings_of(row), theirs, tokens).items():
            right[name].append(float(answer == row["label"]))
        if sys.stderr.isatty():
            print(f"\r{row['index'] + 1} of {len(rows)}", end="", file=sys.stderr)
    print(f"{len(rows)} questions: largest difference of a log-likelihood {largest:.3g} nats")
    for name, values in right.items():
        ours = [float(row["predictions"][name] == row["label"]) for row in rows]
        mean, error = mean_and_error(values) if len(values) > 1 else (values[0], 0.0)
        print(f"{name:10}  transformers {mean:.4f} ± {error:.4f}  hibari {sum(ours) / len(ours):.4f}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
