#!/usr/bin/env python3
"""Checks that a tokenizer written by Hibari means the same in transformers.

    check_tokenizer.py RUN_DIRECTORY TEXT_FILE IDS_FILE

RUN_DIRECTORY holds tokenizer.json and tokenizer_config.json (config.json may be beside them). IDS_FILE is a JSON list:
the ids Hibari gives for the whole of TEXT_FILE. Three things must hold: AutoTokenizer gives the same ids, decoding them
gives back the text, and no id lies outside the vocabulary. Exits with 1 if one does not.

Text that contains the literal <|endoftext|> is cut there and checked piece by piece, because the Hugging Face library
would take it for the special token; IDS_FILE is then a list of lists, one for each piece.

`HIBARI_INTEROP_OUTPUT=DIR swift test -c release --disable-testable-imports --filter InteropTests` writes such
directories, texts and ids for every kind of tokenizer. Checked with transformers 5.23.0 and tokenizers 0.23.3.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer  # noqa: E402
from transformers.utils import logging  # noqa: E402

MARKER = "<|endoftext|>"


def first_difference(found, expected):
    for index, (a, b) in enumerate(zip(found, expected)):
        if a != b:
            return f"at {index}: {a!r}, expected {b!r}"
    return f"lengths {len(found)} and {len(expected)}"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    directory, text_file, ids_file = sys.argv[1:]
    logging.set_verbosity_error()
    tokenizer = AutoTokenizer.from_pretrained(directory)
    with open(text_file, encoding="utf-8", newline="") as file:
        pieces = file.read().split(MARKER)
    with open(ids_file) as file:
        expected = json.load(file)
    if len(pieces) == 1:
        expected = [expected]

    problems = []
    if len(expected) != len(pieces):
        problems.append(f"{len(pieces)} pieces of text but {len(expected)} lists of ids")
    count = 0
    for number, (text, wanted) in enumerate(zip(pieces, expected)):
        ids = tokenizer(text)["input_ids"]
        count += len(ids)
        if ids != wanted:
            problems.append(f"piece {number}: ids differ {first_difference(ids, wanted)}")
        for skip in (False, True):
            decoded = tokenizer.decode(ids, skip_special_tokens=skip)
            if decoded != text:
                problems.append(f"piece {number}: text differs {first_difference(decoded, text)}")
        if any(not 0 <= id < len(tokenizer) for id in ids):
            problems.append(f"piece {number}: an id is outside 0..<{len(tokenizer)}")
    if tokenizer.eos_token is not None and tokenizer.encode(MARKER) != [tokenizer.eos_token_id]:
        problems.append(f"{MARKER} is not the end-of-text token")

    name = f"{directory}: {type(tokenizer).__name__}, {len(tokenizer)} tokens, {len(pieces)} pieces, {count} ids"
    for problem in problems[:10]:
        print(f"{name}: {problem}")
    print(f"{name}: {'DIFFERS' if problems else 'same ids, same text'}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
