#!/usr/bin/env python3
"""Writes what the stages of Hugging Face tokenizers make of every Unicode scalar, to compare with.

    reference_scalars.py OUTPUT_DIRECTORY
    HIBARI_REFERENCE=OUTPUT_DIRECTORY swift test -c release --disable-testable-imports --filter ReferenceTests

A text is 64 scalars, each between two a. Checked with tokenizers 0.23.3.
"""

import json
import sys
from pathlib import Path

from tokenizers import normalizers, pre_tokenizers


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    texts = []
    for start in range(0, 0x110000, 64):
        scalars = [chr(c) for c in range(start, start + 64) if not 0xD800 <= c < 0xE000]
        if scalars:
            texts.append("a" + "a".join(scalars) + "a")
    stages = [
        normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD(), normalizers.Lowercase(),
        normalizers.StripAccents(), normalizers.BertNormalizer(), normalizers.BertNormalizer(lowercase=False),
    ]
    splitters = [
        pre_tokenizers.Whitespace(), pre_tokenizers.WhitespaceSplit(), pre_tokenizers.BertPreTokenizer(),
        pre_tokenizers.Digits(individual_digits=True),
    ]
    components = [
        {"normalizer": json.loads(one.__getstate__()), "outputs": [one.normalize_str(text) for text in texts]} for one in stages
    ] + [
        {
            "pre_tokenizer": json.loads(one.__getstate__()),
            "outputs": ["\n".join(piece for piece, _ in one.pre_tokenize_str(text)) for text in texts],
        }
        for one in splitters
    ]
    output = Path(sys.argv[1])
    output.mkdir(parents=True, exist_ok=True)
    (output / "scalars.json").write_text(json.dumps({"texts": texts, "components": components}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
