#!/usr/bin/env python3
"""Writes ids of Hugging Face tokenizers or SentencePiece for random Unicode strings and for files, to compare with.

    reference_ids.py OUTPUT_DIRECTORY TOKENIZER [--count N] [--lines FILE...] [--texts FILE...]

TOKENIZER is a tokenizer.json or a SentencePiece .model. --lines takes every line of a file as a text, --texts the whole
of it. Then

    HIBARI_REFERENCE=OUTPUT_DIRECTORY swift test -c release --disable-testable-imports --filter ReferenceTests

must find no difference. Text never becomes a special token. Checked with tokenizers 0.23.3 and sentencepiece 0.2.3.
"""

import argparse
import hashlib
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden"))
from tokenizer_texts import random_text  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--count", type=int, default=10_000, help="random strings (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all-scalars", action="store_true", help="also scalars that Unicode has not assigned")
    parser.add_argument("--lines", type=Path, nargs="*", default=[])
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()

    stream = random.Random(arguments.seed)
    texts = [random_text(stream, not arguments.all_scalars) for _ in range(arguments.count)]
    for path in arguments.lines:
        texts += path.read_text(encoding="utf-8").split("\n")
    texts += [path.read_text(encoding="utf-8") for path in arguments.texts]

    if arguments.tokenizer.suffix == ".model":
        import sentencepiece

        processor = sentencepiece.SentencePieceProcessor(model_file=str(arguments.tokenizer))
        ids = [processor.encode(text) for text in texts]
    else:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
        tokenizer.encode_special_tokens = True
        ids = [one.ids for one in tokenizer.encode_batch(texts, add_special_tokens=False)]

    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.tokenizer.resolve()
    name = path.parent.name + "-" + path.stem + "-" + hashlib.sha256(str(path).encode()).hexdigest()[:6]
    (arguments.output / f"{name}.json").write_text(json.dumps({"tokenizer": str(path), "texts": texts, "ids": ids}))
    print(f"{len(texts)} texts, {sum(map(len, ids))} ids")
    return 0


if __name__ == "__main__":
    sys.exit(main())
