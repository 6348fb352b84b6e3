#!/usr/bin/env python3
"""A plain PyTorch GPT trained by nanoGPT's published recipe for characters of tiny Shakespeare on a CPU.

The recipe: 4 layers, 4 heads, 128 wide, context 64, batch 12, 2000 steps of AdamW. This program is our own; it
is the peer that Hibari is timed against. The wall-clock holds the training and its evaluations (20 random
batches of each half every 250 steps), not the start of Python nor the final loss over the whole validation
text.

Example: python Benchmarks/nanogpt_cpu.py --data tinyshakespeare.txt --threads 2
"""

import argparse
import json
import math
import statistics
import sys
import time
from pathlib import Path

import torch
from torch import nn

from gpt import GPT, GPTSizes, make_optimizer, random_batch

LAYERS, HEADS, WIDTH, CONTEXT, BATCH = 4, 4, 128, 64, 12
LEARNING_RATE, LEAST_RATE, WARMUP, DECAY_STEPS = 1e-3, 1e-4, 100, 2000
BETAS, WEIGHT_DECAY, CLIP = (0.9, 0.99), 0.1, 1.0
EVAL_INTERVAL, EVAL_BATCHES = 250, 20


def learning_rate_at(step):
    """Linear warmup, then a cosine from the full rate to the least one at step 2000, however many steps run."""
    if step < WARMUP:
        return LEARNING_RATE * (step + 1) / (WARMUP + 1)
    progress = min(1.0, (step - WARMUP) / (DECAY_STEPS - WARMUP))
    return LEAST_RATE + 0.5 * (1 + math.cos(math.pi * progress)) * (LEARNING_RATE - LEAST_RATE)


@torch.no_grad()
def estimate_loss(model, data):
    return statistics.fmean(model(*random_batch(data, BATCH, CONTEXT)).item() for _ in range(EVAL_BATCHES))


@torch.no_grad()
def full_loss(model, data):
    """Mean loss over every target once: windows side by side, the last one shorter."""
    whole = (len(data) - 1) // CONTEXT * CONTEXT
    inputs, targets = data[:whole].view(-1, CONTEXT), data[1 : whole + 1].view(-1, CONTEXT)
    total = sum(
        model(part, expected, reduction="sum").item()
        for part, expected in zip(inputs.split(128), targets.split(128))
    )
    if whole < len(data) - 1:
        total += model(data[None, whole:-1], data[None, whole + 1 :], reduction="sum").item()
    return total / (len(data) - 1)


def train(model, forward, halves, steps, scores_all):
    """Returns the wall-clock seconds, the seconds of each step and the evaluations.

    With `scores_all` every evaluation has the loss over the whole validation text too, which the clock leaves
    out.
    """
    optimizer = make_optimizer(model, LEARNING_RATE, BETAS, WEIGHT_DECAY)
    parameters = list(model.parameters())
    step_seconds, curve, left_out = [], [], 0.0
    begin = time.perf_counter()
    for step in range(steps + 1):
        if step % EVAL_INTERVAL == 0 or step == steps:
            evaluation = {name: estimate_loss(forward, data) for name, data in halves.items()}
            print(
                f"step {step}: train {evaluation['train']:.4f}, val {evaluation['val']:.4f}", file=sys.stderr
            )
            stopped = time.perf_counter()
            curve.append({"step": step, "seconds": stopped - begin - left_out, **evaluation})
            if scores_all:
                curve[-1]["whole_val"] = full_loss(model, halves["val"])
                left_out += time.perf_counter() - stopped
        if step == steps:
            break
        step_begin = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate_at(step)
        loss = forward(*random_batch(halves["train"], BATCH, CONTEXT))
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step_seconds.append(time.perf_counter() - step_begin)
    return time.perf_counter() - begin - left_out, step_seconds, curve


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the text; its first 90 %% is trained on")
    parser.add_argument("--seed", type=int, default=1337)
    parser.add_argument(
        "--steps", type=int, default=2000, help="the schedule stays that of 2000 (default: 2000)"
    )
    parser.add_argument("--threads", type=int, default=2, help="of PyTorch (default: 2)")
    parser.add_argument(
        "--compile", action="store_true", help="use torch.compile; compiling counts as training"
    )
    parser.add_argument(
        "--score-all",
        action="store_true",
        help="score the whole validation text at every evaluation, the clock stopped",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON line")
    arguments = parser.parse_args()
    if arguments.steps < 1 or arguments.threads < 1:
        parser.error("--steps and --threads must be at least 1")
    return arguments


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)

    text = arguments.data.read_text(encoding="utf-8")
    id_of = {character: index for index, character in enumerate(sorted(set(text)))}
    ids = torch.tensor([id_of[character] for character in text])
    boundary = int(0.9 * len(ids))
    halves = {"train": ids[:boundary], "val": ids[boundary:]}

    model = GPT(GPTSizes(LAYERS, HEADS, WIDTH, CONTEXT, len(id_of), gelu="none"))
    forward = torch.compile(model) if arguments.compile else model
    seconds, step_seconds, curve = train(model, forward, halves, arguments.steps, arguments.score_all)
    result = {
        "seconds": round(seconds, 3),
        "tokens_per_second": round(BATCH * CONTEXT / statistics.median(step_seconds)),
        "val_loss": round(full_loss(model, halves["val"]), 4),
        "sampled_train_loss": round(curve[-1]["train"], 4),
        "sampled_val_loss": round(curve[-1]["val"], 4),
        "curve": curve,
        "steps": arguments.steps,
        "seed": arguments.seed,
        "threads": arguments.threads,
        "compiled": arguments.compile,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "torch": torch.__version__,
    }
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"wall-clock    {seconds:.1f} s (training with its evaluations)")
    print(f"tokens/s      {result['tokens_per_second']} (median step)")
    print(f"val loss      {result['val_loss']:.4f} (whole validation text)")


if __name__ == "__main__":
    main()
