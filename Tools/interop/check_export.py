#!/usr/bin/env python3
"""Checks that a vocabulary trained by Hibari gives the same ids in tokenizers, transformers and tiktoken.

    check_export.py TOKENIZER_FOLDER RANKS.tiktoken TEXT_FILE... [--hibari .build/release/hibari]

The folder and the file are what `hibari tokenizer export --format hf` and `--format tiktoken` wrote, of a vocabulary
that cuts text as GPT-2. Exits with 1 if ids differ. Checked with tokenizers 0.23.3, transformers 5.23.0 and
tiktoken 0.14.0.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import tiktoken  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

# What tiktoken cuts with for GPT-2 (tiktoken_ext/openai_public.py).
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("ranks", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--hibari", default=".build/release/hibari")
    options = parser.parse_args()
    library = Tokenizer.from_file(str(options.folder / "tokenizer.json"))
    library.encode_special_tokens = True
    transformer = AutoTokenizer.from_pretrained(options.folder)
    lines = [line.split() for line in options.ranks.read_bytes().splitlines()]
    ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
    encoding = tiktoken.Encoding("exported", pat_str=GPT2, mergeable_ranks=ranks, special_tokens={})
    differences = 0
    for path in options.texts:
        text = path.read_bytes().decode("utf-8", errors="ignore").replace("<|endoftext|>", "")
        arguments = [options.hibari, "tokenizer", "encode", "--json", "--tokenizer"]
        for tokenizer, others in [
            (options.folder, {
                "tokenizers": library.encode(text, add_special_tokens=False).ids,
                "transformers": transformer(text, add_special_tokens=False)["input_ids"],
            }),
            (options.ranks, {"tiktoken": encoding.encode_ordinary(text)}),
        ]:  # fmt: skip
            pattern = ["--pattern", "gpt2"] if tokenizer == options.ranks else []
            process = subprocess.run([*arguments, str(tokenizer), *pattern], input=text.encode(), capture_output=True, check=True)
            ids = json.loads(process.stdout)
            for name, expected in others.items():
                differences += ids != expected
                print(f"{path.name}: {len(ids)} ids, {'the same as' if ids == expected else 'NOT THOSE OF'} {name}")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
