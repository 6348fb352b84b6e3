"""Collects tensors, writes safetensors files and the manifest that describes them."""

import hashlib
import json
import platform
import zlib
from pathlib import Path

import numpy
import peft
import safetensors
import safetensors.torch
import tokenizers
import torch
import transformers


def generator_for(name: str, seed: int) -> torch.Generator:
    """A random stream of its own for each named case, so that adding a case leaves the others as they are."""
    return torch.Generator().manual_seed(seed * 1_000_003 + zlib.crc32(name.encode()))


def rounded(tensor: torch.Tensor) -> torch.Tensor:
    """Float64 results are rounded once, to float32; integers are stored as they are."""
    tensor = tensor.detach()
    if tensor.is_floating_point():
        assert tensor.dtype == torch.float64, "a floating result must come from a float64 run"
        assert torch.isfinite(tensor).all(), "a fixture must be finite"
        tensor = tensor.to(torch.float32)
    return tensor.contiguous().clone()


def save(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(tensors, path)


def write_manifest(folder: Path, seed: int, details: dict) -> int:
    """Writes manifest.json over every file the scripts made; returns the total size in bytes."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".safetensors", ".json"))
    files = [path for path in files if path != folder / "manifest.json"]
    manifest = {
        "seed": seed,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "peft": peft.__version__,
            "safetensors": safetensors.__version__,
            "numpy": numpy.__version__,
        },
        **details,
        "sha256": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return sum(path.stat().st_size for path in files) + len(text.encode())
