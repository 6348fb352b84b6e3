#!/usr/bin/env python3
"""Writes the golden fixtures: what PyTorch and transformers say each op, layer and tiny model must compute.

Example: python Tools/golden/make_fixtures.py
"""

import argparse
import shutil
import sys
from pathlib import Path

import torch
import transformers

from adapter_fixtures import CASES as ADAPTERS, make_adapter
from folder_fixtures import make_folders
from image_fixtures import make_image_tensors
from model_fixtures import MODELS, make_model
from op_fixtures import check_against_transformers, make_op_tensors
from optimizer_fixtures import CASES, make_optimizer_tensors
from path_fixtures import make_path_tensors
from recurrent_fixtures import make_recurrent_tensors
from writer import save, write_manifest

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = REPOSITORY / "Tests/HibariModelsTests/Fixtures"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_FOLDER, help="folder to write to (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of every random stream (default: %(default)s)")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    arguments.out.mkdir(parents=True, exist_ok=True)
    check_against_transformers(arguments.seed)
    tensors, cases = make_op_tensors(arguments.seed)
    save(arguments.out / "ops.safetensors", tensors)

    images, image_cases = make_image_tensors(arguments.seed)
    save(arguments.out / "images.safetensors", images)
    cases |= image_cases

    save(arguments.out / "optimizers.safetensors", make_optimizer_tensors(arguments.seed))

    save(arguments.out / "paths.safetensors", make_path_tensors(arguments.seed))
    save(arguments.out / "recurrent.safetensors", make_recurrent_tensors(arguments.seed))

    models = {}
    for name in MODELS:
        folder = arguments.out / name
        shutil.rmtree(folder, ignore_errors=True)
        models[name] = make_model(name, folder, arguments.seed)
        print(f"{name}: {models[name]}", file=sys.stderr)

    adapters = {}
    for name in ADAPTERS:
        folder = arguments.out / "adapters" / name
        shutil.rmtree(folder, ignore_errors=True)
        adapters[name] = make_adapter(name, folder, arguments.seed)
        print(f"{name}: {adapters[name]}", file=sys.stderr)

    for folder in ("rope", "shards_qwen2_f16", "shards_mistral_bf16"):
        shutil.rmtree(arguments.out / folder, ignore_errors=True)
    make_folders(arguments.out, arguments.seed)

    details = {"ops": cases, "models": models, "adapters": adapters}
    size = write_manifest(arguments.out, arguments.seed, details)
    print(f"{len(cases)} op cases, {len(CASES)} optimizer cases, {len(models)} models, {len(adapters)} adapters, {size / 1e6:.2f} MB in {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
