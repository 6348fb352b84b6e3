#!/usr/bin/env python3
"""Doubles each size of a model and compares the growth of the step time with that of the arithmetic.

From a GPT-2 of 6 layers 256 wide (context 128, batch 8, vocabulary 256), layers, width, context and batch are
doubled one at a time. Base and variant run in turn, and the ratio of their times is taken pair by pair; a
program that scales as it should stays within 15 % of the growth of the FLOPs per step. Less than that growth
means that larger sizes are computed at a better rate.

Example: python Benchmarks/scaling.py --pairs 5
"""

import argparse
import json
import statistics
from datetime import date
from pathlib import Path

from pairs import alternate, markdown, processor_name, run

BASE = {"layers": 6, "dim": 256, "heads": 4, "context": 128, "batch": 8, "vocabulary": 256}
# A head keeps its width, as in real models.
VARIANTS = {
    "layers": {"layers": 12},
    "width": {"dim": 512, "heads": 8},
    "context": {"context": 256},
    "batch": {"batch": 16},
}
TOLERANCE = 0.15


def measure(arguments, sizes):
    options = [text for name, value in sizes.items() for text in (f"--{name}", str(value))]
    result = run(
        [
            str(arguments.hibari), "bench", "train", "--arch", "gpt2", *options, "--steps",
            str(arguments.steps), "--threads", str(arguments.threads), "--json",
        ]
    )  # fmt: skip
    tokens = result["batch"] * result["context"]
    return {"milliseconds": result["milliseconds_per_step"], "flops": tokens * result["flops_per_token"]}


def compare(arguments, name):
    runs = list(
        alternate(
            arguments.pairs,
            lambda _: measure(arguments, BASE),
            lambda _: measure(arguments, BASE | VARIANTS[name]),
        )
    )
    _, base, variant = runs[0]
    time_growth = statistics.median(
        other["milliseconds"] / one["milliseconds"] for _, one, other in runs
    )
    flops_growth = variant["flops"] / base["flops"]
    return {
        "doubled": name,
        "base_milliseconds": statistics.median(one["milliseconds"] for _, one, _ in runs),
        "milliseconds": statistics.median(other["milliseconds"] for _, _, other in runs),
        "flops_growth": flops_growth, "time_growth": time_growth,
        "deviation": time_growth / flops_growth - 1,
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--hibari", type=Path, default=Path(".build/release/hibari"), help="(default: %(default)s)"
    )
    parser.add_argument("--pairs", type=int, default=5, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=20, help="timed steps per run (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if arguments.pairs < 1 or arguments.steps < 1:
        parser.error("--pairs and --steps must be at least 1")
    if not arguments.hibari.is_file():
        parser.error(f"no such file: {arguments.hibari}; build in release first")
    arguments.hibari = arguments.hibari.resolve()

    results = [compare(arguments, name) for name in VARIANTS]
    if arguments.json:
        print(json.dumps({"base": BASE, "results": results}))
        return
    print(f"{date.today()}, {processor_name()}, {arguments.threads} threads, {arguments.pairs} pairs.\n")
    header = ["doubled", "base ms/step", "ms/step", "FLOPs grow by", "time grows by", "deviation", "within 15 %"]
    rows = [
        [
            result["doubled"], f"{result['base_milliseconds']:.1f}", f"{result['milliseconds']:.1f}",
            f"{result['flops_growth']:.2f}", f"{result['time_growth']:.2f}", f"{result['deviation']:+.0%}",
            "yes" if abs(result["deviation"]) <= TOLERANCE else "no",
        ]
        for result in results
    ]  # fmt: skip
    print(markdown(header, rows))


if __name__ == "__main__":
    main()
