#!/usr/bin/env python3
"""Trains the tiny Shakespeare recipe with Hibari and with PyTorch in turn and prints a Markdown table.

The two alternate on the same machine, seed by seed, and the ratios are taken pair by pair, because the speed of
a shared machine drifts. "Training" is the wall-clock each program reports for training with its evaluations;
"process" is from start to exit.

Example: python Benchmarks/train_vs_nanogpt.py --data tinyshakespeare.txt --runs 3
"""

import argparse
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

from pairs import alternate, markdown, processor_name, run

PEER = Path(__file__).resolve().with_name("nanogpt_cpu.py")


def hibari_command(arguments, seed, folder):
    return [
        str(arguments.hibari), "pretrain", "--corpus", str(arguments.data), "--out", str(folder),
        "--tokenizer", "chars", "--arch", "gpt2", "--preset", "shakespeare-nanogpt",
        "--seed", str(seed), "--threads", str(arguments.threads), "--json",
    ]  # fmt: skip


def peer_command(arguments, seed):
    return [
        arguments.python, str(PEER), "--data", str(arguments.data), "--seed", str(seed),
        "--threads", str(arguments.threads), "--json", *(["--compile"] if arguments.compile else []),
    ]  # fmt: skip


def measured(command):
    """The figures of one run."""
    result = run(command)
    try:
        return {key: float(result[key]) for key in ("val_loss", "seconds", "tokens_per_second", "process")}
    except KeyError as error:
        sys.exit(f"{command[0]}: result not understood: {error}")


def run_pairs(arguments):
    """One run of each with the same seed per pair."""

    def hibari(index):
        with tempfile.TemporaryDirectory(prefix="train-vs-nanogpt-") as folder:
            return measured(hibari_command(arguments, arguments.seed + index, Path(folder) / "run"))

    def peer(index):
        return measured(peer_command(arguments, arguments.seed + index))

    for index, ours, theirs in alternate(arguments.runs, hibari, peer):
        yield arguments.seed + index, ours, theirs


def table(pairs):
    columns = ("val loss", "training s", "process s", "tokens/s")
    header = ["seed", *(f"{who} {column}" for who in ("Hibari", "PyTorch") for column in columns)]
    header += ["training ratio", "process ratio"]

    def row(label, ours, theirs, ratios):
        cells = [label]
        for values in (ours, theirs):
            cells += [
                f"{values['val_loss']:.4f}", f"{values['seconds']:.1f}", f"{values['process']:.1f}",
                f"{values['tokens_per_second']:.0f}",
            ]  # fmt: skip
        return cells + [f"{ratio:.2f}" for ratio in ratios]

    def ratios(ours, theirs):
        return [theirs[key] / ours[key] for key in ("seconds", "process")]

    def median(all_values):
        return {key: statistics.median(values[key] for values in all_values) for key in all_values[0]}

    rows = [row(str(seed), ours, theirs, ratios(ours, theirs)) for seed, ours, theirs in pairs]
    all_ratios = [ratios(ours, theirs) for _, ours, theirs in pairs]
    medians = [median([pair[side] for pair in pairs]) for side in (1, 2)]
    rows.append(row("**median**", *medians, [statistics.median(values) for values in zip(*all_ratios)]))
    return markdown(header, rows)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--hibari", type=Path, default=Path(".build/release/hibari"), help="(default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="tinyshakespeare.txt")
    parser.add_argument("--runs", type=int, default=3, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1337, help="of the first pair (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each program (default: %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch (default: this one)")
    parser.add_argument("--compile", action="store_true", help="let PyTorch use torch.compile")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs must be at least 1")
    for path in (arguments.hibari, arguments.data):
        if not path.is_file():
            parser.error(f"no such file: {path}")
    arguments.hibari = arguments.hibari.resolve()

    pairs = list(run_pairs(arguments))
    print(f"{date.today()}, {processor_name()}, {arguments.threads} threads, {arguments.runs} pairs.")
    print("A ratio is PyTorch's time over Hibari's in the same pair: above 1, Hibari is faster.\n")
    print(table(pairs))


if __name__ == "__main__":
    main()
