"""Running transformers' models in true float64.

`model.double()` alone is not enough: the Llama and Qwen3 code casts to float32 inside its norms, its softmax
and its rotary embedding, whatever the type of the weights, so "float64" logits would carry float32 rounding.
`Float64Only` is a PyTorch function mode that turns each of those requests for float32 into one for float64.
"""

import torch
from torch.overrides import TorchFunctionMode
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS


class Float64Only(TorchFunctionMode):
    """Within this mode every call that names float32 gets float64 instead."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is torch.Tensor.float:
            function = torch.Tensor.double
        args = tuple(_widen(value) for value in args)
        kwargs = {name: _widen(value) for name, value in kwargs.items()}
        return function(*args, **kwargs)


def _widen(value):
    # Compared by identity: `==` on a tensor argument would be a computation.
    return torch.float64 if value is torch.float32 else value


def to_float64(model):
    """Widens a model's parameters (exactly) and recomputes its rotary frequencies in float64."""
    model = model.double()
    rotary = getattr(model.model, "rotary_emb", None) if hasattr(model, "model") else None
    if rotary is not None:
        compute = ROPE_INIT_FUNCTIONS.get(rotary.rope_type, rotary.compute_default_rope_parameters)
        with Float64Only():
            frequencies, scale = compute(model.config)
        assert frequencies.dtype == torch.float64 and scale == rotary.attention_scaling
        rotary.inv_freq = rotary.original_inv_freq = frequencies
    return model
