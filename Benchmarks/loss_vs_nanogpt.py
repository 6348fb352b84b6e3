#!/usr/bin/env python3
"""Times Hibari to a validation loss against PyTorch on nanoGPT's recipe for CPUs, and prints a Markdown table.

PyTorch runs the whole published recipe (2000 steps); Hibari runs the options after `--` (default: a recipe of
three layers with Muon that ends just under the target) and its clock stops at the first evaluation at or under
the target. Losses of both are over the
last 10 % of the text, all of it. Both clocks hold training with its own evaluations, not the start of the
program; PyTorch's leaves out the scoring of the whole validation text, which the recipe does not have. A time
that was not reached is printed as inf.

Examples: python Benchmarks/loss_vs_nanogpt.py --data tinyshakespeare.txt --pairs 5
          python Benchmarks/loss_vs_nanogpt.py --data tinyshakespeare.txt -- --preset shakespeare-nanogpt
"""

import argparse
import json
import math
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

from pairs import alternate, markdown, processor_name, run
from train_vs_nanogpt import peer_command

# With 300 steps it ends at 1.88 to 1.89; the only evaluation is the last.
RECIPE = (
    "--layers 3 --heads 2 --dim 128 --context 64 --batch 12 --steps 400 --optimizer muon --lr 6e-3 --muon-lr 0.03 "
    "--min-lr 9e-5 --schedule linear --zero-init --weight-decay 0 --eval-every 0"
).split()


def first_under(target, rows, loss):
    """The step, seconds and loss of the first evaluation at or under the target; else the least loss."""
    for row in rows:
        if row[loss] <= target:
            return {"step": row["step"], "seconds": row["seconds"], "loss": row[loss]}
    return {"step": None, "seconds": None, "loss": min(row[loss] for row in rows)}


def hibari(arguments, seed):
    with tempfile.TemporaryDirectory(prefix="loss-vs-nanogpt-") as folder:
        out = Path(folder) / "run"
        # After the options given: every evaluation is over all of the last tenth.
        result = run(
            [
                str(arguments.hibari), "pretrain", *arguments.options, "--corpus", str(arguments.data),
                "--tokenizer", "chars", "--val-fraction", "0.1", "--eval-batches", "0", "--seed", str(seed),
                "--threads", str(arguments.threads), "--out", str(out), "--json",
            ]
        )  # fmt: skip
        rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        described = json.loads((out / "run.json").read_text())
    characters = len(arguments.data.read_text(encoding="utf-8"))
    if described["corpus"]["validation_tokens"] != characters - int(0.9 * characters):
        sys.exit("the two programs do not hold out the same text")
    evaluations = [row for row in rows if row["type"] == "eval"]
    return first_under(arguments.target, evaluations, "val_loss") | {
        "end": result["seconds"], "end_loss": result["val_loss"],
    }  # fmt: skip


def peer(arguments, seed):
    result = run([*peer_command(arguments, seed), "--score-all"])
    return first_under(arguments.target, result["curve"], "whole_val") | {
        "end": result["seconds"], "end_loss": result["val_loss"],
    }  # fmt: skip


def table(pairs):
    pairs = [
        (seed, *({**side, "seconds": math.inf if side["seconds"] is None else side["seconds"]} for side in sides))
        for seed, *sides in pairs
    ]
    header = [
        "seed", "Hibari s to target", "at step", "its loss", "PyTorch s to its end", "its loss",
        "PyTorch s to target", "at step", "end ÷ target", "target ÷ target",
    ]  # fmt: skip

    def ratio(seconds, ours):
        return math.nan if math.isinf(seconds) and math.isinf(ours) else seconds / ours

    rows, ratios = [], []
    for seed, ours, theirs in pairs:
        ratios.append([ratio(theirs[key], ours["seconds"]) for key in ("end", "seconds")])
        rows.append(
            [
                str(seed), f"{ours['seconds']:.1f}", str(ours["step"]), f"{ours['loss']:.4f}",
                f"{theirs['end']:.1f}", f"{theirs['end_loss']:.4f}", f"{theirs['seconds']:.1f}",
                str(theirs["step"]), *(f"{value:.2f}" for value in ratios[-1]),
            ]
        )  # fmt: skip

    def median(side, key):
        return statistics.median(pair[side][key] for pair in pairs)

    rows.append(
        [
            "**median**", f"{median(1, 'seconds'):.1f}", "", f"{median(1, 'loss'):.4f}",
            f"{median(2, 'end'):.1f}", f"{median(2, 'end_loss'):.4f}", f"{median(2, 'seconds'):.1f}", "",
            *(f"{statistics.median(column):.2f}" for column in zip(*ratios)),
        ]
    )  # fmt: skip
    return markdown(header, rows)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--hibari", type=Path, default=Path(".build/release/hibari"), help="(default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="tinyshakespeare.txt")
    parser.add_argument("--target", type=float, default=1.8857, help="nats a character (default: %(default)s)")
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1337, help="of the first pair (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each program (default: %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch (default: this one)")
    parser.add_argument("--compile", action="store_true", help="let PyTorch use torch.compile")
    parser.add_argument("--json", action="store_true", help="print one JSON object with every run")
    parser.add_argument(
        "options", nargs="*", help=f"of hibari pretrain, after -- (default: {' '.join(RECIPE)})"
    )
    arguments = parser.parse_args()
    arguments.options = arguments.options or RECIPE
    if arguments.pairs < 1:
        parser.error("--pairs must be at least 1")
    for path in (arguments.hibari, arguments.data):
        if not path.is_file():
            parser.error(f"no such file: {path}")
    arguments.hibari = arguments.hibari.resolve()

    runs = alternate(
        arguments.pairs,
        lambda index: hibari(arguments, arguments.seed + index),
        lambda index: peer(arguments, arguments.seed + index),
    )
    pairs = [(arguments.seed + index, ours, theirs) for index, ours, theirs in runs]
    if arguments.json:
        print(json.dumps({"target": arguments.target, "options": arguments.options, "pairs": pairs}))
        return
    print(f"{date.today()}, {processor_name()}, {arguments.threads} threads, {arguments.pairs} pairs.")
    print(f"Target {arguments.target}; hibari pretrain {' '.join(arguments.options)}")
    print("A ratio is PyTorch's time over Hibari's in the same pair: above 1, Hibari is faster.\n")
    print(table(pairs))


if __name__ == "__main__":
    main()
