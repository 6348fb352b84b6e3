"""Tiny transformers models end to end: logits, loss, every gradient, ten AdamW steps, greedy text."""

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from exact import Float64Only, to_float64
from writer import generator_for, rounded, save

VOCABULARY, CONTEXT, HIDDEN, HEADS, LAYERS = 67, 32, 32, 4, 2
BATCH, TIME, PROMPT, GENERATED, STEPS = 2, 16, 5, 20, 10
LEARNING_RATE, BETAS, EPSILON, WEIGHT_DECAY = 1e-3, (0.9, 0.95), 1e-8, 0.1


@dataclass
class Golden:
    """The results of one run in one precision."""

    logits: torch.Tensor
    loss: torch.Tensor
    masked_loss: torch.Tensor
    gradients: dict[str, torch.Tensor]
    adamw: dict[str, torch.Tensor]
    losses: torch.Tensor
    gradient_norms: torch.Tensor


# MARK: models


def decoder_settings(**changes) -> dict:
    """What the Llama, Qwen2 and Qwen3 configurations share."""
    return (
        dict(
            vocab_size=VOCABULARY,
            hidden_size=HIDDEN,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=24,
            max_position_embeddings=CONTEXT,
            bos_token_id=66,
            eos_token_id=66,
        )
        | changes
    )


def gpt2_settings(**changes) -> dict:
    return (
        dict(
            vocab_size=VOCABULARY,
            n_positions=CONTEXT,
            n_embd=HIDDEN,
            n_layer=LAYERS,
            n_head=HEADS,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=66,
            eos_token_id=66,
        )
        | changes
    )


def rope(base: float) -> dict:
    return {"rope_type": "default", "rope_theta": base}


def new_model(name: str) -> PreTrainedModel:
    if name == "gpt2":
        return GPT2LMHeadModel(GPT2Config(**gpt2_settings()))
    if name == "gpt2_nobias":
        return GPT2LMHeadModel(GPT2Config(**gpt2_settings(n_inner=48, n_layer=1)))
    if name == "llama":
        return LlamaForCausalLM(
            LlamaConfig(
                **decoder_settings(
                    num_key_value_heads=4,
                    rms_norm_eps=1e-5,
                    tie_word_embeddings=True,
                    rope_parameters=rope(10000.0),
                )
            )
        )
    if name == "llama_gqa_untied":
        return LlamaForCausalLM(
            LlamaConfig(
                **decoder_settings(
                    num_key_value_heads=2,
                    rms_norm_eps=1e-6,
                    tie_word_embeddings=False,
                    rope_parameters=rope(500000.0),
                )
            )
        )
    if name == "llama_biases":
        return LlamaForCausalLM(
            LlamaConfig(
                **decoder_settings(
                    num_key_value_heads=2,
                    rms_norm_eps=1e-5,
                    tie_word_embeddings=False,
                    attention_bias=True,
                    mlp_bias=True,
                    rope_parameters=rope(10000.0)
                    | {
                        "rope_type": "llama3",
                        "factor": 4.0,
                        "low_freq_factor": 1.0,
                        "high_freq_factor": 4.0,
                        "original_max_position_embeddings": 8,
                    },
                )
            )
        )
    if name == "qwen2":
        return Qwen2ForCausalLM(
            Qwen2Config(
                **decoder_settings(
                    num_key_value_heads=2,
                    intermediate_size=48,
                    rms_norm_eps=1e-6,
                    tie_word_embeddings=True,
                    rope_parameters=rope(1000000.0),
                )
            )
        )
    if name == "qwen3":
        return Qwen3ForCausalLM(
            Qwen3Config(
                **decoder_settings(
                    num_key_value_heads=2,
                    head_dim=16,
                    intermediate_size=48,
                    rms_norm_eps=1e-6,
                    tie_word_embeddings=True,
                    rope_parameters=rope(1000000.0),
                )
            )
        )
    raise ValueError(name)


# Each model's limit on the global gradient norm. One lies within the norms that its ten steps meet, so that
# both clipped and unclipped steps are there.
MODELS = {
    "gpt2": 1.0,
    "gpt2_nobias": 3.5,
    "llama": 1.0,
    "llama_biases": 1.0,
    "llama_gqa_untied": 1.0,
    "qwen2": 1.0,
    "qwen3": 1.0,
}


def randomize(model: PreTrainedModel, generator: torch.Generator, biases: bool) -> None:
    """Leaves nothing an identity: norm weights spread around 1, biases around 0.

    Embeddings are wide so that the greedy text is not one token repeated. `biases=False` zeroes every bias
    and freezes it.
    """
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=generator)
            if name.endswith(".bias"):
                parameter.copy_(0.1 * values if biases else torch.zeros_like(values))
                parameter.requires_grad_(biases)
            elif parameter.ndim == 1:
                parameter.copy_(1 + 0.2 * values)
            else:
                is_embedding = any(part in name for part in ("wte", "wpe", "embed_tokens"))
                parameter.copy_((0.3 if is_embedding else 0.2) * values)


# MARK: running


def trainable(model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def loss_of(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)


def run(
    model: PreTrainedModel, ids: torch.Tensor, targets: torch.Tensor, masked: torch.Tensor, clip: float
) -> Golden:
    """Forward, backward and ten optimizer steps. The model is changed."""
    logits = model(ids, use_cache=False).logits
    loss, masked_loss = loss_of(logits, targets), loss_of(logits, masked)
    parameters = trainable(model)
    values = torch.autograd.grad(loss, list(parameters.values()))
    gradients = {name: value.detach().clone() for name, value in zip(parameters, values)}

    groups = [
        {"params": [p for p in parameters.values() if p.ndim >= 2], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in parameters.values() if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=BETAS, eps=EPSILON, foreach=False)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        step_loss = loss_of(model(ids, use_cache=False).logits, targets)
        step_loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), clip, foreach=False))
        losses.append(step_loss.detach())
        optimizer.step()
    adamw = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    return Golden(
        logits.detach(),
        loss.detach(),
        masked_loss.detach(),
        gradients,
        adamw,
        torch.stack(losses),
        torch.stack(norms),
    )


def greedy(model: PreTrainedModel, prompt: torch.Tensor) -> tuple[torch.Tensor, float]:
    """The most likely token twenty times over, and the smallest lead any of them had over the runner-up."""
    ids, least_lead = prompt.clone(), float("inf")
    with torch.no_grad():
        for _ in range(GENERATED):
            best = model(ids[None], use_cache=False).logits[0, -1].topk(2)
            least_lead = min(least_lead, (best.values[0] - best.values[1]).item())
            ids = torch.cat((ids, best.indices[:1]))
    return ids[prompt.numel() :], least_lead


def deviation(model_name: str, exact: Golden, single: Golden) -> dict[str, float]:
    """How far PyTorch's own float32 run strays from the float64 one: a measure for a test's tolerances."""

    def largest(first, second):
        return max((first[name] - second[name].double()).abs().max().item() for name in first)

    def without_key_bias(values):
        # The key bias moves every score of a row alike, so its true gradient is zero and what float32 finds
        # is rounding; AdamW divides that by itself and takes real steps in a random direction.
        values = dict(values)
        if model_name == "gpt2":
            for name in [name for name in values if name.endswith("c_attn.bias")]:
                values[name] = torch.cat((values[name][:HIDDEN], values[name][2 * HIDDEN :]))
        return values

    result = {
        "logits": (exact.logits - single.logits.double()).abs().max().item(),
        "loss": abs(exact.loss.item() - single.loss.item()),
        "gradients": largest(exact.gradients, single.gradients),
        "adamw": largest(without_key_bias(exact.adamw), without_key_bias(single.adamw)),
        "adamw_losses": (exact.losses - single.losses.double()).abs().max().item(),
        "adamw_gradient_norms": (exact.gradient_norms - single.gradient_norms.double()).abs().max().item(),
    }
    return {name: float(f"{value:.1e}") for name, value in result.items()}


def make_model(name: str, folder: Path, seed: int) -> dict:
    """Writes one model's folder; returns what the manifest says about it."""
    clip = MODELS[name]
    generator = generator_for(name, seed)
    model = new_model(name).eval()
    model.set_attn_implementation("eager")
    randomize(model, generator, biases=name != "gpt2_nobias")
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)

    sequence = torch.randint(VOCABULARY, (BATCH, TIME + 1), generator=generator)
    ids, targets = sequence[:, :-1], sequence[:, 1:]
    masked = targets.clone()
    masked[0, :5] = masked[1, 9] = masked[1, 15] = -100
    prompt = torch.randint(VOCABULARY, (PROMPT,), generator=generator)

    single = run(copy.deepcopy(model), ids, targets, masked, clip)
    exact_model = to_float64(model)
    with Float64Only():
        continuation, least_lead = greedy(exact_model, prompt)
        exact = run(exact_model, ids, targets, masked, clip)
    assert exact.logits.dtype == torch.float64
    strayed = deviation(name, exact, single)
    assert strayed["logits"] < 1e-4 and strayed["gradients"] < 1e-4, f"{name}: {strayed}"
    assert least_lead > 1e-3, f"{name}: a greedy choice leads by only {least_lead}; choose another seed"
    assert continuation.unique().numel() >= 4, f"{name}: dull greedy text {continuation.tolist()}"
    clipped = (exact.gradient_norms > clip).sum().item()
    assert clipped == STEPS or (name == "gpt2_nobias" and 0 < clipped < STEPS), (
        f"{name}: {clipped} clipped steps"
    )

    parts = {
        "input_ids": ids,
        "targets": targets,
        "targets_masked": masked,
        "prompt_ids": prompt,
        "greedy_ids": continuation,
        "logits": exact.logits,
        "loss": exact.loss,
        "loss_masked": exact.masked_loss,
        "adamw_losses": exact.losses,
        "adamw_gradient_norms": exact.gradient_norms,
        "gradient_clip": torch.tensor(clip, dtype=torch.float64),
    }
    parts |= {f"grad/{key}": value for key, value in exact.gradients.items()}
    parts |= {f"adamw/{key}": value for key, value in exact.adamw.items()}
    save(folder / "golden.safetensors", {key: rounded(value) for key, value in parts.items()})
    return {
        "gradient_clip": clip,
        "loss": round(exact.loss.item(), 6),
        "gradient_norms": [round(value, 4) for value in exact.gradient_norms.tolist()],
        "greedy_ids": continuation.tolist(),
        "float32_deviation": strayed,
    }
