#!/usr/bin/env python3
"""Times the layers of image models in Hibari and in PyTorch in turn and prints a Markdown table.

The layers of `hibari bench ops` on images: convolutions of ResNet-20 (CIFAR-10, batch 128) and of a small CNN
(MNIST, batch 64), BatchNorm, pooling. Both programs give the median and the least time of a forward and of a
backward pass; ratios are taken run by run, because the speed of a shared machine drifts. The ratio of the least
times over all runs is printed beside: other work on the machine disturbs it least, and PyTorch's threads, which
wait for each other at every barrier, suffer most from such work.

Example: python Benchmarks/conv_vs_torch.py --pairs 5
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from pairs import alternate, markdown, processor_name

OPS = ("convolution", "transposedConvolution", "batchNorm", "groupNorm", "maxPooling", "averagePooling", "upsample")


def convolution_cases(torch):
    """Op, layer, inputs (shape, whether it has a gradient), function; as in OpBenchmarks+Images.swift."""
    conv2d = torch.nn.functional.conv2d
    layers = [
        ("ResNet-20 first", (128, 3, 32, 32), (16, 3, 3, 3), dict(padding=1), False),
        ("ResNet-20 16", (128, 16, 32, 32), (16, 16, 3, 3), dict(padding=1), True),
        ("ResNet-20 16 to 32", (128, 16, 32, 32), (32, 16, 3, 3), dict(stride=2, padding=1), True),
        ("ResNet-20 32", (128, 32, 16, 16), (32, 32, 3, 3), dict(padding=1), True),
        ("ResNet-20 32 to 64", (128, 32, 16, 16), (64, 32, 3, 3), dict(stride=2, padding=1), True),
        ("ResNet-20 64", (128, 64, 8, 8), (64, 64, 3, 3), dict(padding=1), True),
        ("ResNet-20 shortcut", (128, 16, 32, 32), (32, 16, 1, 1), dict(stride=2), True),
        ("MNIST first", (64, 1, 28, 28), (32, 1, 3, 3), {}, False),
        ("MNIST second", (64, 32, 26, 26), (64, 32, 3, 3), {}, True),
        ("MNIST second, padded", (64, 32, 28, 28), (64, 32, 3, 3), dict(padding=1), True),
    ]
    for name, x, weight, options, needs_gradient in layers:
        yield (
            "convolution", name, [(x, needs_gradient), (weight, True)],
            lambda x, w, options=options: conv2d(x, w, **options),
        )  # fmt: skip


def other_cases(torch):
    functional = torch.nn.functional
    image, vector = ((128, 16, 32, 32), True), ((16,), True)

    def batch_norm(x, weight, bias, residual=None, relu=False):
        y = functional.batch_norm(x, None, None, weight, bias, training=True)
        if residual is not None:
            y = y + residual
        return functional.relu(y) if relu else y

    yield "batchNorm", "128×16×32×32", [image, vector, vector], batch_norm
    yield "batchNorm", "128×16×32×32, relu", [image, vector, vector], lambda *a: batch_norm(*a, relu=True)
    yield (
        "batchNorm", "128×16×32×32, residual, relu", [image, vector, vector, image],
        lambda *a: batch_norm(*a, relu=True),
    )  # fmt: skip
    yield "batchNorm", "128×512", [((128, 512), True), ((512,), True), ((512,), True)], batch_norm
    yield (
        "groupNorm", "8 groups of 128×16×32×32", [image, vector, vector],
        lambda x, w, b: functional.group_norm(x, 8, w, b),
    )  # fmt: skip
    pooled = ((64, 64, 24, 24), True)
    yield "maxPooling", "2×2 of 64×64×24×24", [pooled], lambda x: functional.max_pool2d(x, 2)
    yield (
        "maxPooling", "3×3, stride 2 of 64×64×24×24", [pooled],
        lambda x: functional.max_pool2d(x, 3, 2, padding=1),
    )  # fmt: skip
    yield (
        "averagePooling", "all of 128×64×8×8", [((128, 64, 8, 8), True)],
        lambda x: functional.adaptive_avg_pool2d(x, 1),
    )  # fmt: skip
    yield "averagePooling", "2×2 of 128×16×32×32", [image], lambda x: functional.avg_pool2d(x, 2)
    yield (
        "transposedConvolution", "64 to 32, 2×2, stride 2", [((64, 64, 8, 8), True), ((64, 32, 2, 2), True)],
        lambda x, w: functional.conv_transpose2d(x, w, stride=2),
    )  # fmt: skip
    small = ((128, 16, 16, 16), True)
    yield (
        "upsample", "nearest, 128×16×16×16 doubled", [small],
        lambda x: functional.interpolate(x, scale_factor=2),
    )  # fmt: skip
    yield (
        "upsample", "linear, 128×16×16×16 doubled", [small],
        lambda x: functional.interpolate(x, scale_factor=2, mode="bilinear"),
    )  # fmt: skip


def run_peer(threads, ops, seconds=0.2):
    """Prints one JSON line for each case, as `hibari bench ops --json` does."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    for op, name, shapes, function in [*convolution_cases(torch), *other_cases(torch)]:
        if op not in ops:
            continue
        inputs = [torch.randn(shape, requires_grad=needs_gradient) for shape, needs_gradient in shapes]
        leaves = [tensor for tensor in inputs if tensor.requires_grad]
        gradient = torch.randn_like(function(*inputs))
        forward, backward = [], []
        started = time.perf_counter()
        while len(forward) < 3 or time.perf_counter() - started < seconds:
            begin = time.perf_counter()
            output = function(*inputs)
            middle = time.perf_counter()
            torch.autograd.grad(output, leaves, gradient)
            backward.append(time.perf_counter() - middle)
            forward.append(middle - begin)
        print(
            json.dumps(
                {
                    "op": op, "size": name, "forward_milliseconds": statistics.median(forward) * 1e3,
                    "backward_milliseconds": statistics.median(backward) * 1e3,
                    "least_forward_milliseconds": min(forward) * 1e3,
                    "least_backward_milliseconds": min(backward) * 1e3,
                }
            )
        )  # fmt: skip


def measure(command):
    """The JSON lines of one run by (op, size)."""
    print("$ " + " ".join(command), file=sys.stderr)
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if process.returncode != 0:
        sys.exit(f"{command[0]}: exit code {process.returncode}")
    rows = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
    return {(row["op"], row["size"]): row for row in rows}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--hibari", type=Path, default=Path(".build/release/hibari"), help="(default: %(default)s)"
    )
    parser.add_argument("--ops", nargs="+", choices=OPS, default=list(OPS), help="(default: all)", metavar="OP")
    parser.add_argument("--pairs", type=int, default=5, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each program (default: %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch (default: this one)")
    parser.add_argument("--peer", action="store_true", help="print PyTorch's times alone, as JSON lines")
    arguments = parser.parse_args()
    if arguments.peer:
        return run_peer(arguments.threads, arguments.ops)
    if arguments.pairs < 1:
        parser.error("--pairs must be at least 1")
    if not arguments.hibari.is_file():
        parser.error(f"no such file: {arguments.hibari}; build in release first")
    threads = ["--threads", str(arguments.threads)]
    ours = [str(arguments.hibari.resolve()), "bench", "ops", *arguments.ops, *threads, "--json"]
    theirs = [arguments.python, __file__, "--peer", *threads, "--ops", *arguments.ops]
    runs = list(alternate(arguments.pairs, lambda _: measure(ours), lambda _: measure(theirs)))
    if runs[0][1].keys() != runs[0][2].keys():
        sys.exit(f"the programs measured other layers: {runs[0][1].keys() ^ runs[0][2].keys()}")
    header = ["op", "layer"] + [f"{p} {w}" for p in ("forward", "backward") for w in ("ms", "PyTorch ms", "ratio", "of least")]
    rows = []
    for key in runs[0][1]:
        row = list(key)
        for field in ("forward_milliseconds", "backward_milliseconds"):
            times = [(hibari[key][field], torch[key][field]) for _, hibari, torch in runs]
            row += [f"{statistics.median(column):.3f}" for column in zip(*times)]
            row.append(f"**{statistics.median(b / a for a, b in times):.2f}**")
            least = [min(run[side][key]["least_" + field] for run in runs) for side in (1, 2)]
            row.append(f"{least[1] / least[0]:.2f} ({least[0]:.2f} ms)")
        rows.append(row)
    print(f"{date.today()}, {processor_name()}, {arguments.threads} threads, {arguments.pairs} pairs.")
    print("A ratio is PyTorch's time over Hibari's in the same pair: above 1, Hibari is faster.\n")
    print(markdown(header, rows))


if __name__ == "__main__":
    main()
