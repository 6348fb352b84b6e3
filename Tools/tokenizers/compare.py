#!/usr/bin/env python3
"""Check that Hibari gives the token ids that tiktoken and Hugging Face tokenizers give.

    python Tools/tokenizers/compare.py --data DATA [--hibari .build/release/hibari] [--patterns gpt2 o200k …]
        [--strings 200000] [--megabytes 100]

The vocabulary is that of GPT-2, which is in DATA/tokenizers/gpt2; the patterns cut the text before it. For each
pattern a .tiktoken file and a tokenizer.json are made, and all programs encode the texts of DATA/text, cut into
documents, and random Unicode strings. --gguf compares the byte-level vocabulary in a model's GGUF file (SmolLM2),
--wordpiece and --sentencepiece compare a folder with tokenizer.json and a .model file. Needs the packages tiktoken,
tokenizers, gguf and sentencepiece; no network.
"""

import argparse
import base64
import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import tiktoken
from tiktoken.load import data_gym_to_mergeable_bpe_ranks
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CASED = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
SMALL = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K = (
    CASED + "*" + SMALL + "+" + CONTRACTIONS + "?|" + CASED + "+" + SMALL + "*" + CONTRACTIONS
    + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# What tiktoken cuts with (tiktoken_ext/openai_public.py); the others are not from tiktoken.
TIKTOKEN = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k": O200K,
}

# What the tokenizer.json of the models has.
BYTE_LEVEL = dict(add_prefix_space=False, trim_offsets=False)
HUGGING_FACE = {
    "gpt2": lambda: pre_tokenizers.ByteLevel(**BYTE_LEVEL, use_regex=True),
    "o200k": lambda: split(O200K),
    "llama3": lambda: split(WORDS),
    "qwen2": lambda: split(WORDS.replace("{1,3}", "")),
    "smollm": lambda: pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(**BYTE_LEVEL, use_regex=True)]),
    # A pattern without a scanner.
    "deepseek": lambda: pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated"),
        pre_tokenizers.Split(Regex("[一-龥぀-ゟ゠-ヿ]+"), "isolated"),
        pre_tokenizers.Split(Regex(
            r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
            r"""| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""), "isolated"),
        pre_tokenizers.ByteLevel(**BYTE_LEVEL, use_regex=False)]),
}


def split(pattern):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(**BYTE_LEVEL, use_regex=False)])


def documents(folder, limit):
    """The texts of the data folder in documents of about ten thousand characters."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".gz" and ".txt" in path.name:
            data = gzip.open(path).read()
        elif path.suffix == ".txt":
            data = path.read_bytes()
        else:
            continue
        text = data[:limit].decode("utf-8", errors="ignore")
        print(f"  {path.relative_to(folder)}: {len(data[:limit])} bytes", flush=True)
        yield from (text[start:start + 10_000] for start in range(0, len(text), 10_000))


PARTS = [
    " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\r", "\t", "\u00a0", "\u0085", "\u2028", "\u3000", "\u180e",
    "\u200b", "\u200d", "\ufeff", "\x00", "\x1c", "\x7f", "'s", "'S", "'ll", "'LL", "'ve", "'re", "'Re", "'t", "'m",
    "'d", "'ſ", "'", "’s", "don't", "I'M", "/", "//\n", "http://", "0", "12", "1234", "１２", "½", "Ⅷ", "²", "٣",
    "the", "The", "THE", "ǅ", "camelCase", "ʰ", "ß", "ﬁ", "é", "e\u0301", "\u0301", "\u20dd", "\u3099", "は",
    "が", "か\u3099", "東京", "カー", "한국어", "中文", "ไทย", "हिन्दी", "עברית", "العربية", "👍", "👍🏽",
    "👨‍👩‍👧‍👦", "🇯🇵", "❤️", "!", "...", "?!", "$", "€", "_", "-", "<|endoftext|>", "\U000e0041", "\U0010ffff",
]


def random_strings(count, seed=0):
    generator = random.Random(seed)
    planes = [(0x20, 0x7F), (0x80, 0x2FF), (0x300, 0x36F), (0x370, 0x1FFF), (0x2000, 0x2FFF), (0x3000, 0x30FF),
              (0x3400, 0x9FFF), (0xA000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x20000, 0x3FFFF),
              (0x40000, 0x10FFFF), (0x0, 0x1F)]

    def scalar():
        return chr(generator.randint(*generator.choice(planes)))

    for _ in range(count):
        parts = []
        for _ in range(generator.randint(0, 24)):
            choice = generator.random()
            if choice < 0.6:
                parts.append(generator.choice(PARTS))
            elif choice < 0.7:
                parts.append(generator.choice(PARTS) * generator.randint(2, 6))
            else:
                parts.append(scalar())
        yield "".join(parts)


def hibari_ids(program, arguments, texts):
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    result = subprocess.run(
        [program, "tokenizer", "encode", *arguments, "--json-lines"], input=lines.encode(), capture_output=True)
    if result.returncode != 0:
        sys.exit(result.stderr.decode())
    return [json.loads(line) for line in result.stdout.splitlines()]


def gguf_tokenizer(path):
    """The library's tokenizer of a GGUF vocabulary that is cut as SmolLM's."""
    from gguf import GGUFReader

    fields = GGUFReader(path).fields
    if fields["tokenizer.ggml.pre"].contents() != "smollm":
        sys.exit(f"{path}: not cut as SmolLM")
    words = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    library = Tokenizer(models.BPE({word: index for index, word in enumerate(words)}, merges))
    library.pre_tokenizer = HUGGING_FACE["smollm"]()
    return library


def report(name, texts, expected, found):
    wrong = [index for index in range(len(texts)) if expected[index] != found[index]]
    tokens = sum(map(len, expected))
    print(f"{name}: {len(texts)} texts, {tokens} tokens, {len(wrong)} differences", flush=True)
    for index in wrong[:3]:
        print("  ", repr(texts[index][:200]), "\n    expected", expected[index][:40], "\n    found   ", found[index][:40])
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--hibari", default=".build/release/hibari")
    parser.add_argument("--patterns", nargs="*", default=sorted({*TIKTOKEN, *HUGGING_FACE}))
    parser.add_argument("--strings", type=int, default=200_000)
    parser.add_argument("--megabytes", type=float, default=100, help="at most so much of each text")
    parser.add_argument("--gguf", type=pathlib.Path)
    parser.add_argument("--wordpiece", type=pathlib.Path)
    parser.add_argument("--sentencepiece", type=pathlib.Path)
    options = parser.parse_args()

    files = options.data / "tokenizers" / "gpt2"
    ranks = data_gym_to_mergeable_bpe_ranks(str(files / "vocab.bpe"), str(files / "encoder.json"))
    texts = list(documents(options.data / "text", int(options.megabytes * 1e6)))
    texts += random_strings(options.strings)
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        lines = (f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in sorted(ranks.items(), key=lambda item: item[1]))
        (path / "gpt2.tiktoken").write_text("".join(lines))
        for pattern in options.patterns:
            if pattern in TIKTOKEN:
                encoding = tiktoken.Encoding(
                    pattern, pat_str=TIKTOKEN[pattern], mergeable_ranks=ranks, special_tokens={"<|endoftext|>": 50256})
                expected = encoding.encode_ordinary_batch(texts, num_threads=2)
                found = hibari_ids(
                    options.hibari, ["--tokenizer", str(path / "gpt2.tiktoken"), "--pattern", pattern], texts)
                differences += report(f"{pattern} with tiktoken {tiktoken.__version__}", texts, expected, found)
            if pattern in HUGGING_FACE:
                # Without the special token: the library would look for it in the text.
                model = models.BPE.from_file(str(files / "encoder.json"), str(files / "vocab.bpe"))
                library = Tokenizer(model)
                library.pre_tokenizer = HUGGING_FACE[pattern]()
                library.decoder = decoders.ByteLevel()
                library.save(str(path / "tokenizer.json"))
                expected = [encoding.ids for encoding in library.encode_batch(texts)]
                found = hibari_ids(options.hibari, ["--tokenizer", str(path)], texts)
                differences += report(f"{pattern} with Hugging Face tokenizers", texts, expected, found)
    for name, path in [("GGUF", options.gguf), ("WordPiece", options.wordpiece), ("SentencePiece", options.sentencepiece)]:
        if path is None:
            continue
        if name == "SentencePiece":
            import sentencepiece

            expected = sentencepiece.SentencePieceProcessor(model_file=str(path)).encode(texts)
        else:
            library = gguf_tokenizer(path) if name == "GGUF" else Tokenizer.from_file(str(path / "tokenizer.json"))
            library.encode_special_tokens = True
            expected = [one.ids for one in library.encode_batch(texts, add_special_tokens=False)]
        differences += report(name, texts, expected, hibari_ids(options.hibari, ["--tokenizer", str(path)], texts))
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
