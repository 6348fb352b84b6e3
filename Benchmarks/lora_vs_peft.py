#!/usr/bin/env python3
"""Times LoRA steps of Hibari and of PyTorch with PEFT in turn and prints a Markdown table.

Adapters of rank 8 on all linear layers, the base float32; with --quantized Hibari also trains over that file. Each run is
a process of its own that gives the median of its steps; ratios are taken pair by pair, because the speed of a shared
machine drifts.

Example: python Benchmarks/lora_vs_peft.py smollm2-hf --quantized smollm2.gguf --corpus text.txt --pairs 3
"""

import argparse
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

from pairs import alternate, markdown, processor_name, run

PEER = Path(__file__).resolve().with_name("peft_step.py")


def hibari(arguments, model, weights):
    with tempfile.TemporaryDirectory() as folder:
        command = [str(arguments.hibari), "finetune", model, "--corpus", str(arguments.corpus), "--lora", "r=8,alpha=16"]
        command += ["--batch", str(arguments.batch), "--context", str(arguments.context), "--steps", str(arguments.steps)]
        command += ["--val-fraction", "0", "--log-every", "1", "--threads", str(arguments.threads), "--json"]
        return run([*command, "--base-weights", weights, "--out", folder + "/run"])


def peft(arguments):
    command = [arguments.python, str(PEER), arguments.model, "--batch", str(arguments.batch)]
    command += ["--context", str(arguments.context), "--steps", str(arguments.steps - 2)]
    return run([*command, "--threads", str(arguments.threads)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder that both open")
    parser.add_argument("--quantized", help="the same model as GGUF")
    parser.add_argument("--corpus", type=Path, required=True, help="a text for Hibari's batches")
    parser.add_argument("--batch", type=int, default=4, help="(default: %(default)s)")
    parser.add_argument("--context", type=int, default=256, help="(default: %(default)s)")
    parser.add_argument("--steps", type=int, default=8, help="of each run (default: %(default)s)")
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each program (default: %(default)s)")
    parser.add_argument("--hibari", type=Path, default=Path(".build/release/hibari"), help="(default: %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="a Python with PEFT (default: this one)")
    arguments = parser.parse_args()
    bases = [("float32", arguments.model, "float32")]
    if arguments.quantized:
        bases.append(("quantized", arguments.quantized, "stored"))
    rows = []
    for name, model, weights in bases:
        pairs = list(alternate(arguments.pairs, lambda _: hibari(arguments, model, weights), lambda _: peft(arguments)))
        speeds = [[one[side]["tokens_per_second"] for one in pairs] for side in (1, 2)]
        memory = [statistics.median(one[side]["peak_memory_bytes"] for one in pairs) / 2**20 for side in (1, 2)]
        ratios = [ours / theirs for ours, theirs in zip(*speeds)]
        rows.append([name] + [f"{statistics.median(one):.0f}" for one in speeds] + [
            f"**{statistics.median(ratios):.2f}**", f"{min(ratios):.2f}", f"{max(ratios):.2f}",
            f"{memory[0]:.0f}", f"{memory[1]:.0f}", f"{memory[0] / memory[1]:.2f}",
        ])  # fmt: skip
    print(f"{date.today()}, {processor_name()}, {arguments.threads} threads, {arguments.pairs} pairs.\n")
    header = ["base", "Hibari tokens/s", "PEFT tokens/s", "ratio", "least", "most", "Hibari MiB", "PEFT MiB", "memory"]
    print(markdown(header, rows))


if __name__ == "__main__":
    main()
