#!/usr/bin/env python3
"""Opens a GGUF file with gguf-py, reads all of its metadata and tensors, and compares them with another file's.

With --against a GGUF file: the same metadata, names, shapes and numbers, whatever the types of the tensors; the largest
difference in units of the largest number of its tensor is printed, and must be within --tolerance.

Example: python Tools/interop/check_gguf.py model-f32.gguf --against model-q4_1.gguf
"""

import argparse
import sys

import numpy as np
from gguf import GGUFReader, quants


def metadata(reader: GGUFReader) -> dict:
    # GGUF.* describe the file itself, not the model.
    return {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}


def tensors(reader: GGUFReader) -> dict[str, np.ndarray]:
    # A float16 tensor comes as such; quants wants the bytes of the others as they are.
    return {
        tensor.name: quants.dequantize(tensor.data, tensor.tensor_type).reshape(tuple(reversed(tensor.shape.tolist())))
        for tensor in reader.tensors
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--against", help="a GGUF file to compare with")
    parser.add_argument("--tolerance", type=float, default=0, help="largest relative difference (default: %(default)s)")
    parser.add_argument("--ignore", nargs="*", default=[], help="metadata keys that may differ")
    arguments = parser.parse_args()
    reader = GGUFReader(arguments.file)
    found, numbers = metadata(reader), tensors(reader)
    infinite = [name for name, tensor in numbers.items() if not np.isfinite(tensor).all()]
    unaligned = [tensor.name for tensor in reader.tensors if tensor.data_offset % reader.alignment]
    problems = [f"{name}: not finite" for name in infinite] + [f"{name}: not aligned" for name in unaligned]
    print(f"{arguments.file}: {len(found)} metadata entries, {len(numbers)} tensors")
    if arguments.against:
        other = GGUFReader(arguments.against)
        expected, reference = metadata(other), tensors(other)
        names = [name for name in found | expected if name not in arguments.ignore]
        problems += [f"{name}: {found.get(name)!r:.80}, not {expected.get(name)!r:.80}"
                     for name in names if found.get(name) != expected.get(name)]
        if list(numbers) != list(reference):
            problems.append("the names of the tensors, or their order, differ")
        worst = 0.0
        for name in numbers.keys() & reference.keys():
            if numbers[name].shape != reference[name].shape:
                problems.append(f"{name}: shape {numbers[name].shape}, not {reference[name].shape}")
                continue
            scale = max(float(np.abs(reference[name]).max(initial=0)), 1e-30)
            worst = max(worst, float(np.abs(numbers[name] - reference[name]).max(initial=0)) / scale)
        print(f"largest relative difference {worst:.3g}")
        if worst > arguments.tolerance:
            problems.append(f"the numbers differ by {worst:.3g}, more than {arguments.tolerance:.3g}")
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    print("FAILED" if problems else "ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
