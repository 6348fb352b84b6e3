"""A plain PyTorch GPT-2 and its optimizer: the peer that Hibari is timed against. Our own code."""

import contextlib
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class GPTSizes:
    layers: int
    heads: int
    width: int
    context: int
    vocabulary: int
    bias: bool = False
    # As F.gelu: "none" for the exact function, "tanh" for GPT-2's.
    gelu: str = "tanh"


class Block(nn.Module):
    """One pre-norm layer: causal attention, then a GELU network four times as wide. No dropout."""

    def __init__(self, sizes):
        super().__init__()
        width, bias = sizes.width, sizes.bias
        self.heads, self.gelu = sizes.heads, sizes.gelu
        self.attention_norm = nn.LayerNorm(width, bias=bias)
        self.query_key_value = nn.Linear(width, 3 * width, bias=bias)
        self.attention_out = nn.Linear(width, width, bias=bias)
        self.mlp_norm = nn.LayerNorm(width, bias=bias)
        self.mlp_in = nn.Linear(width, 4 * width, bias=bias)
        self.mlp_out = nn.Linear(4 * width, width, bias=bias)

    def forward(self, x):
        batch, length, width = x.shape
        packed = self.query_key_value(self.attention_norm(x))
        query, key, value = packed.view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp_out(F.gelu(self.mlp_in(self.mlp_norm(x)), approximate=self.gelu))


class GPT(nn.Module):
    """GPT-2 with learned positions and the embedding as output projection; its value is the loss."""

    def __init__(self, sizes):
        super().__init__()
        self.tokens = nn.Embedding(sizes.vocabulary, sizes.width)
        self.positions = nn.Embedding(sizes.context, sizes.width)
        self.blocks = nn.ModuleList(Block(sizes) for _ in range(sizes.layers))
        self.final_norm = nn.LayerNorm(sizes.width, bias=sizes.bias)
        for name, parameter in self.named_parameters():
            if parameter.ndim >= 2:
                into_residual = name.endswith(("attention_out.weight", "mlp_out.weight"))
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * sizes.layers) if into_residual else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, ids, targets, reduction="mean"):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.final_norm(x), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction=reduction)


def make_optimizer(model, learning_rate, betas, weight_decay):
    """AdamW, fused where PyTorch has it, with decay on matrices only."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    with contextlib.suppress(RuntimeError):
        return torch.optim.AdamW(groups, lr=learning_rate, betas=betas, fused=True)
    return torch.optim.AdamW(groups, lr=learning_rate, betas=betas)


def random_batch(data, batch, context):
    """Crops at random places of the text: ids `[batch, context]`, and the same one token later."""
    starts = torch.randint(len(data) - context, (batch,))
    crops = torch.stack([data[start : start + context + 1] for start in starts.tolist()])
    return crops[:, :-1].contiguous(), crops[:, 1:].contiguous()
