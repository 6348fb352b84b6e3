"""PEFT's low-rank adapters on the tiny models: logits, loss and the gradient of every adapter's numbers."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from exact import Float64Only, to_float64
from model_fixtures import BATCH, TIME, VOCABULARY, loss_of
from writer import generator_for, rounded, save


@dataclass
class Case:
    """A model of `model_fixtures` and the settings of its adapters."""

    base: str
    settings: dict = field(default_factory=dict)


CASES = {
    "llama_lora": Case(
        "llama_gqa_untied", dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], lora_dropout=0.1)
    ),
    "llama_rslora": Case(
        "llama_gqa_untied", dict(r=3, lora_alpha=5, target_modules="all-linear", use_rslora=True)
    ),
    "llama_dora": Case("llama_gqa_untied", dict(r=2, lora_alpha=6, target_modules="all-linear", use_dora=True)),
    "llama_pattern": Case(
        "llama_gqa_untied", dict(r=2, lora_alpha=3, target_modules=r".*\.layers\.1\..*\.(k_proj|down_proj)")
    ),
    "gpt2_lora": Case("gpt2", dict(r=4, lora_alpha=8, target_modules="all-linear", fan_in_fan_out=True)),
    "gpt2_dora": Case(
        "gpt2",
        dict(r=2, lora_alpha=2.5, target_modules=["c_attn", "c_fc"], use_dora=True, fan_in_fan_out=True),
    ),
}


def randomize(model: PeftModel, generator: torch.Generator) -> None:
    """Adapters that change the model, and DoRA's magnitudes away from the norms."""
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if not parameter.requires_grad:
                continue
            values = torch.randn(parameter.shape, generator=generator)
            if "lora_magnitude_vector" in name:
                parameter.mul_(1 + 0.2 * values)
            else:
                parameter.copy_(0.2 * values)


def our_name(name: str) -> str:
    """base_model.model.X.lora_A.default.weight is called X.lora_A.weight in files, without the prefix."""
    name = name.removeprefix("base_model.model.").replace(".default", "")
    return name.removesuffix(".weight") if "lora_magnitude_vector" in name else name


def make_adapter(name: str, folder: Path, seed: int) -> dict:
    """Writes one folder of adapters and what is computed with it; returns what the manifest says about it."""
    case = CASES[name]
    generator = generator_for(name, seed)
    base = AutoModelForCausalLM.from_pretrained(
        folder.parent.parent / case.base, attn_implementation="eager", local_files_only=True
    )
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **case.settings)).eval()
    randomize(model, generator)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)

    # PEFT writes sets in any order, and the path of the model on this machine.
    path = folder / "adapter_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings["base_model_name_or_path"] = f"../../{case.base}"
    if isinstance(settings["target_modules"], list):
        settings["target_modules"].sort()
    path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    sequence = torch.randint(VOCABULARY, (BATCH, TIME + 1), generator=generator)
    ids, targets = sequence[:, :-1], sequence[:, 1:]
    to_float64(base)
    model.double()
    with Float64Only():
        logits = model(ids, use_cache=False).logits
        loss = loss_of(logits, targets)
        parameters = {key: value for key, value in model.named_parameters() if value.requires_grad}
        gradients = torch.autograd.grad(loss, list(parameters.values()))
        with torch.no_grad(), model.disable_adapter():
            change = (logits - model(ids, use_cache=False).logits).abs().max().item()
        merged = model.merge_and_unload()(ids, use_cache=False).logits
    assert logits.dtype == torch.float64
    strayed = (merged - logits).abs().max().item()
    assert strayed < 1e-9 and change > 0.1, f"{name}: merged differs by {strayed}, the base by {change}"
    parts = {"input_ids": ids, "targets": targets, "logits": logits, "loss": loss}
    parts |= {f"grad/{our_name(key)}": value for key, value in zip(parameters, gradients)}
    save(folder / "golden.safetensors", {key: rounded(value) for key, value in parts.items()})
    return {"base": case.base, "loss": round(loss.item(), 6), "change": round(change, 4)}
