"""One case per op or layer: inputs, output, a random cotangent and the gradient of every floating input.

Each case is a function of float64 tensors written from the op's formula. Where transformers has the same
mathematics, `check_against_transformers` compares the two.
"""

import math

import torch
import torch.nn.functional as F
from transformers.masking_utils import sliding_window_causal_mask_function
from transformers.models.llama import modeling_llama
from transformers.models.qwen3 import modeling_qwen3

from cases import Case, make_tensors
from exact import Float64Only
from loss_cases import classic_loss_cases
from writer import generator_for

BATCH, TIME, CHANNELS = 2, 7, 24


# MARK: formulas


def rms_norm(input, weight, epsilon):
    return input * torch.rsqrt(input.square().mean(-1, keepdim=True) + epsilon) * weight


def rope(input, head_count, base, first_position=0):
    """Rotates the pair (x[i], x[i + D/2]) of every head by position · base^(−2i/D)."""
    batch, time, width = input.shape
    half = width // head_count // 2
    heads = input.view(batch, time, head_count, 2 * half)
    frequency = base ** (-torch.arange(half, dtype=torch.float64) / half)
    position = torch.arange(first_position, first_position + time, dtype=torch.float64)
    angle = torch.outer(position, frequency)[None, :, None, :]
    low, high = heads[..., :half], heads[..., half:]
    turned = (low * angle.cos() - high * angle.sin(), high * angle.cos() + low * angle.sin())
    return torch.cat(turned, dim=-1).reshape(batch, time, width)


def attention(
    packed, heads, kv_heads, head_dim, window=None, query_norm=None, key_norm=None, base=None, epsilon=1e-6
):
    """Causal attention of packed [q | k | v]: `[B, T, (H + 2K)·D]` → `[B, T, H·D]`.

    Query head h reads key/value head h / (H / K). With `window`, query i sees keys i − window < j ≤ i.
    """
    batch, time, _ = packed.shape
    query, key, value = packed.split([heads * head_dim, kv_heads * head_dim, kv_heads * head_dim], dim=-1)
    if query_norm is not None:
        query = rms_norm(query.reshape(batch, time, heads, head_dim), query_norm, epsilon).reshape(
            query.shape
        )
        key = rms_norm(key.reshape(batch, time, kv_heads, head_dim), key_norm, epsilon).reshape(key.shape)
    if base is not None:
        query, key = rope(query, heads, base), rope(key, kv_heads, base)
    query = query.reshape(batch, time, kv_heads, heads // kv_heads, head_dim)
    key = key.reshape(batch, time, kv_heads, head_dim)
    value = value.reshape(batch, time, kv_heads, head_dim)
    scores = torch.einsum("bikgd,bjkd->bkgij", query, key) / math.sqrt(head_dim)
    distance = torch.arange(time)[:, None] - torch.arange(time)[None, :]
    visible = (distance >= 0) & (distance < (window or time))
    probabilities = scores.masked_fill(~visible, -math.inf).softmax(-1)
    return torch.einsum("bkgij,bjkd->bikgd", probabilities, value).reshape(batch, time, heads * head_dim)


# MARK: cases


def all_cases() -> list[Case]:
    return [
        *linear_cases(),
        *norm_cases(),
        *elementwise_cases(),
        *lookup_and_loss_cases(),
        *position_cases(),
        *attention_cases(),
        *reduction_cases(),
        *shape_cases(),
        *shaped_function_cases(),
        *classic_loss_cases(),
    ]


def linear_cases():
    rows = (BATCH, TIME, CHANNELS)
    dense = {"input": rows, "weight": (33, CHANNELS), "bias": (33,)}
    conv1d = {"input": rows, "weight": (CHANNELS, 33), "bias": (33,)}
    weights = ("weight", "bias")
    return [
        Case("linear/bias", F.linear, dense, weights=weights),
        Case("linear/no_bias", F.linear, {"input": rows, "weight": (33, CHANNELS)}, weights=weights),
        Case(
            "linear/gelu_tanh",
            lambda input, weight, bias: F.gelu(F.linear(input, weight, bias), approximate="tanh"),
            dense,
            weights=weights,
            attributes={"activation": "gelu_tanh"},
        ),
        Case(
            "linear/conv1d",
            lambda input, weight, bias: input @ weight + bias,
            conv1d,
            weights=weights,
            attributes={"weight_layout": "[in, out]"},
        ),
        Case(
            "linear/conv1d_gelu_tanh",
            lambda input, weight, bias: F.gelu(input @ weight + bias, approximate="tanh"),
            conv1d,
            weights=weights,
            attributes={"weight_layout": "[in, out]", "activation": "gelu_tanh"},
        ),
        Case("matmul/matrix", torch.matmul, {"input": (TIME, 5), "other": (5, 11)}),
        Case("matmul/batched", torch.matmul, {"input": (3, TIME, 5), "other": (3, 5, 11)}),
        Case(
            "matmul/transposed_other",
            lambda input, other: input @ other.transpose(-1, -2),
            {"input": (3, TIME, 5), "other": (3, 11, 5)},
        ),
        Case(
            "matmul/transposed_input",
            lambda input, other: input.transpose(-1, -2) @ other,
            {"input": (3, 5, TIME), "other": (3, 5, 11)},
        ),
    ]


def norm_cases():
    rows, vector = (BATCH, TIME, CHANNELS), (CHANNELS,)
    eps = {"epsilon": 1e-5}
    return [
        Case(
            "layer_norm/bias",
            lambda input, weight, bias: F.layer_norm(input, vector, weight, bias, 1e-5),
            {"input": rows, "weight": vector, "bias": vector},
            attributes=eps,
        ),
        Case(
            "layer_norm/no_bias",
            lambda input, weight: F.layer_norm(input, vector, weight, None, 1e-5),
            {"input": rows, "weight": vector},
            attributes=eps,
        ),
        Case(
            "rms_norm/weight",
            lambda input, weight: rms_norm(input, weight, 1e-6),
            {"input": rows, "weight": vector},
            attributes={"epsilon": 1e-6},
        ),
        Case("softmax/last_axis", lambda input: input.softmax(-1), {"input": (BATCH, TIME, 11)}),
        Case("log_softmax/last_axis", lambda input: input.log_softmax(-1), {"input": (BATCH, TIME, 11)}),
    ]


def elementwise_cases():
    shape = (BATCH, TIME, 11)
    functions = {
        "gelu_tanh": lambda input: F.gelu(input, approximate="tanh"),
        "gelu_erf": F.gelu,
        "silu": F.silu,
        "relu": torch.relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "exp": torch.exp,
    }
    return [
        *(Case(f"{name}/plain", function, {"input": shape}) for name, function in functions.items()),
        Case("log/plain", torch.log, {"input": shape}, positive=("input",)),
        Case(
            "swiglu/packed",
            lambda input: F.silu(input[..., :CHANNELS]) * input[..., CHANNELS:],
            {"input": (BATCH, TIME, 2 * CHANNELS)},
            attributes={"order": "gate, up"},
        ),
        Case("add/same_shape", torch.add, {"input": shape, "other": shape}),
        Case("add/trailing", torch.add, {"input": shape, "other": (11,)}),
        Case("add/leading", torch.add, {"input": shape, "other": (BATCH, 1, 1)}),
        Case("mul/same_shape", torch.mul, {"input": shape, "other": shape}),
        Case("mul/trailing", torch.mul, {"input": shape, "other": (11,)}),
        Case("mul/leading", torch.mul, {"input": shape, "other": (BATCH, 1, 1)}),
    ]


def lookup_and_loss_cases():
    ids = torch.tensor([[3, 0, 3, 10, 3, 7, 0], [10, 10, 1, 2, 9, 3, 5]])
    targets = torch.tensor([[1, 0, 12, 5, 5, 3, 9], [2, 12, 7, 0, 11, 4, 6]])
    some_ignored = targets.clone()
    some_ignored[0, 2] = some_ignored[1, 0] = some_ignored[1, 6] = -100

    def cross_entropy(smoothing):
        def function(input, targets):
            return F.cross_entropy(input.flatten(0, 1), targets.flatten(), label_smoothing=smoothing)

        return function

    logits = {"input": (BATCH, TIME, 13)}
    smoothing = {"ignore_index": -100, "label_smoothing": 0.1}
    return [
        Case(
            "embedding/repeated_ids",
            lambda weight, ids: F.embedding(ids, weight),
            {"weight": (11, CHANNELS)},
            {"ids": ids},
        ),
        Case("cross_entropy/plain", cross_entropy(0.0), logits, {"targets": targets}),
        Case(
            "cross_entropy/ignored",
            cross_entropy(0.0),
            logits,
            {"targets": some_ignored},
            {"ignore_index": -100},
        ),
        Case("cross_entropy/label_smoothing", cross_entropy(0.1), logits, {"targets": targets}, smoothing),
        Case(
            "cross_entropy/label_smoothing_ignored",
            cross_entropy(0.1),
            logits,
            {"targets": some_ignored},
            smoothing,
        ),
        Case("mse/mean", F.mse_loss, {"input": (BATCH, TIME, 11), "target": (BATCH, TIME, 11)}),
    ]


def position_cases():
    shape = {"input": (BATCH, TIME, 4 * 6)}
    return [
        Case(
            "rope/half_split",
            lambda input: rope(input, 4, 10000.0),
            shape,
            attributes={"head_count": 4, "head_dim": 6, "base": 10000.0, "first_position": 0},
        ),
        Case(
            "rope/first_position",
            lambda input: rope(input, 4, 10000.0, 5),
            shape,
            attributes={"head_count": 4, "head_dim": 6, "base": 10000.0, "first_position": 5},
        ),
    ]


def attention_cases():
    many = {"head_count": 4, "key_value_head_count": 4, "head_dim": 6}
    grouped = {"head_count": 4, "key_value_head_count": 2, "head_dim": 6}
    wide, narrow = (BATCH, TIME, 3 * 24), (BATCH, TIME, (4 + 2 * 2) * 6)
    rotated = {"base": 10000.0, "first_position": 0}
    return [
        Case("attention/mha", lambda input: attention(input, 4, 4, 6), {"input": wide}, attributes=many),
        Case("attention/gqa", lambda input: attention(input, 4, 2, 6), {"input": narrow}, attributes=grouped),
        Case(
            "attention/mha_window",
            lambda input: attention(input, 4, 4, 6, window=3),
            {"input": wide},
            attributes=many | {"window": 3},
        ),
        Case(
            "attention/gqa_window",
            lambda input: attention(input, 4, 2, 6, window=3),
            {"input": narrow},
            attributes=grouped | {"window": 3},
        ),
        Case(
            "attention/gqa_rope",
            lambda input: attention(input, 4, 2, 6, base=10000.0),
            {"input": narrow},
            attributes=grouped | rotated,
        ),
        Case(
            "attention/gqa_qk_norm_rope",
            lambda input, query_norm, key_norm: attention(
                input, 4, 2, 6, query_norm=query_norm, key_norm=key_norm, base=10000.0
            ),
            {"input": narrow, "query_norm": (6,), "key_norm": (6,)},
            attributes=grouped | rotated | {"epsilon": 1e-6},
        ),
    ]


def reduction_cases():
    shape = {"input": (3, 5, 7)}
    cases = []
    for name, function in {"mean": torch.mean, "sum": torch.sum, "max": torch.amax}.items():
        for axis in range(3):
            cases.append(
                Case(
                    f"{name}/axis_{axis}",
                    lambda input, f=function, a=axis: f(input, dim=a),
                    shape,
                    attributes={"axis": axis, "keeps_axis": False},
                )
            )
        cases.append(Case(f"{name}/all", lambda input, f=function: f(input, dim=(0, 1, 2)), shape))
    return cases


def shape_cases():
    cases = []
    for axis in range(3):
        first, second = [3, 4, 5], [3, 4, 5]
        second[axis] = 2
        cases.append(
            Case(
                f"concat/axis_{axis}",
                lambda input_0, input_1, a=axis: torch.cat((input_0, input_1), a),
                {"input_0": tuple(first), "input_1": tuple(second)},
                attributes={"axis": axis},
            )
        )
    for axis in range(3):
        cases.append(
            Case(
                f"slice/axis_{axis}",
                lambda input, a=axis: input.narrow(a, 1, 2),
                {"input": (4, 5, 6)},
                attributes={"axis": axis, "start": 1, "end": 3},
            )
        )
    return cases


def shaped_function_cases():
    functions = {
        "softplus/plain": F.softplus,
        "abs/plain": torch.abs,
        "leaky_relu/slope": lambda input: F.leaky_relu(input, 0.2),
        "elu/alpha": lambda input: F.elu(input, 1.5),
        "selu/plain": F.selu,
        "hardtanh/plain": F.hardtanh,
        "clamp/range": lambda input: input.clamp(-0.5, 1.25),
    }
    return [Case(name, function, {"input": (BATCH, TIME, 11)}) for name, function in functions.items()]


# MARK: running


def make_op_tensors(seed: int) -> tuple[dict[str, torch.Tensor], dict]:
    """Returns the tensors of ops.safetensors and, for the manifest, each case's attributes."""
    return make_tensors(all_cases(), seed)


# MARK: checks


def check_against_transformers(seed: int) -> None:
    """Stops if our formulas for norms, rotary positions or attention differ from those of transformers."""
    generator = generator_for("check_against_transformers", seed)
    heads, kv_heads, head_dim, base, window = 4, 2, 6, 10000.0, 3
    packed = torch.randn(BATCH, TIME, (heads + 2 * kv_heads) * head_dim, generator=generator).double()
    query_norm, key_norm = (1 + 0.3 * torch.randn(2, head_dim, generator=generator)).double()
    config = modeling_qwen3.Qwen3Config(
        hidden_size=heads * head_dim,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head_dim,
        rope_parameters={"rope_type": "default", "rope_theta": base},
        num_hidden_layers=1,
        vocab_size=8,
        intermediate_size=8,
    )

    distances = torch.arange(TIME)
    mask_function = sliding_window_causal_mask_function(window)
    visible = mask_function(0, 0, distances[:, None], distances[None, :])
    masks = {None: torch.ones(TIME, TIME).tril().bool(), window: visible}

    with Float64Only():

        def normalized(values, weight):
            layer = modeling_qwen3.Qwen3RMSNorm(head_dim, eps=1e-6).double()
            layer.weight.data = weight
            return layer(values)

        def split(values, count):
            return values.reshape(BATCH, TIME, count, head_dim).transpose(1, 2)

        query, key, value = packed.split([heads * head_dim, kv_heads * head_dim, kv_heads * head_dim], dim=-1)
        query, key, value = split(query, heads), split(key, kv_heads), split(value, kv_heads)
        rotary = modeling_qwen3.Qwen3RotaryEmbedding(config)
        cos, sin = rotary(packed, torch.arange(TIME)[None])
        assert cos.dtype == torch.float64
        normed = normalized(query, query_norm), normalized(key, key_norm)
        module = torch.nn.Module()
        module.num_key_value_groups = heads // kv_heads
        for window_size, mask in masks.items():
            for use_norm in (False, True):
                q, k = normed if use_norm else (query, key)
                q, k = modeling_llama.apply_rotary_pos_emb(q, k, cos, sin)
                bias = torch.zeros(TIME, TIME).double().masked_fill(~mask, torch.finfo(torch.double).min)
                theirs, _ = modeling_llama.eager_attention_forward(
                    module, q, k, value, bias[None, None], head_dim**-0.5
                )
                norms = {"query_norm": query_norm, "key_norm": key_norm} if use_norm else {}
                ours = attention(packed, heads, kv_heads, head_dim, window=window_size, base=base, **norms)
                difference = (ours - theirs.reshape(ours.shape)).abs().max().item()
                assert difference < 1e-13, f"attention differs from transformers by {difference}"
