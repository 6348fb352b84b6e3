#!/usr/bin/env python3
"""Times a LoRA step of PyTorch with PEFT on random tokens: the peer of `hibari finetune --lora`.

A step: forward, backward, gradient norm clipped at 1, AdamW on the adapters of all linear layers. The base is float32.
Memory is the largest resident set of the process.

Example: python Benchmarks/peft_step.py FOLDER --batch 4 --context 256
"""

import argparse
import json
import os
import resource
import statistics
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--context", type=int, default=256)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--steps", type=int, default=8, help="timed steps (default: 8)")
    parser.add_argument("--warmup", type=int, default=2, help="steps before them (default: 2)")
    parser.add_argument("--threads", type=int, default=2, help="(default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32)
    model.config.use_cache = False
    adapters = LoraConfig(r=arguments.rank, lora_alpha=16, target_modules="all-linear", lora_dropout=0.0, bias="none", task_type="CAUSAL_LM")
    model = get_peft_model(model, adapters).train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=2e-4, weight_decay=0.0, fused=True)
    seconds = []
    for _ in range(arguments.warmup + arguments.steps):
        ids = torch.randint(model.config.vocab_size, (arguments.batch, arguments.context))
        begin = time.perf_counter()
        model(input_ids=ids, labels=ids).loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - begin)
    median = statistics.median(seconds[arguments.warmup :])
    print(json.dumps({
        "milliseconds_per_step": median * 1e3,
        "tokens_per_second": arguments.batch * arguments.context / median,
        "trained_parameters": sum(p.numel() for p in parameters),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
