#!/usr/bin/env python3
"""Times Hibari's training of a byte-pair vocabulary against Hugging Face tokenizers, and prints a Markdown table.

Both learn the same size from the same file with GPT-2's pattern, a minimum frequency of 2 and all processors, in
turn. Seconds are those of the training itself, reading included, memory is the peak of the whole process. Then the
vocabularies of the first pair encode the text: how many bytes a token stands for, in each, by the same encoder.

Example: python Benchmarks/tokenizer_train.py --data novels.txt --vocab 8000 --pairs 3
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from pairs import alternate, markdown, processor_name, run


def train_peer(data, vocab, out):
    """Runs in a process of its own, so that its peak memory is its own."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab, min_frequency=2, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    begin = time.perf_counter()
    tokenizer.train([data], trainer)
    seconds = time.perf_counter() - begin
    tokenizer.save(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak_memory_bytes": peak}))


def bytes_per_token(path, text):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    lines = text.splitlines(keepends=True)
    tokens = sum(len(encoding.ids) for encoding in tokenizer.encode_batch(lines))
    return len(text.encode()) / tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hibari", default=".build/release/hibari")
    parser.add_argument("--python", default=sys.executable, help="a Python with tokenizers")
    parser.add_argument("--data", required=True, help="a text file")
    parser.add_argument("--vocab", type=int, default=8000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--peer-out", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer_out:
        return train_peer(arguments.data, arguments.vocab, arguments.peer_out)

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        size = str(arguments.vocab)

        def ours(index):
            return run(
                [arguments.hibari, "tokenizer", "train", arguments.data, "--vocab", size,
                 "--out", str(folder / f"ours-{index}"), "--json"]
            )  # fmt: skip

        def theirs(index):
            return run(
                [arguments.python, __file__, "--data", arguments.data, "--vocab", size,
                 "--peer-out", str(folder / f"theirs-{index}.json")]
            )  # fmt: skip

        pairs = [pair[1:] for pair in alternate(arguments.pairs, ours, theirs)]
        text = Path(arguments.data).read_text(errors="ignore")
        compression = (
            bytes_per_token(folder / "ours-0" / "tokenizer.json", text),
            bytes_per_token(folder / "theirs-0.json", text),
        )

    def medians(key):
        return [statistics.median(pair[side][key] for pair in pairs) for side in (0, 1)]

    seconds, memory = medians("seconds"), medians("peak_memory_bytes")
    speed = statistics.median(pair[1]["seconds"] / pair[0]["seconds"] for pair in pairs)
    share = statistics.median(pair[0]["peak_memory_bytes"] / pair[1]["peak_memory_bytes"] for pair in pairs)
    mebibytes = [value / 2**20 for value in memory]
    print(f"{Path(arguments.data).name}, vocabulary {arguments.vocab}; {date.today()}, {processor_name()}\n")
    print(
        markdown(
            ["", "seconds", "peak MiB", "bytes per token"],
            [
                ["Hibari", f"{seconds[0]:.2f}", f"{mebibytes[0]:.0f}", f"{compression[0]:.4f}"],
                ["tokenizers", f"{seconds[1]:.2f}", f"{mebibytes[1]:.0f}", f"{compression[1]:.4f}"],
                ["ratio", f"{speed:.2f}× faster", f"{share:.2f}×", f"{compression[0] / compression[1]:.4f}×"],
            ],
        )
    )
    return None


if __name__ == "__main__":
    main()
