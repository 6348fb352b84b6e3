#!/usr/bin/env python3
"""Trains PyTorch's ResNet on CIFAR-10 with the recipe of `hibari run cifar10`: the peer for accuracy at equal time.

The same network (shortcuts without parameters, He initialization), SGD with Nesterov momentum, weight decay on weights
alone, a learning rate that rises for a fifth of the epochs and falls along a cosine, label smoothing, random crops and
mirrors, a twentieth of the pictures held out. Prints a JSON object for each epoch, and the test accuracy last.

Example: python Benchmarks/cifar_torch.py ../data/cifar10 --epochs 30 --minutes 45
"""

import argparse
import gzip
import json
import math
import time
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.last_norm = nn.BatchNorm2d(outputs)
        self.stride, self.padding = stride, outputs - inputs

    def forward(self, x):
        y = F.relu(self.norm(self.first(x)), inplace=True)
        y = self.last_norm(self.second(y))
        shortcut = x if self.stride == 1 else F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.padding))
        return F.relu(y + shortcut, inplace=True)


def resnet(depth, width):
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    inputs = width
    for stage in range(3):
        for block in range((depth - 2) // 6):
            outputs = width << stage
            layers.append(Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
            inputs = outputs
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return model


def read(folder, prefix):
    """Pictures `[N, 3, 32, 32]` from 0 to 1, and classes, of all files whose names begin so."""
    files = sorted(Path(folder).glob(prefix + "*.bin*"))
    if not files:
        raise SystemExit(f"{folder}: no {prefix}*.bin files")
    data = b"".join(gzip.open(f).read() if f.suffix == ".gz" else f.read_bytes() for f in files)
    rows = torch.from_numpy(numpy.frombuffer(data, dtype=numpy.uint8).reshape(-1, 3073).copy())
    return rows[:, 1:].reshape(-1, 3, 32, 32).float() / 255, rows[:, 0].long()


def augmented(x):
    """Parts of a border of four black pixels, and half of the pictures mirrored."""
    padded = F.pad(x, (4, 4, 4, 4))
    top, left = torch.randint(9, (2, len(x)))
    flips = torch.rand(len(x)) < 0.5
    parts = [p[:, t : t + 32, l : l + 32] for p, t, l in zip(padded, top.tolist(), left.tolist())]
    return torch.stack([p.flip(-1) if f else p for p, f in zip(parts, flips.tolist())])


def measured(model, x, classes):
    """Accuracy, and the loss with smoothed labels."""
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(part) for part in x.split(256)])
    model.train()
    accuracy = (logits.argmax(1) == classes).float().mean().item()
    return accuracy, F.cross_entropy(logits, classes, label_smoothing=0.1).item()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="a folder with CIFAR-10's binary files")
    parser.add_argument("--depth", type=int, default=20, help="6n + 2 (default: 20)")
    parser.add_argument("--width", type=int, default=16, help="channels of the first stage (default: 16)")
    parser.add_argument("--epochs", type=int, default=30, help="(default: 30)")
    parser.add_argument("--batch", type=int, default=64, help="(default: 64)")
    parser.add_argument("--lr", type=float, default=0.1, help="(default: 0.1)")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after the epoch in which they pass")
    parser.add_argument("--seed", type=int, default=1, help="(default: 1)")
    parser.add_argument("--threads", type=int, default=2, help="(default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    began = time.perf_counter()
    x, classes = read(arguments.data, "data_batch")
    test_x, test_classes = read(arguments.data, "test_batch")
    mean = x.mean((0, 2, 3), keepdim=True)
    deviation = x.std((0, 2, 3), keepdim=True)
    order = torch.randperm(len(x))
    held = len(x) // 20
    held_x, held_classes = (x[order[:held]] - mean) / deviation, classes[order[:held]]
    x, classes = x[order[held:]], classes[order[held:]]
    model = resnet(arguments.depth, arguments.width)
    weights = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.SGD(
        [{"params": weights, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}],
        lr=arguments.lr, momentum=0.9, nesterov=True,
    )  # fmt: skip
    steps = -(-len(x) // arguments.batch)
    total, warmup = steps * arguments.epochs, round(0.2 * arguments.epochs * steps)
    best, step = (math.inf, None), 0
    for epoch in range(1, arguments.epochs + 1):
        for indices in torch.randperm(len(x)).split(arguments.batch):
            share = (step - warmup) / max(1, total - warmup)
            rate = (step + 1) / warmup if step < warmup else 0.5 * (1 + math.cos(math.pi * share))
            for group in optimizer.param_groups:
                group["lr"] = arguments.lr * rate
            batch = (augmented(x[indices]) - mean) / deviation
            loss = F.cross_entropy(model(batch), classes[indices], label_smoothing=0.1)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
        accuracy, value = measured(model, held_x, held_classes)
        if value < best[0]:
            best = (value, {k: v.clone() for k, v in model.state_dict().items()})
        seconds = time.perf_counter() - began
        row = {"epoch": epoch, "loss": loss.item(), "val_accuracy": accuracy, "val_loss": value, "seconds": seconds}
        print(json.dumps(row), flush=True)
        if seconds > 60 * arguments.minutes:
            break
    model.load_state_dict(best[1])
    result, _ = measured(model, (test_x - mean) / deviation, test_classes)
    print(json.dumps({"test_accuracy": result, "seconds": time.perf_counter() - began, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
