#!/usr/bin/env python3
"""Times Hibari's encoding and decoding against tiktoken and Hugging Face tokenizers, and prints a Markdown table.

All use one vocabulary, one thread and one text in memory, in turn. tiktoken is given the text in one piece, as is
Hibari; tokenizers, which slows down on long texts, in documents of ten thousand characters. Every run is a new
process, so that encoding begins with an empty cache of words. MB are millions of bytes of text.

TOKENIZER is a folder that has tokenizer.json, of byte-level pieces cut as GPT-2 does.

Example: python Benchmarks/tokenizer_speed.py gpt2 --text novels.txt --pairs 5
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from pairs import markdown, processor_name, run

# What tiktoken cuts with for GPT-2 (tiktoken_ext/openai_public.py).
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"


def measure(name, tokenizer, text):
    """Runs in a process of its own."""
    text = Path(text).read_bytes().decode("utf-8", errors="ignore")
    begin = time.perf_counter()
    if name == "tiktoken":
        import tiktoken
        from tiktoken.load import load_tiktoken_bpe

        ranks = load_tiktoken_bpe(tokenizer)
        encoding = tiktoken.Encoding("gpt2", pat_str=GPT2, mergeable_ranks=ranks, special_tokens={})
        parts, encode, decode = [text], encoding.encode_ordinary, encoding.decode_bytes
    else:
        import tokenizers

        library = tokenizers.Tokenizer.from_file(str(Path(tokenizer) / "tokenizer.json"))
        library.encode_special_tokens = True
        parts = [text[start : start + 10_000] for start in range(0, len(text), 10_000)]
        encode, decode = (lambda part: library.encode(part, add_special_tokens=False).ids), library.decode
    loaded = time.perf_counter()
    ids = [encode(part) for part in parts]
    encoded = time.perf_counter()
    for part in ids:
        decode(part)
    decoded = time.perf_counter()
    megabytes = len(text.encode()) / 1e6
    print(
        json.dumps(
            {
                "load_seconds": loaded - begin,
                "encode_megabytes_per_second": megabytes / (encoded - loaded),
                "decode_megabytes_per_second": megabytes / (decoded - encoded),
                "tokens": sum(map(len, ids)),
            }
        )
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tokenizer", help="a folder with tokenizer.json")
    parser.add_argument("--hibari", default=".build/release/hibari")
    parser.add_argument("--python", default=sys.executable, help="a Python with tiktoken and tokenizers")
    parser.add_argument("--text", required=True, help="a text file")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return measure(arguments.peer, arguments.tokenizer, arguments.text)

    rows = {"Hibari": [], "tiktoken": [], "tokenizers": []}
    with tempfile.TemporaryDirectory() as folder:
        ranks = str(Path(folder) / "ranks.tiktoken")
        export = [arguments.hibari, "tokenizer", "export", "--tokenizer", arguments.tokenizer, "--format", "tiktoken", "--out", ranks]
        subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
        for _ in range(arguments.pairs):
            rows["Hibari"].append(
                run([arguments.hibari, "bench", "tokenizer", arguments.tokenizer, "--text", arguments.text,
                     "--repeat", "1", "--json"])
            )  # fmt: skip
            for name in ("tiktoken", "tokenizers"):
                tokenizer = ranks if name == "tiktoken" else arguments.tokenizer
                rows[name].append(
                    run([arguments.python, __file__, tokenizer, "--text", arguments.text, "--peer", name])
                )

    def speeds(name, kind):
        return [row[f"{kind}_megabytes_per_second"] for row in rows[name]]

    print(f"{Path(arguments.text).name}, {Path(arguments.tokenizer).name}, {arguments.pairs} runs in turn; "
          f"{date.today()}, {processor_name()}\n")  # fmt: skip
    table = []
    for name in rows:
        load = statistics.median(row["load_seconds"] for row in rows[name])
        medians = [statistics.median(speeds(name, kind)) for kind in ("encode", "decode")]
        ratios = [
            statistics.median(ours / theirs for ours, theirs in zip(speeds("Hibari", kind), speeds(name, kind)))
            for kind in ("encode", "decode")
        ]
        table.append(
            [name, f"{load * 1e3:.0f}", f"{medians[0]:.1f}", f"{ratios[0]:.2f}×", f"{medians[1]:.1f}", f"{ratios[1]:.2f}×",
             str(rows[name][0]["tokens"])]
        )  # fmt: skip
    header = ["", "load, ms", "encode, MB/s", "Hibari is", "decode, MB/s", "Hibari is", "tokens"]
    print(markdown(header, table))
    return None


if __name__ == "__main__":
    main()
