#!/usr/bin/env python3
"""Writes a tiny transformers model with its tokenizer, questions, passages and a text, and what lm-evaluation-harness,
transformers' recipe for perplexity and llama-perplexity make of them.

Example: python Tools/golden/evaluation_fixtures.py
"""

import argparse
import collections
import json
import math
import random
import sys
from pathlib import Path

import tokenizers
import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "Tools/interop"))
from harness_scores import encode_pair, mean_and_error, predictions, token_log_probabilities  # noqa: E402

DEFAULT_FOLDER = REPOSITORY / "Tests/HibariTrainingTests/Fixtures/evaluation"
CONTEXT, MERGES = 40, 60
END = "<|endoftext|>"
PLACES = ["the field", "a green hill", "the old mill", "Kyoto", "the river"]
BIRDS = ["lark", "sparrow", "crane", "swallow", "雲雀", "燕"]
DEEDS = ["sings", "sleeps", "builds a nest", "flies away", "歌う", "waits for rain"]


def text(generator: random.Random, sentences: int) -> str:
    lines = []
    for _ in range(sentences):
        bird, deed, place = (generator.choice(words) for words in (BIRDS, DEEDS, PLACES))
        lines.append(f"Over {place} the {bird} {deed}; {generator.randint(1, 40)} others listen.")
    return "\n".join(lines) + "\n"


def make_tokenizer(corpus: str) -> Tokenizer:
    """Byte-level BPE; the merges are learned here, the same ones every time."""
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    words = collections.Counter(tuple(piece) for piece, _ in cut.pre_tokenize_str(corpus))
    vocabulary = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = []
    for _ in range(MERGES):
        pairs = collections.Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        vocabulary.append("".join(best))
        merged = collections.Counter()
        for word, count in words.items():
            parts, i = [], 0
            while i < len(word):
                joins = word[i : i + 2] == best
                parts.append("".join(best) if joins else word[i])
                i += 2 if joins else 1
            merged[tuple(parts)] += count
        words = merged
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(vocabulary)}, merges))
    tokenizer.pre_tokenizer = cut
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(END, special=True, normalized=False)])
    return tokenizer


def make_model(vocabulary: int) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=vocabulary - 1,
        eos_token_id=vocabulary - 1,
        attn_implementation="eager",
    )
    torch.manual_seed(1)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Matrices large enough that probabilities are far from even.
            parameter.normal_(1.0 if "norm" in name else 0.0, 0.35)
    return model


def make_questions(generator: random.Random) -> list[dict]:
    questions = []
    for index in range(40):
        context = f"Where does the {generator.choice(BIRDS)} go when it {generator.choice(DEEDS)}?"
        match index % 8:
            case 1:
                context += "  "
            case 3:
                context = ""
            case 4:
                context = text(generator, 2) + context  # longer than the model reads
            case 5:
                context = "雲雀はどこへ行きますか。\n"
            case 6:
                context = context[:-1]
        count = 2 + index % 4
        possible = [place + more for place in PLACES for more in ("", ".", ", where it waits", " 野原")]
        endings = generator.sample(possible, count)
        if index % 5 == 0:
            endings[0] = "x"
        questions.append({"context": context, "endings": endings, "label": generator.randrange(count)})
    return questions


def score_questions(model, encode, questions: list[dict], end: int) -> dict:
    rows, right = [], collections.defaultdict(list)
    for question in questions:
        values, tokens = [], []
        for ending in question["endings"]:
            pair = encode_pair(encode, question["context"], " " + ending, end)
            chosen, _ = token_log_probabilities(model, *pair, CONTEXT)
            values.append(chosen.sum().item())
            tokens.append(len(pair[1]))
        answers = predictions(question["endings"], values, tokens)
        check_leads(question["endings"], values, tokens)
        for name, answer in answers.items():
            right[name].append(float(answer == question["label"]))
        rows.append({"log_likelihoods": values, "tokens": tokens, "predictions": answers})
    return {"rows": rows, "accuracies": {name: mean_and_error(hits) for name, hits in right.items()}}


def check_leads(endings: list[str], values: list[float], tokens: list[int]) -> None:
    """The best ending must lead by more than float32 can blur."""
    for divisors in ([1] * len(endings), [len(e) for e in endings], [len(e.encode()) for e in endings], tokens):
        second, first = sorted(value / divisor for value, divisor in zip(values, divisors))[-2:]
        assert first - second > 1e-4, "two endings are too close; choose another seed"


def strided(model, ids: list[int], max_length: int, stride: int) -> dict:
    """https://huggingface.co/docs/transformers/perplexity, in float64 and with the loss of each token."""
    losses, previous = [], 0
    for begin in range(0, len(ids), stride):
        end = min(begin + max_length, len(ids))
        inputs = torch.tensor([ids[begin:end]])
        labels = inputs.clone()
        labels[:, : -(end - previous)] = -100
        with torch.no_grad():
            logits = model(inputs, use_cache=False).logits
        each = torch.nn.functional.cross_entropy(
            logits[0, :-1], labels[0, 1:], ignore_index=-100, reduction="none"
        )
        losses += each[labels[0, 1:] != -100].tolist()
        previous = end
        if end == len(ids):
            break
    mean, error = mean_and_error(losses)
    return {"context": max_length - 1, "stride": stride, "loss": mean, "error": error, "count": len(losses)}


def llama_cpp(model, ids: list[int], context: int, bos: int | None) -> dict:
    """The chunks of llama-perplexity: tools/perplexity/perplexity.cpp."""
    ids = ([] if bos is None else [bos]) + ids
    losses, first = [], context // 2
    for chunk in range(len(ids) // context):
        window = ids[chunk * context : (chunk + 1) * context]
        inputs = window if bos is None else [bos] + window[1:]
        with torch.no_grad():
            logits = model(torch.tensor([inputs]), use_cache=False).logits[0].log_softmax(-1)
        losses += [-logits[j, window[j + 1]].item() for j in range(first, context - 1)]
    mean, error = mean_and_error(losses)
    return {"context": context, "bos": bos is not None, "loss": mean, "error": error, "count": len(losses)}


def cloze(model, encode, passages: list[str], end: int) -> list[dict]:
    rows = []
    for passage in passages:
        context, word = passage.rsplit(" ", 1)
        pair = encode_pair(encode, context, " " + word, end)
        chosen, greedy = token_log_probabilities(model, *pair, CONTEXT)
        rows.append({"log_likelihood": chosen.sum().item(), "tokens": len(pair[1]), "greedy": greedy})
    return rows


def make_passages(model, encode, decode, generator: random.Random) -> list[str]:
    """Every other passage ends in the word that the model would write, where that is one token and a word."""
    passages = []
    for index in range(16):
        passage = text(generator, 1).strip()
        if index % 2 == 0:
            start = passage.rsplit(" ", 1)[0]
            with torch.no_grad():
                logits = model(torch.tensor([encode(start)])).logits[0, -1]
            for token in logits.argsort(descending=True).tolist()[:1]:
                word = decode([token])
                if word.startswith(" ") and encode(start + word)[len(encode(start)) :] == [token]:
                    passage = start + word
        passages.append(passage)
    return passages


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_FOLDER, help="folder to write to (default: %(default)s)"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    generator = random.Random(1)

    sample = text(generator, 12)
    tokenizer = make_tokenizer(sample)
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": END}
    (arguments.out / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    model = make_model(tokenizer.get_vocab_size())
    model.save_pretrained(arguments.out)
    (arguments.out / "generation_config.json").unlink(missing_ok=True)
    (arguments.out / "model.safetensors").chmod(0o644)
    model = model.double()

    def encode(some: str) -> list[int]:
        return tokenizer.encode(some, add_special_tokens=False).ids

    end = tokenizer.token_to_id(END)
    ids = encode(sample)
    questions = make_questions(generator)
    passages = make_passages(model, encode, tokenizer.decode, generator)
    golden = {
        "versions": {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
        "tokens": len(ids),
        "questions": score_questions(model, encode, questions, end),
        "cloze": cloze(model, encode, passages, end),
        "strided": [strided(model, ids, n + 1, s) for n, s in ((40, 40), (39, 17), (16, 8), (16, 1), (5, 5))],
        "strided_after_bos": [strided(model, [end] + ids, n + 1, s) for n, s in ((40, 40), (16, 7))],
        "llama_cpp": [llama_cpp(model, ids, n, bos) for n in (40, 13) for bos in (None, end)],
    }
    greedy = sum(row["greedy"] for row in golden["cloze"])
    assert 0 < greedy < len(passages), f"{greedy} of {len(passages)} words are greedy; choose another seed"
    assert not math.isnan(golden["strided"][0]["loss"])
    lines = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    (arguments.out / "questions.jsonl").write_text(lines, encoding="utf-8")
    (arguments.out / "passages.txt").write_text("".join(p + "\n" for p in passages), encoding="utf-8")
    (arguments.out / "text.txt").write_text(sample, encoding="utf-8")
    (arguments.out / "golden.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
