#!/usr/bin/env python3
"""Times a training step of Hibari and of PyTorch in turn on the same shapes and prints a Markdown table.

Both train the same GPT-2 on uniformly random tokens in float32: AdamW, gradient norm clipped at 1, the batch
made and the loss read in every step. PyTorch runs eagerly and with torch.compile once per shape; the faster of
the two by its least step is the peer in the pairs, and both times are printed, the least step in brackets. Each
run is a process of its own that gives the median of its steps after a warm-up; ratios are taken pair by pair,
because the speed of a shared machine drifts. Memory is each process's largest resident set; what importing
PyTorch alone takes is printed beside it and not subtracted.

Shapes: A to C are GPT-2 without biases, A 4 layers 128 wide (context 64, batch 12, vocabulary 65), B 6 of 384
(256, 16, 65), C 8 of 512 (256, 8, 4096); D256 and D1024 are GPT-2 124M, batch 1, at context 256 and 1024.

Example: python Benchmarks/train_vs_torch.py --shapes A B --pairs 7
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path

from pairs import alternate, last_json_object, markdown, processor_name, run

PEER = Path(__file__).resolve().with_name("torch_step.py")

# The same as in Sources/HibariCommands/BenchTrainCommand.swift; main() compares the parameter counts.
SHAPES = {
    "A": dict(layers=4, heads=4, width=128, context=64, batch=12, vocabulary=65, bias=False),
    "B": dict(layers=6, heads=6, width=384, context=256, batch=16, vocabulary=65, bias=False),
    "C": dict(layers=8, heads=8, width=512, context=256, batch=8, vocabulary=4096, bias=False),
    "D256": dict(layers=12, heads=12, width=768, context=256, batch=1, vocabulary=50257, bias=True),
    "D1024": dict(layers=12, heads=12, width=768, context=1024, batch=1, vocabulary=50257, bias=True),
}
MODES = ("eager", "compile")


class Programs:
    """The two programs on one shape, with enough steps that a run takes the seconds asked for."""

    def __init__(self, arguments, shape):
        self.arguments, self.shape = arguments, shape
        self.steps = {}

    def hibari(self, steps, warmup=3):
        return run(
            [
                str(self.arguments.hibari), "bench", "train", "--shape", self.shape, "--steps", str(steps),
                "--warmup", str(warmup), "--threads", str(self.arguments.threads), "--json",
            ]
        )  # fmt: skip

    def torch(self, mode, steps, warmup=3):
        command = [self.arguments.python, str(PEER), "--mode", mode, "--steps", str(steps)]
        command += ["--warmup", str(warmup), "--threads", str(self.arguments.threads)]
        for name, value in SHAPES[self.shape].items():
            if name == "bias":
                command += ["--bias"] if value else []
            else:
                command += [f"--{name}", str(value)]
        if mode == "eager":
            return run(command)
        # Only torch.compile may fail, for want of a compiler; that is reported and not hidden.
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if process.returncode == 0:
            return last_json_object(process.stdout)
        reason = (process.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"torch.compile failed on shape {self.shape}: {reason}", file=sys.stderr)
        return None

    def steps_for(self, first_result):
        return max(3, round(self.arguments.seconds * 1e3 / first_result["milliseconds_per_step"]))


def measure(arguments, shape):
    programs = Programs(arguments, shape)
    ours = programs.hibari(steps=2, warmup=1)
    trials = {}
    for mode in MODES:
        probe = programs.torch(mode, steps=2, warmup=1)
        trials[mode] = probe and programs.torch(mode, steps=programs.steps_for(probe))
    # By the least step, which other work on the machine disturbs least.
    mode = min((m for m in MODES if trials[m]), key=lambda m: trials[m]["least_milliseconds"])
    if ours["parameters"] != trials[mode]["parameters"]:
        sys.exit(
            f"shape {shape}: {ours['parameters']} and {trials[mode]['parameters']} parameters are not one model"
        )
    our_steps, their_steps = programs.steps_for(ours), programs.steps_for(trials[mode])
    runs = alternate(
        arguments.pairs,
        lambda _: programs.hibari(our_steps),
        lambda _: programs.torch(mode, their_steps) or sys.exit("torch.compile failed in a pair"),
    )
    pairs = [
        {
            "hibari": hibari, "torch": torch,
            "ratio": torch["milliseconds_per_step"] / hibari["milliseconds_per_step"],
        }
        for _, hibari, torch in runs
    ]  # fmt: skip
    return {
        "shape": shape, "mode": mode, "load": os.getloadavg()[0], "pairs": pairs,
        "trials": trials,
    }  # fmt: skip


def table(results):
    header = [
        "shape", "Hibari ms/step", "PyTorch ms/step", "ratio", "least", "most", "Hibari tokens/s",
        "PyTorch tokens/s", "Hibari MiB", "PyTorch MiB", "of it import", "peer", "eager ms (least)",
        "compile ms (least)",
    ]  # fmt: skip

    def row(result):
        def median(side, key):
            return statistics.median(pair[side][key] for pair in result["pairs"])

        ratios = [pair["ratio"] for pair in result["pairs"]]
        times = [median(side, "milliseconds_per_step") for side in ("hibari", "torch")]
        speeds = [median(side, "tokens_per_second") for side in ("hibari", "torch")]
        memory = [
            median(side, key) / 2**20
            for side, key in (
                ("hibari", "peak_memory_bytes"), ("torch", "peak_memory_bytes"),
                ("torch", "import_memory_bytes"),
            )
        ]  # fmt: skip
        trials = [
            "failed" if trial is None else f"{trial['milliseconds_per_step']:.2f} ({trial['least_milliseconds']:.2f})"
            for trial in (result["trials"][mode] for mode in MODES)
        ]
        return [
            result["shape"], *(f"{value:.2f}" for value in times), f"**{statistics.median(ratios):.2f}**",
            f"{min(ratios):.2f}", f"{max(ratios):.2f}", *(f"{value:.0f}" for value in speeds + memory),
            result["mode"], *trials,
        ]  # fmt: skip

    return markdown(header, [row(result) for result in results])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--hibari", type=Path, default=Path(".build/release/hibari"), help="(default: %(default)s)"
    )
    parser.add_argument(
        "--shapes", nargs="+", choices=SHAPES, default=list(SHAPES), help="(default: all)", metavar="NAME"
    )
    parser.add_argument("--pairs", type=int, default=7, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=8, help="of steps per run (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each program (default: %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch (default: this one)")
    parser.add_argument("--json", action="store_true", help="print one JSON object with every run")
    arguments = parser.parse_args()
    if arguments.pairs < 1 or not arguments.seconds > 0:
        parser.error("--pairs must be at least 1 and --seconds positive")
    if not arguments.hibari.is_file():
        parser.error(f"no such file: {arguments.hibari}; build in release first")
    arguments.hibari = arguments.hibari.resolve()

    results = [measure(arguments, shape) for shape in arguments.shapes]
    if arguments.json:
        print(json.dumps({"date": str(date.today()), "processor": processor_name(), "results": results}))
        return
    print(f"{date.today()}, {processor_name()}, {arguments.threads} threads, {arguments.pairs} pairs.")
    print("A ratio is PyTorch's time over Hibari's in the same pair: above 1, Hibari is faster.\n")
    print(table(results))


if __name__ == "__main__":
    main()
