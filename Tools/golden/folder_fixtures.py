"""Tiny transformers folders for reading only: every rotary scaling past its original context, shards in half precision."""

import copy
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from exact import Float64Only, to_float64
from model_fixtures import randomize
from writer import generator_for, rounded, save

VOCABULARY, CONTEXT, ORIGINAL, TIME = 31, 64, 32, 48
# 8 pairs of 16: with a base of 10000 and an original context of 32, some keep their frequency in each scaling, some
# are mixed and some are stretched.
SIZES = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=24,
    num_hidden_layers=1,
    num_attention_heads=2,
    num_key_value_heads=1,
    max_position_embeddings=CONTEXT,
    bos_token_id=30,
    eos_token_id=30,
)

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": ORIGINAL}
FACTORS = [1.0, 1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0]
LONGROPE = {"rope_type": "longrope", "short_factor": FACTORS, "factor": 2.0}
# Each variant: its rotary settings and the context of its model. Dynamic scaling knows no original context but that.
ROPE_VARIANTS = {
    "linear": ({"rope_type": "linear", "factor": 2.0}, CONTEXT),
    "dynamic": ({"rope_type": "dynamic", "factor": 2.0}, TIME),
    "llama3": (
        {
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": ORIGINAL,
        },
        CONTEXT,
    ),
    "yarn": (YARN, CONTEXT),
    "yarn_attention_factor": (YARN | {"attention_factor": 0.75}, CONTEXT),
    "yarn_mscale": (
        YARN | {"mscale": 1.0, "mscale_all_dim": 0.7, "beta_fast": 4.0, "beta_slow": 0.5, "truncate": False},
        CONTEXT,
    ),
    "longrope_short": (
        LONGROPE | {"long_factor": [8.0] * 8, "original_max_position_embeddings": CONTEXT},
        CONTEXT,
    ),
    "longrope_equal": (
        LONGROPE | {"long_factor": FACTORS, "original_max_position_embeddings": ORIGINAL},
        CONTEXT,
    ),
}


def run(model: PreTrainedModel, ids: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
    """Logits and loss in float64."""
    model.set_attn_implementation("eager")
    model = to_float64(model)
    with Float64Only(), torch.no_grad():
        logits = model(ids, use_cache=False).logits
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    assert logits.dtype == torch.float64
    return {"logits": logits, "loss": loss}


def batch(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    sequence = torch.randint(VOCABULARY, (1, TIME + 1), generator=generator)
    return sequence[:, :-1], sequence[:, 1:]


def make_rope(folder: Path, seed: int) -> None:
    """One set of weights, a VARIANT.json for each scaling, and what each makes of them."""
    generator = generator_for("rope", seed)
    weights = LlamaForCausalLM(LlamaConfig(tie_word_embeddings=True, **SIZES)).eval()
    randomize(weights, generator, biases=True)
    ids, targets = batch(generator)
    tensors = {"input_ids": ids, "targets": targets}
    folder.mkdir(parents=True, exist_ok=True)
    plain = run(copy.deepcopy(weights), ids, targets)["logits"]
    for name, (settings, context) in ROPE_VARIANTS.items():
        config = LlamaConfig(
            tie_word_embeddings=True,
            rope_parameters={"rope_theta": 10000.0} | settings,
            **(SIZES | {"max_position_embeddings": context}),
        )
        config.architectures = ["LlamaForCausalLM"]
        config.to_json_file(folder / f"{name}.json")
        model = LlamaForCausalLM(config).eval()
        model.load_state_dict(weights.state_dict())
        results = run(model, ids, targets)
        change = (results["logits"] - plain).abs().max()
        assert change == 0 if name == "dynamic" else change > 1e-3, f"{name} changes logits by {change}"
        tensors |= {f"{name}/{key}": value for key, value in results.items()}
    save(folder / "golden.safetensors", {key: rounded(value) for key, value in tensors.items()})
    # Without the copy of the tied head.
    weights.save_pretrained(folder)
    (folder / "config.json").unlink()
    (folder / "generation_config.json").unlink(missing_ok=True)


def make_shards(folder: Path, model: PreTrainedModel, dtype: torch.dtype, seed: int) -> None:
    """A folder with an index, its weights in `dtype`; the results are those of the rounded weights."""
    generator = generator_for(folder.name, seed)
    randomize(model, generator, biases=True)
    ids, targets = batch(generator)
    model = model.to(dtype).eval()
    model.save_pretrained(folder, max_shard_size="8KB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    assert len(list(folder.glob("model-*.safetensors"))) > 1, "not sharded"
    results = run(model, ids, targets) | {"input_ids": ids, "targets": targets}
    save(folder / "golden.safetensors", {key: rounded(value) for key, value in results.items()})


def make_folders(out: Path, seed: int) -> None:
    make_rope(out / "rope", seed)
    sizes = SIZES | {"num_hidden_layers": 2}
    qwen2 = Qwen2ForCausalLM(Qwen2Config(tie_word_embeddings=False, **sizes))
    make_shards(out / "shards_qwen2_f16", qwen2, torch.float16, seed)
    mistral = MistralForCausalLM(MistralConfig(sliding_window=7, **sizes))
    make_shards(out / "shards_mistral_bf16", mistral, torch.bfloat16, seed)
