#!/usr/bin/env python3
"""Writes what scikit-learn says of some predictions, and what PyTorch's usual loop makes of a small network.

Example: python Tools/golden/supervised_fixtures.py
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import sklearn
import sklearn.metrics as metrics
import torch
from torch import nn

from writer import rounded as in_float32
from writer import save

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = REPOSITORY / "Tests/HibariTrainingTests/Fixtures"


def rounded(array: np.ndarray) -> list:
    return [float(np.float32(value)) for value in array.reshape(-1)]


def many_classes(random: np.random.Generator) -> dict:
    """Five classes, of which the last is never right and never predicted first."""
    count, classes = 60, 5
    logits = random.normal(size=(count, classes)).astype(np.float32)
    logits[:, 4] -= 9
    targets = random.integers(0, 4, count)
    logits[np.arange(count), targets] += np.float32(0.7)
    predicted = logits.argmax(1)
    powers = np.exp(logits.astype(np.float64))
    probabilities = powers / powers.sum(1, keepdims=True)
    areas = [metrics.roc_auc_score(targets == label, probabilities[:, label]) for label in range(4)]
    average = {"average": "macro", "zero_division": 0}
    labels = list(range(classes))
    each = {"average": None, "labels": labels, "zero_division": 0}
    return {
        "logits": rounded(logits),
        "classes": classes,
        "targets": targets.tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(targets, predicted),
            "top_2_accuracy": metrics.top_k_accuracy_score(targets, logits, k=2, labels=labels),
            "top_3_accuracy": metrics.top_k_accuracy_score(targets, logits, k=3, labels=labels),
            "precision": metrics.precision_score(targets, predicted, **average),
            "recall": metrics.recall_score(targets, predicted, **average),
            "f1": metrics.f1_score(targets, predicted, **average),
            "roc_auc": float(np.mean(areas)),
        },
        "precision": metrics.precision_score(targets, predicted, **each).tolist(),
        "recall": metrics.recall_score(targets, predicted, **each).tolist(),
        "f1": metrics.f1_score(targets, predicted, **each).tolist(),
        "confusion": metrics.confusion_matrix(targets, predicted, labels=labels).tolist(),
    }


def two_classes(random: np.random.Generator) -> dict:
    """One logit on a coarse grid, so that many scores are equal."""
    count = 80
    targets = random.integers(0, 2, count)
    logits = (np.round(random.normal(size=count) * 2 + targets) / 2).astype(np.float32)
    predicted = (logits > 0).astype(int)
    return {
        "logits": rounded(logits),
        "classes": 1,
        "targets": targets.tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(targets, predicted),
            "precision": metrics.precision_score(targets, predicted, average="macro"),
            "recall": metrics.recall_score(targets, predicted, average="macro"),
            "f1": metrics.f1_score(targets, predicted, average="macro"),
            "precision_1": metrics.precision_score(targets, predicted),
            "recall_0": metrics.recall_score(targets, predicted, pos_label=0),
            "f1_1": metrics.f1_score(targets, predicted),
            "roc_auc": metrics.roc_auc_score(targets, logits),
        },
    }


def regression(random: np.random.Generator) -> dict:
    """Two outputs far from zero, where a naive R² loses its digits."""
    count = 70
    targets = (random.normal(size=(count, 2)) * [1, 5] + [1000, -3]).astype(np.float32)
    predictions = (targets + random.normal(size=(count, 2)) * [0.5, 2]).astype(np.float32)
    wide = (targets.astype(np.float64), predictions.astype(np.float64))
    return {
        "predictions": rounded(predictions),
        "targets": rounded(targets),
        "expected": {
            "r2": metrics.r2_score(*wide),
            "mean_absolute_error": metrics.mean_absolute_error(*wide),
            "mean_squared_error": metrics.mean_squared_error(*wide),
            "root_mean_squared_error": math.sqrt(metrics.mean_squared_error(*wide)),
        },
    }


def training(folder: Path) -> dict:
    """Three epochs of Adam in float64, in the order of the data, with a last batch that is smaller."""
    torch.manual_seed(1)
    inputs = torch.randn(40, 6).double()
    targets = (inputs[:, 0] * inputs[:, 1] > 0).long() + (inputs[:, 2] > 0.5).long()
    model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.LayerNorm(16), nn.Linear(16, 3)).double()
    tensors = {"inputs": inputs, "targets": targets.double()}
    tensors |= {f"initial.{name}": value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses, accuracies = [], []
    for _ in range(3):
        total, hits = 0.0, 0
        for start in range(0, 40, 16):
            x, y = inputs[start : start + 16], targets[start : start + 16]
            logits = model(x)
            loss = nn.functional.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            hits += (logits.argmax(1) == y).sum().item()
        losses.append(total / 40)
        accuracies.append(hits / 40)
    tensors |= {f"final.{name}": value for name, value in model.state_dict().items()}
    tensors["logits"] = model(inputs).detach()
    save(folder / "training.safetensors", {name: in_float32(value) for name, value in tensors.items()})
    return {"loss": losses, "accuracy": accuracies}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_FOLDER, help="folder to write to (default: %(default)s)"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    random = np.random.default_rng(1)
    values = {
        "versions": {"scikit-learn": sklearn.__version__, "torch": torch.__version__},
        "many_classes": many_classes(random),
        "two_classes": two_classes(random),
        "regression": regression(random),
        "training": training(arguments.out),
    }
    (arguments.out / "supervised.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
