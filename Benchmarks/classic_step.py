#!/usr/bin/env python3
"""Times PyTorch's training step of a small network on random data: the peer of `hibari bench classic`.

A step is what both programs do: forward, cross-entropy, backward, Adam. `lstm`, `gru` and `rnn` read out every step
of the sequence through a linear layer.

Example: python Benchmarks/classic_step.py lstm --batch 64 --time 128 --hidden 256
"""

import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn


class Sequence(nn.Module):
    def __init__(self, kind, inputs, hidden, classes):
        super().__init__()
        self.layer = getattr(nn, kind.upper())(inputs, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        return self.head(self.layer(x)[0])


class Block(nn.Module):
    """Two convolutions with batch norm and a way around them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )  # fmt: skip
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10),
    )  # fmt: skip


def resnet20():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    inputs = 16
    for stage, width in enumerate((16, 32, 64)):
        for block in range(3):
            layers.append(Block(inputs, width, 2 if stage > 0 and block == 0 else 1))
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def make(arguments):
    """The model, the input and the classes of every step or image."""
    if arguments.model in ("cnn", "resnet20"):
        model = cnn() if arguments.model == "cnn" else resnet20()
        shape = (1, 28, 28) if arguments.model == "cnn" else (3, 32, 32)
        return model, torch.rand(arguments.batch, *shape), torch.randint(10, (arguments.batch,)), 10
    if arguments.model == "mlp":
        hidden = arguments.hidden
        model = nn.Sequential(
            nn.Linear(784, hidden), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, 10),
        )  # fmt: skip
        return model, torch.rand(arguments.batch, 784), torch.randint(10, (arguments.batch,)), 10
    model = Sequence(arguments.model, arguments.hidden, arguments.hidden, 32)
    shape = (arguments.batch, arguments.time)
    return model, torch.randn(*shape, arguments.hidden), torch.randint(32, shape), 32


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", choices=["mlp", "cnn", "resnet20", "rnn", "gru", "lstm"])
    parser.add_argument("--batch", type=int, default=64, help="(default: 64)")
    parser.add_argument("--time", type=int, default=64, help="steps of a sequence (default: 64)")
    parser.add_argument("--hidden", type=int, default=128, help="(default: 128)")
    parser.add_argument("--steps", type=int, default=20, help="timed steps (default: 20)")
    parser.add_argument("--warmup", type=int, default=3, help="steps before them (default: 3)")
    parser.add_argument("--threads", type=int, default=2, help="(default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    model, x, targets, classes = make(arguments)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    seconds = []
    for _ in range(arguments.warmup + arguments.steps):
        begin = time.perf_counter()
        loss = F.cross_entropy(model(x).reshape(-1, classes), targets.reshape(-1))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        seconds.append(time.perf_counter() - begin)
    timed = seconds[arguments.warmup :]
    result = {
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "milliseconds_per_step": statistics.median(timed) * 1e3,
        "least_milliseconds": min(timed) * 1e3,
        "parameters": sum(p.numel() for p in model.parameters()),
        "torch": torch.__version__,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
