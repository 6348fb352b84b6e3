#!/usr/bin/env python3
"""Times a training step of small networks in Hibari and in PyTorch in turn and prints a Markdown table.

The MLP is 784-512-512-10 with dropout 0.2, the CNN that of `hibari bench classic cnn`, the recurrent layers have one layer whose outputs go through a linear one;
cross-entropy and Adam in both. Each run is a process of its own that gives the median of its steps after a warm-up;
ratios are taken pair by pair, because the speed of a shared machine drifts.

Example: python Benchmarks/classic_vs_torch.py --pairs 5
"""

import argparse
import statistics
import sys
from datetime import date
from pathlib import Path

from pairs import alternate, markdown, processor_name, run

PEER = Path(__file__).resolve().with_name("classic_step.py")
SHAPES = {
    "mlp": ("mlp", 128, 1, 512),
    "mnist-cnn": ("cnn", 64, 1, 1),
    "resnet-20": ("resnet20", 128, 1, 1),
    "lstm-128": ("lstm", 32, 64, 128),
    "lstm-256": ("lstm", 64, 128, 256),
    "gru-128": ("gru", 32, 64, 128),
    "rnn-128": ("rnn", 32, 64, 128),
}


def measure(arguments, shape):
    model, batch, time, hidden = SHAPES[shape]
    options = ["--batch", str(batch), "--time", str(time), "--hidden", str(hidden)]
    options += ["--threads", str(arguments.threads)]
    ours = [str(arguments.hibari), "bench", "classic", model, *options, "--json"]
    theirs = [arguments.python, str(PEER), model, *options]

    def timed(command):
        probe = run([*command, "--steps", "3"])
        steps = max(3, round(arguments.seconds * 1e3 / probe["milliseconds_per_step"]))
        return [*command, "--steps", str(steps)], probe["parameters"]

    (ours, our_count), (theirs, their_count) = timed(ours), timed(theirs)
    if our_count != their_count:
        sys.exit(f"{shape}: {our_count} and {their_count} parameters are not one model")
    return [
        [(one["milliseconds_per_step"], one["peak_memory_bytes"] / 2**20) for one in (hibari, torch)]
        for _, hibari, torch in alternate(arguments.pairs, lambda _: run(ours), lambda _: run(theirs))
    ]


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
    parser.add_argument("--pairs", type=int, default=5, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=3, help="of steps per run (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each program (default: %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch (default: this one)")
    arguments = parser.parse_args()
    if not arguments.hibari.is_file():
        parser.error(f"no such file: {arguments.hibari}; build in release first")
    arguments.hibari = arguments.hibari.resolve()
    rows = []
    for shape in arguments.shapes:
        pairs = measure(arguments, shape)
        ratios = [torch[0] / hibari[0] for hibari, torch in pairs]
        times = [statistics.median(one[side][0] for one in pairs) for side in (0, 1)]
        memory = [statistics.median(one[side][1] for one in pairs) for side in (0, 1)]
        rows.append(
            [shape, f"{times[0]:.2f}", f"{times[1]:.2f}", f"**{statistics.median(ratios):.2f}**"]
            + [f"{min(ratios):.2f}", f"{max(ratios):.2f}", f"{memory[0]:.0f}", f"{memory[1]:.0f}"]
        )
    print(f"{date.today()}, {processor_name()}, {arguments.threads} threads, {arguments.pairs} pairs.")
    print("A ratio is PyTorch's time over Hibari's in the same pair: above 1, Hibari is faster.\n")
    print(markdown(["shape", "Hibari ms/step", "PyTorch ms/step", "ratio", "least", "most", "MiB", "PyTorch's"], rows))


if __name__ == "__main__":
    main()
