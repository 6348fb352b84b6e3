#!/usr/bin/env python3
"""Writes the golden tokenizer fixtures: what Hugging Face tokenizers and SentencePiece make of awkward texts.

Example: python Tools/golden/make_tokenizer_fixtures.py
"""

import argparse
import base64
import hashlib
import io
import json
import struct
import sys
import tempfile
from pathlib import Path

import sentencepiece
import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tokenizer_texts import AWKWARD, SENTENCES, texts

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = REPOSITORY / "Tests/HibariTokenizersTests/Fixtures"

# Rules of which one is the beginning of another, so that the longest and the shortest match differ.
RULES = {
    "Ａ": "A", "ｂ": "b", "ｃ": "c", "１": "1", "ﬁ": "fi", "ﬂ": "fl", "ｶ": "カ", "ｶﾞ": "ガ", "ﾊ": "ハ", "ﾊﾟ": "パ",
    "\u3000": " ", "\t": " ", "\n": " ", "\r": " ", "\xa0": " ", "e\u0301": "é", "\u200b": "", "\ufeff": "", "㍿": "株式会社",
    "½": "1 2", "…": "...", "A\u030a": "\xc5",
}


def save_sentencepiece(path: Path, sentences, **options) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.tsv"
        rules.write_text(
            "".join(
                " ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n"
                for source, target in RULES.items()
            )
        )
        writer = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences), model_writer=writer, normalization_rule_tsv=str(rules),
            num_threads=1, minloglevel=2, hard_vocab_limit=False, **options,
        )
    path.write_bytes(writer.getvalue())


def character_map(path: Path) -> str:
    """The precompiled_charsmap of a model, in base64: field 3 of the file, field 2 of that."""

    def fields(data):
        position = 0

        def varint():
            nonlocal position
            value = shift = 0
            while True:
                byte = data[position]
                position += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return value

        while position < len(data):
            tag = varint()
            if tag & 7 == 2:
                size = varint()
                yield tag >> 3, data[position : position + size]
                position += size
            elif tag & 7 == 5:
                position += 4
            elif tag & 7 == 0:
                varint()
            else:
                raise ValueError(tag)

    normalizer = dict(fields(path.read_bytes()))[3]
    return base64.b64encode(dict(fields(normalizer))[2]).decode()


def component(value) -> dict:
    """The tokenizer.json form of a component."""
    return json.loads(value.__getstate__())


def make_components(samples, charsmap) -> dict:
    """The outputs for the texts from `start` on: the awkward ones and some random ones."""
    start = len(SENTENCES)
    samples = samples[start : start + len(AWKWARD) + 25]
    normalizer_list = [
        normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD(), normalizers.Lowercase(),
        normalizers.Strip(), normalizers.Strip(left=False), normalizers.Strip(right=False), normalizers.StripAccents(),
        normalizers.Replace("a", "bb"), normalizers.Replace("  ", " "), normalizers.Replace(Regex(" {2,}"), "▁"),
        normalizers.Replace(Regex(r"[\p{P}\s]+"), "·"), normalizers.Prepend("▁"),
        normalizers.BertNormalizer(), normalizers.BertNormalizer(lowercase=False),
        normalizers.BertNormalizer(strip_accents=False), normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False),
        normalizers.Precompiled(base64.b64decode(charsmap)),
        normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]),
    ]
    behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    splitters = [
        pre_tokenizers.Whitespace(), pre_tokenizers.WhitespaceSplit(), pre_tokenizers.BertPreTokenizer(),
        pre_tokenizers.Digits(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.CharDelimiterSplit("e"),
        pre_tokenizers.ByteLevel(), pre_tokenizers.ByteLevel(add_prefix_space=False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        *[pre_tokenizers.Punctuation(behavior) for behavior in behaviors],
        *[pre_tokenizers.Split(" ", behavior) for behavior in behaviors],
        *[pre_tokenizers.Split(Regex(r"[aeiou\s]+"), behavior) for behavior in behaviors],
        *[pre_tokenizers.Split(Regex(r"\p{L}+"), behavior, invert=True) for behavior in behaviors],
        *[
            pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split)
            for scheme in ["first", "always", "never"] for split in [True, False]
        ],
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="first")]),
        pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]),
    ]
    tokens = [
        ["Hello", "##ing", "wor", "##ld", ".", "don", "'", "t", "n't", "##", "a ##b", "!"],
        ["▁Hello", "▁", "▁▁x", "wor▁ld", "<0xE3>", "<0x81>", "<0x82>", "é", "<0x4z>", "<0x41>", "▁end▁"],
        ["▁", "▁a"], [" a", "b ", "  c  "], ["Ġthe", "Ġ", "ĠcafÃ©", "ã", "ģ", "Ĥ", "naïve 雲", "Ċ"], ["he</w>", "ll", "o</w>", "x</w>"], ["one"], [],
    ]
    decoder_list = [
        decoders.ByteLevel(), decoders.ByteFallback(), decoders.Metaspace(), decoders.Metaspace(prepend_scheme="never"),
        decoders.WordPiece(), decoders.WordPiece(cleanup=False), decoders.Replace("▁", " "), decoders.Strip(" ", 1, 0),
        decoders.Strip(" ", 2, 1), decoders.Fuse(), decoders.BPEDecoder(),
        decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        ),
    ]
    return {
        "normalizers": [
            {"component": component(one), "outputs": [one.normalize_str(text) for text in samples]}
            for one in normalizer_list
        ],
        "pre_tokenizers": [
            {
                "component": component(one),
                "outputs": [[piece for piece, _ in one.pre_tokenize_str(text)] for text in samples],
            }
            for one in splitters
        ],
        # BPEDecoder fails on no tokens at all.
        "decoders": [
            {"component": component(one), "outputs": [one.decode(list) if list else "" for list in tokens]}
            for one in decoder_list
        ],
        "tokens": tokens,
        "start": start,
    }


def make_tokenizers(folder: Path, charsmap: str) -> dict[str, Tokenizer]:
    corpus = SENTENCES * 4
    made = {}

    wordpiece = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    wordpiece.normalizer = normalizers.BertNormalizer()
    wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    wordpiece.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    wordpiece.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=600, special_tokens=special, show_progress=False))
    wordpiece.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made["wordpiece"] = wordpiece

    unigram = Tokenizer(models.Unigram())
    unigram.normalizer = normalizers.Sequence([normalizers.Precompiled(base64.b64decode(charsmap)), normalizers.Replace(Regex(" {2,}"), " ")])
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    unigram.decoder = decoders.Metaspace()
    unigram.train_from_iterator(
        corpus, trainers.UnigramTrainer(vocab_size=500, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>", show_progress=False)
    )
    unigram.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 1))
    unigram.add_tokens([tokenizers.AddedToken("human", single_word=True), tokenizers.AddedToken("Reason", lstrip=True, rstrip=True)])
    made["unigram"] = unigram

    characters = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, end_of_word_suffix="</w>"))
    characters.normalizer = normalizers.Lowercase()
    characters.pre_tokenizer = pre_tokenizers.Whitespace()
    characters.decoder = decoders.BPEDecoder()
    characters.train_from_iterator(
        corpus, trainers.BpeTrainer(vocab_size=600, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False)
    )
    characters.post_processor = processors.BertProcessing(("<unk>", 0), ("<unk>", 0))
    made["bpe-suffix"] = characters

    byte_level = Tokenizer(models.BPE())
    byte_level.normalizer = normalizers.NFC()
    byte_level.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(
                Regex(
                    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
                    r"|\s+(?!\S)|\s+"
                ),
                "isolated",
            ),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    byte_level.decoder = decoders.ByteLevel()
    byte_level.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=700, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        ),
    )
    made["bytelevel-nfc"] = byte_level

    # Llama 2's form: SentencePiece BPE with bytes for unknown characters.
    fallback = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    fallback.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trained = Tokenizer(models.BPE())
    trained.train_from_iterator(
        [" " + line for line in corpus],
        trainers.BpeTrainer(
            vocab_size=900, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)],
            limit_alphabet=120, show_progress=False,
        ),
    )
    model = json.loads(trained.to_str())["model"]
    vocabulary = {token.replace(" ", "▁"): number for token, number in model["vocab"].items()}
    merges = [tuple(part.replace(" ", "▁") for part in merge) for merge in model["merges"]]
    fallback.model = models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    fallback.add_special_tokens(["<unk>", "<s>", "</s>"])
    fallback.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    fallback.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    made["bpe-fallback"] = fallback

    for name, tokenizer in made.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(folder / name / "tokenizer.json"))
    return made


def hugging_face_ids(tokenizer: Tokenizer, samples) -> dict:
    tokenizer.encode_special_tokens = True
    plain = [tokenizer.encode(text, add_special_tokens=False).ids for text in samples]
    tokenizer.encode_special_tokens = False
    return {
        "ids": plain,
        "ids_with_special": [tokenizer.encode(text, add_special_tokens=True).ids for text in samples],
        "texts": [tokenizer.decode(ids) for ids in plain],
    }


def sentencepiece_ids(path: Path, samples) -> dict:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    ids = [processor.encode(text) for text in samples]
    return {"ids": ids, "texts": [processor.decode(one) for one in ids]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="folder to write to (default: %(default)s)")
    parser.add_argument("--data", type=Path, help="folder with tokenizers/rinna-ja (default: keep what is there)")
    parser.add_argument("--seed", type=int, default=1, help="of the random texts (default: %(default)s)")
    arguments = parser.parse_args()
    folder = arguments.out
    folder.mkdir(parents=True, exist_ok=True)

    samples = texts(arguments.seed, 120)
    corpus = SENTENCES * 4
    # Control symbols are never found in text, user-defined ones always.
    symbols = {"control_symbols": ["<cls>"], "user_defined_symbols": ["<sep>", "EE", "▁x"]}
    save_sentencepiece(folder / "unigram.model", corpus, model_type="unigram", vocab_size=500, **symbols)
    save_sentencepiece(
        folder / "unigram-bytes.model", corpus, model_type="unigram", vocab_size=700, byte_fallback=True,
        remove_extra_whitespaces=False, add_dummy_prefix=False, character_coverage=0.98,
    )
    save_sentencepiece(
        folder / "bpe.model", corpus, model_type="bpe", vocab_size=900, byte_fallback=True, character_coverage=0.98,
        remove_extra_whitespaces=False, **symbols,
    )
    save_sentencepiece(folder / "bpe-plain.model", corpus, model_type="bpe", vocab_size=600)

    charsmap = character_map(folder / "unigram.model")
    results = {name: hugging_face_ids(one, samples) for name, one in make_tokenizers(folder, charsmap).items()}
    for path in sorted(folder.glob("*.model")):
        results[path.name] = sentencepiece_ids(path, samples)
    if arguments.data:
        rinna = sentencepiece_ids(arguments.data / "tokenizers/rinna-ja/google_sp.model", samples)
        (folder / "rinna-ja.json").write_text(json.dumps(rinna, ensure_ascii=True) + "\n")
    write = lambda name, value: (folder / name).write_text(json.dumps(value, ensure_ascii=True) + "\n")
    write("texts.json", samples)
    write("components.json", make_components(samples, charsmap))
    write("ids.json", results)
    versions = {"tokenizers": tokenizers.__version__, "sentencepiece": sentencepiece.__version__, "seed": arguments.seed}
    write("versions.json", versions)
    print(f"{len(samples)} texts, {len(results)} tokenizers, {sum(p.stat().st_size for p in folder.rglob('*') if p.is_file()) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
