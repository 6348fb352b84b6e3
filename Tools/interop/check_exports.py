#!/usr/bin/env python3
"""Trains a tiny model of every family with every kind of tokenizer and checks that llama.cpp and transformers open it.

    check_exports.py TEXT_FILE [--hibari .build/release/hibari] [--only qwen3] [--keep FOLDER]

For each family (GPT-2 with and without biases, Llama, Qwen2, Qwen3), tokenizer (bytes, characters, a BPE vocabulary) and
head (tied or not): a few steps of `hibari pretrain`; the run directory in transformers; `hibari convert --to gguf` as F32
and Q8_0 with --verify, both in llama.cpp. Then adapters of each family (LoRA by `hibari finetune --lora`, merged by
`hibari merge`, converted): the adapters in PEFT, the merged model in transformers and llama.cpp. Compared are the ids of
the text, the beginning and the end of text, and the logits of the first window. Prints a row for each model, with the
largest difference to transformers and the mean KL to llama.cpp in nats, and exits with 1 if any cell failed. Checked with transformers 5.23.0, peft 0.21.2 and llama-cpp-python 0.3.36.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np  # noqa: E402
import torch  # noqa: E402
from compare_logits import from_llama_cpp, from_transformers, log_softmax  # noqa: E402
from llama_cpp import Llama  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402
from transformers import AutoTokenizer, logging  # noqa: E402

FAMILIES = {
    "gpt2": ["--arch", "gpt2"],
    "gpt2 bias": ["--arch", "gpt2", "--bias"],
    "llama": ["--arch", "llama", "--kv-heads", "2"],
    "qwen2": ["--arch", "qwen2", "--kv-heads", "2"],
    "qwen3": ["--arch", "qwen3", "--kv-heads", "2"],
}
SHAPE = ["--layers", "2", "--heads", "4", "--dim", "64", "--ffn-dim", "128", "--context", "64"]
RECIPE = ["--batch", "4", "--steps", "6", "--warmup", "1", "--lr", "1e-2", "--eval-batches", "1", "--threads", "1"]
# llama.cpp keeps keys and values as float16, and in Q8_0 files rounds activations to 8 bits: limits of the mean KL.
TOLERANCE, MAX_KL = 1e-4, {"f32": 1e-5, "q8_0": 2e-3}
# Where pre-tokenizers differ: digits, contractions, runs of spaces.
PREFIX = "It's 1984: 12345 larks,\n\n   and I'll count 3.14 of them!\t~ (they'd sing)\n"


class Check:
    """Runs one model through all programs; each cell of its row is a short result or the reason of a failure."""

    def __init__(self, hibari, folder, text):
        self.hibari, self.folder, self.text = hibari, folder, text
        self.failures = 0

    def run(self, *arguments):
        command = [str(a) for a in [self.hibari, *arguments]]
        process = subprocess.run(command, capture_output=True, text=True)
        if process.returncode:
            raise RuntimeError((process.stderr.strip() or f"exit code {process.returncode}").splitlines()[-1])
        return process.stdout

    def cell(self, action):
        try:
            return action()
        except Exception as error:  # Any failure of any program belongs into the table.
            self.failures += 1
            return f"FAILED {type(error).__name__}: {error}"[:160]

    def ours(self, model):
        """Ids and logits of the first window, as Hibari computes them."""
        path = self.folder / "ours.safetensors"
        path.unlink(missing_ok=True)
        self.run("eval", "ppl", model, self.text, "--logits", path, "--threads", "1")
        file = load_file(path)
        return file["input_ids"], file["logits"]

    def ids(self, model):
        content = self.text.read_bytes()
        process = subprocess.run(
            [self.hibari, "tokenizer", "encode", "--json", "--tokenizer", model], input=content, capture_output=True
        )
        return json.loads(process.stdout)

    def in_transformers(self, model, adapter=None):
        ids, logits = self.ours(adapter or model)
        difference = within(logits, from_transformers(model, adapter, ids.astype(np.int64)), TOLERANCE)
        tokenizer = AutoTokenizer.from_pretrained(model)
        theirs = tokenizer(self.text.read_text(), add_special_tokens=False)["input_ids"]
        same(theirs, self.ids(model), "ids")
        same(tokenizer.decode(theirs), self.text.read_text(), "decoded text")
        return f"{difference:.0e}"

    def in_llama_cpp(self, run, kind, verify=True):
        path = self.folder / f"{kind}.gguf"
        options = ["--type", kind, "--out", path, "--force", "--threads", "1"]
        self.run("convert", run, "--to", "gguf", *options, *(["--verify"] if verify else []))
        vocabulary = Llama(str(path), vocab_only=True, verbose=False)
        text = self.text.read_bytes()
        theirs = vocabulary.tokenize(text, add_bos=False, special=False)
        same(theirs, self.ids(run), "ids")
        same(vocabulary.detokenize(theirs), text, "decoded text")
        description = json.loads((run / "config.json").read_text())
        for key, id in [("bos_token_id", vocabulary.token_bos()), ("eos_token_id", vocabulary.token_eos())]:
            same(id if id >= 0 else None, description[key], key)
        ids, logits = self.ours(path)
        same(ids.tolist(), self.ours(run)[0].tolist(), "ids of the file")
        peer = from_llama_cpp(str(path), ids)
        within(logits, peer, 0.01 if kind == "f32" else 1)
        p, q = log_softmax(peer), log_softmax(logits)
        kl = float((np.exp(p) * (p - q)).sum(axis=-1).mean())
        if not kl <= MAX_KL[kind]:
            raise ValueError(f"KL {kl:.2g} nats")
        return f"{kl:.0e}"


def within(ours, peer, tolerance):
    if ours.shape != peer.shape:
        raise ValueError(f"logits {ours.shape}, of the peer {peer.shape}")
    difference = float(np.abs(ours - peer).max())
    if not difference <= tolerance:
        raise ValueError(f"logits differ by {difference:.2g}")
    return difference


def same(theirs, ours, what):
    if theirs != ours:
        raise ValueError(f"{what} differ: {str(ours)[:40]}, of the peer {str(theirs)[:40]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path, help="a few kilobytes are enough; longer texts are cut")
    parser.add_argument("--hibari", default=".build/release/hibari")
    parser.add_argument("--only", choices=FAMILIES, help="one family")
    parser.add_argument("--keep", type=Path, help="a new folder for what is written")
    parser.add_argument("--no-verify", action="store_true")
    options = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    place = options.keep or Path(tempfile.mkdtemp(prefix="exports-"))
    place.mkdir(exist_ok=True)
    text, start = place / "corpus.txt", place / "start.txt"
    content = PREFIX + options.text.read_text()[:60_000]
    text.write_text(content)
    start.write_text(content[:2_000])
    check, verify = Check(options.hibari, place, start), not options.no_verify
    columns = ["family", "tokenizer", "head", "transformers", "llama.cpp f32", "llama.cpp q8_0"]
    print(" | ".join(columns) + "\n" + " | ".join("---" for _ in columns), flush=True)
    for family, arguments in FAMILIES.items():
        if options.only and family != options.only:
            continue
        for tokenizer in ["bytes", "chars", "bpe:400"]:
            for head in ["tie", "no-tie"]:
                run = place / "-".join([family.replace(" ", "-"), tokenizer.replace(":", ""), head])
                train = ["--corpus", text, "--tokenizer", tokenizer, "--" + head, *arguments, *SHAPE, *RECIPE]
                made = check.cell(lambda: check.run("pretrain", *train, "--out", run) and "")
                cells = [made] if made else [
                    check.cell(lambda: check.in_transformers(run)),
                    check.cell(lambda: check.in_llama_cpp(run, "f32", verify)),
                    check.cell(lambda: check.in_llama_cpp(run, "q8_0", verify)),
                ]  # fmt: skip
                print(" | ".join([family, tokenizer, head, *cells]), flush=True)
        base = place / f"{family.replace(' ', '-')}-bpe400-tie"
        adapter, merged = place / f"{base.name}-lora", place / f"{base.name}-merged"
        tune = ["--corpus", text, "--lora", "r=4,alpha=8,targets=all-linear", *RECIPE, "--out", adapter]
        made = check.cell(lambda: check.run("finetune", base, *tune) and "")
        made = made or check.cell(lambda: check.run("merge", adapter, "--out", merged, "--threads", "1") and "")
        cells = [made] if made else [
            "peft " + check.cell(lambda: check.in_transformers(base, adapter))
            + ", merged " + check.cell(lambda: check.in_transformers(merged)),
            check.cell(lambda: check.in_llama_cpp(merged, "f32", verify)),
            check.cell(lambda: check.in_llama_cpp(merged, "q8_0", verify)),
        ]  # fmt: skip
        print(" | ".join([family, "bpe:400", "LoRA", *cells]), flush=True)
    print(f"{check.failures} failures" if check.failures else "all agree")
    sys.exit(1 if check.failures else 0)


if __name__ == "__main__":
    main()
