#!/usr/bin/env python3
"""Trains variants of a recipe on one text and prints a Markdown table of their validation losses.

Each variant is a name and options of `hibari pretrain`, given as NAME=OPTIONS; the options after `--` are common to
all. Seeds are the outer loop, so that a drift of the machine's speed meets all variants alike. With --minutes
among the options variants are compared at equal time; with --steps at equal steps, where the losses do not
depend on what else the machine does. Losses are over all held-out text.

Example: python Benchmarks/recipe_trials.py --data tinyshakespeare.txt --seeds 1 2 3 --variants linear= "wsd=--schedule wsd" -- --minutes 2
"""

import argparse
import json
import statistics
import tempfile
from datetime import date
from pathlib import Path

from pairs import markdown, processor_name, run


def trial(arguments, options, seed):
    with tempfile.TemporaryDirectory(prefix="recipe-trials-") as folder:
        out = Path(folder) / "run"
        result = run(
            [
                str(arguments.hibari), "pretrain", "--corpus", str(arguments.data), *arguments.options,
                *options.split(), "--seed", str(seed), "--threads", str(arguments.threads), "--out", str(out),
                "--json",
            ]
        )  # fmt: skip
        described = json.loads((out / "run.json").read_text())
    settings = described["configuration"]
    return {
        "loss": result["val_loss"], "seconds": result["seconds"], "steps": result["steps"],
        "tokens": result["steps"] * settings["batch"] * settings["context"],
        "sizes": f"{settings['layers']} × {settings['dim']}, {settings['batch']} × {settings['context']}",
        "parameters": described["parameters"],
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--hibari", type=Path, default=Path(".build/release/hibari"), help="(default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="the text")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="(default: 1)")
    parser.add_argument("--threads", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--variants", nargs="+", required=True, metavar="NAME=OPTIONS")
    parser.add_argument("--json", action="store_true", help="print one JSON object with every run")
    parser.add_argument("options", nargs="*", help="common to all variants, after --")
    arguments = parser.parse_args()
    variants = dict(variant.split("=", 1) for variant in arguments.variants)
    arguments.hibari = arguments.hibari.resolve()

    results = {name: [] for name in variants}
    for seed in arguments.seeds:
        for name, options in variants.items():
            results[name].append(trial(arguments, options, seed))
            print(name, seed, results[name][-1], flush=True)
    if arguments.json:
        print(json.dumps({"options": arguments.options, "variants": variants, "results": results}))
        return
    print(f"\n{date.today()}, {processor_name()}, {arguments.threads} threads, seeds {arguments.seeds}.")
    print(f"{arguments.data.name}; common options: {' '.join(arguments.options)}\n")
    header = ["variant", "options", "model, batch × context", "steps", "tokens", "seconds", "losses", "median"]
    rows = []
    for name, trials in sorted(results.items(), key=lambda item: statistics.median(t["loss"] for t in item[1])):
        def median(key):
            return statistics.median(trial[key] for trial in trials)

        rows.append(
            [
                name, f"`{variants[name]}`" if variants[name] else "", trials[0]["sizes"], f"{median('steps'):.0f}",
                f"{median('tokens') / 1e6:.2f}M", f"{median('seconds'):.0f}",
                " ".join(f"{trial['loss']:.4f}" for trial in trials), f"{median('loss'):.4f}",
            ]
        )  # fmt: skip
    print(markdown(header, rows))


if __name__ == "__main__":
    main()
