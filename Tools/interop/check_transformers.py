#!/usr/bin/env python3
"""Opens a Hibari run directory with transformers and checks that it is the same model there.

Checked: every weight is found and none is left over; with --logits, the logits of `input_ids` agree; with
--text and --ids, the tokenizer gives the same ids.

Example: python Tools/interop/check_transformers.py RUN --logits x.safetensors --text a.txt --ids a.json
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging


def open_model(folder: Path) -> tuple[torch.nn.Module, list[str]]:
    """Returns the model in float32 and what transformers had to say about its weights."""
    model, information = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation="eager",
        output_loading_info=True,
        local_files_only=True,
    )
    # Whatever is missing has been newly initialized.
    problems = [f"{kind}: {entries}" for kind, entries in information.items() if entries]
    return model.eval(), problems


def check_logits(model: torch.nn.Module, path: Path, tolerance: float) -> list[str]:
    tensors = load_file(path)
    ids, ours = tensors["input_ids"].long(), tensors["logits"]
    with torch.no_grad():
        theirs = model(ids[None], use_cache=False).logits[0]
    if ours.shape != theirs.shape:
        return [f"logits have shape {list(ours.shape)}, transformers computes {list(theirs.shape)}"]
    differences = (ours.double() - theirs.double()).abs()
    largest, place = differences.max().item(), divmod(differences.argmax().item(), theirs.shape[1])
    print(f"logits: largest difference {largest:.3g} at position {place[0]}, token {place[1]}")
    # Written so that a NaN fails too.
    return [] if largest <= tolerance else [f"logits differ by {largest:.3g}, more than {tolerance:g}"]


def check_ids(folder: Path, text_path: Path, ids_path: Path) -> list[str]:
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    # As bytes, so that no line ending is changed on the way.
    theirs = tokenizer(text_path.read_bytes().decode("utf-8"), add_special_tokens=False)["input_ids"]
    ours = json.loads(ids_path.read_text(encoding="utf-8"))
    if isinstance(ours, dict):
        ours = ours["ids"]
    if ours == theirs:
        print(f"ids: all {len(theirs)} agree")
        return []
    place = next(
        (i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs))
    )
    near = slice(max(0, place - 2), place + 3)
    counts = f"{len(ours)} ids, transformers has {len(theirs)}"
    return [f"{counts}; from {near.start}: {ours[near]} against {theirs[near]}"]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run_directory", type=Path, metavar="RUN_DIR")
    parser.add_argument("--logits", type=Path, help="safetensors with input_ids [T] and logits [T, V]")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="for the logits (default: %(default)s)")
    parser.add_argument("--text", type=Path, help="UTF-8 text to tokenize")
    parser.add_argument("--ids", type=Path, help='JSON: the ids expected for it, a list or {"ids": [...]}')
    arguments = parser.parse_args()
    if (arguments.text is None) != (arguments.ids is None):
        parser.error("--text and --ids go together")
    for path in (arguments.run_directory, arguments.logits, arguments.text, arguments.ids):
        if path is not None and not path.exists():
            parser.error(f"no such file or folder: {path}")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)

    model, problems = open_model(arguments.run_directory)
    print(f"model: {type(model).__name__}, {model.num_parameters()} parameters")
    if arguments.logits is not None:
        problems += check_logits(model, arguments.logits, arguments.tolerance)
    if arguments.ids is not None:
        problems += check_ids(arguments.run_directory, arguments.text, arguments.ids)
    for problem in problems:
        print(f"{arguments.run_directory}: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
