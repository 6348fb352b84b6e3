#!/usr/bin/env python3
"""Times PyTorch's training step on random tokens: the peer of `hibari bench train`.

A step is what both programs do: batch, forward, backward, gradient norm clipped at 1, fused AdamW. Memory is
the largest resident set of this process alone, compilers that torch.compile starts not counted.

Example: python Benchmarks/torch_step.py --layers 4 --heads 4 --width 128 --context 64 --vocabulary 65 --batch 12
"""

import argparse
import json
import resource
import statistics
import time

import torch
from torch import nn

from gpt import GPT, GPTSizes, make_optimizer, random_batch

# Now, before anything is computed: what importing PyTorch takes.
IMPORT_BYTES = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("layers", "heads", "width", "context", "vocabulary", "batch"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--bias", action="store_true")
    parser.add_argument("--mode", default="eager", choices=["eager", "compile"])
    parser.add_argument("--steps", type=int, default=20, help="timed steps (default: 20)")
    parser.add_argument("--warmup", type=int, default=3, help="steps before them (default: 3)")
    parser.add_argument("--threads", type=int, default=2, help="(default: 2)")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    sizes = GPTSizes(
        arguments.layers, arguments.heads, arguments.width, arguments.context, arguments.vocabulary,
        arguments.bias,
    )  # fmt: skip
    model = GPT(sizes)
    forward = torch.compile(model, dynamic=False) if arguments.mode == "compile" else model
    optimizer = make_optimizer(model, 1e-3, (0.9, 0.95), 0.1)
    parameters = list(model.parameters())
    tokens = torch.randint(sizes.vocabulary, (1 << 20,))

    seconds, loss = [], None
    for _ in range(arguments.warmup + arguments.steps):
        begin = time.perf_counter()
        loss = forward(*random_batch(tokens, arguments.batch, sizes.context))
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss = loss.item()
        seconds.append(time.perf_counter() - begin)
    timed = seconds[arguments.warmup :]
    print(
        json.dumps(
            {
                "mode": arguments.mode,
                "milliseconds_per_step": statistics.median(timed) * 1e3,
                "least_milliseconds": min(timed) * 1e3,
                "first_step_seconds": seconds[0],
                "tokens_per_second": arguments.batch * sizes.context / statistics.median(timed),
                "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "import_memory_bytes": IMPORT_BYTES,
                "parameters": sum(parameter.numel() for parameter in parameters),
                "loss": loss,
                "steps": arguments.steps,
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
