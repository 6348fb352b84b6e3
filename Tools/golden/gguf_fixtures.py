#!/usr/bin/env python3
"""Writes a GGUF file with gguf-py: metadata of every type, and tensors of every format that Hibari reads.

`input` are rows of float32 numbers. For a format that gguf-py writes, `blocks/FORMAT` are these numbers in it; for
the others, random blocks. `floats/FORMAT` is what gguf-py reads in the blocks.

Example: python Tools/golden/gguf_fixtures.py        # pip install gguf==0.19.0
"""

import argparse
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter, quants
from gguf.constants import GGML_QUANT_SIZES, GGUFValueType

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = REPOSITORY / "Tests/HibariCheckpointTests/Fixtures"
WRITTEN = [Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1]
# Where the float16 numbers of a block of a format that is only read begin.
HALVES = {Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208]}


def input_rows(random: np.random.Generator) -> np.ndarray:
    width = 256
    outliers = random.normal(size=width) * 0.02
    outliers[[3, 77, 255]] = [4.0, -9.0, 2.5]
    signs = random.choice([-1.0, 1.0], size=width)
    rows = [
        random.normal(size=width) * 0.02,
        random.normal(size=width),
        random.uniform(-60_000, 60_000, size=width),
        random.uniform(0.5, 1, size=width),
        -random.uniform(0.5, 1, size=width),
        np.zeros(width),
        np.full(width, -0.75),
        outliers,
        # Ties of every rounding: multiples of a half about an extreme that is a power of two.
        np.concatenate([np.arange(-16, 16) / 2 * 2.0**power for power in range(-4, 4)]),
        # Scales that float16 stores as subnormals, that it rounds to zero, and float32 subnormals.
        random.normal(size=width) * 1e-5,
        random.normal(size=width) * 1e-30,
        signs * random.integers(0, 1 << 23, size=width) * 2.0**-149,
        signs * random.integers(0, 9, size=width) * 2.0**-149,
    ]
    return np.stack(rows).astype(np.float32)


def random_blocks(kind: Type, count: int, random: np.random.Generator) -> np.ndarray:
    """Any bytes but for the float16 numbers, which are finite."""
    blocks = random.integers(0, 256, size=(count, GGML_QUANT_SIZES[kind][1]), dtype=np.uint8)
    for index, offset in enumerate(HALVES[kind]):
        # Ordinary scales, then any finite ones, subnormals and zeros of both signs among them.
        halves = random.normal(size=count).astype(np.float16)
        halves[count // 2 :] = random.integers(0, 0x7C00, size=count - count // 2).astype(np.uint16).view(np.float16)
        halves[-3:] = np.array([3 + index, 0x8000, 0xFBFF], np.uint16).view(np.float16)
        blocks[:, offset : offset + 2] = halves.view(np.uint8).reshape(count, 2)
    return blocks


def add_metadata(writer: GGUFWriter) -> None:
    writer.add_uint8("test.uint8", 200)
    writer.add_int8("test.int8", -2)
    writer.add_uint16("test.uint16", 65_000)
    writer.add_int16("test.int16", -300)
    writer.add_uint32("test.uint32", 4_000_000_000)
    writer.add_int32("test.int32", -70_000)
    writer.add_float32("test.float32", 1.5)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "雲雀 sings")
    writer.add_uint64("test.uint64", 2**64 - 1)
    writer.add_int64("test.int64", -(2**63))
    writer.add_float64("test.float64", 0.1)
    arrays = {
        "strings": (["a", "", "雲"], GGUFValueType.STRING),
        "floats": ([1.0, -0.5], GGUFValueType.FLOAT32),
        "doubles": ([0.1], GGUFValueType.FLOAT64),
        "int32s": ([3, -4], GGUFValueType.INT32),
        "uint16s": ([1, 65_535], GGUFValueType.UINT16),
        "bools": ([True, False], GGUFValueType.BOOL),
    }
    for name, (values, kind) in arrays.items():
        writer.add_key_value(f"test.{name}", values, GGUFValueType.ARRAY, sub_type=kind)
    writer.add_array("test.nested", [[1, 2], [3]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="folder to write to (default: %(default)s)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(6)
    writer = GGUFWriter(arguments.out / "formats.gguf", "test")
    add_metadata(writer)
    rows = input_rows(random)
    writer.add_tensor("input", rows)
    with np.errstate(all="ignore"):
        for kind in WRITTEN:
            blocks = quants.quantize(rows, kind)
            add(writer, kind, blocks, rows.shape)
        for kind in HALVES:
            blocks = random_blocks(kind, 9, random)
            add(writer, kind, blocks, (9, 256))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add(writer: GGUFWriter, kind: Type, blocks: np.ndarray, shape: tuple) -> None:
    floats = quants.dequantize(blocks, kind)
    assert floats.shape == shape and floats.dtype == np.float32 and not np.isnan(floats).any()
    # GGUFWriter takes arrays of float16 by themselves and others as bytes.
    writer.add_tensor(f"blocks/{kind.name}", blocks.view(np.uint8), raw_dtype=kind)
    writer.add_tensor(f"floats/{kind.name}", floats)


if __name__ == "__main__":
    main()
