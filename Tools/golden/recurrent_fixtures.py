"""Recurrent layers of torch.nn on small sequences: outputs, last states, and the gradient of everything."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from writer import generator_for, rounded

BATCH, TIME, INPUTS, HIDDEN = 3, 5, 4, 6
LENGTHS = [5, 2, 3]
KINDS = {
    "rnn_tanh": (nn.RNN, {"nonlinearity": "tanh"}),
    "rnn_relu": (nn.RNN, {"nonlinearity": "relu"}),
    "gru": (nn.GRU, {}),
    "lstm": (nn.LSTM, {}),
}
# name: layers, both directions, bias, initial states, padding.
CASES = {
    "plain": (1, False, True, False, False),
    "no_bias": (1, False, False, True, False),
    "stacked": (2, False, True, True, False),
    "bidirectional": (2, True, True, True, False),
    "padded": (2, True, True, True, True),
    "padded_from_zero": (1, True, True, False, True),
}


def make_case(kind: str, case: str, seed: int) -> dict[str, torch.Tensor]:
    layers, both, bias, has_states, padded = CASES[case]
    generator = generator_for(f"recurrent/{kind}/{case}", seed)

    def random(*shape):
        return (0.5 * torch.randn(shape, generator=generator)).double()

    make, options = KINDS[kind]
    module = make(
        INPUTS, HIDDEN, layers, bias=bias, batch_first=True, bidirectional=both, dtype=torch.float64, **options
    )
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(random(*parameter.shape))
    parts = {"input": random(BATCH, TIME, INPUTS)}
    if has_states:
        names = ["initial_hidden", "initial_cell"] if kind == "lstm" else ["initial_hidden"]
        parts |= {name: random(layers * (1 + both), BATCH, HIDDEN) for name in names}
    for tensor in parts.values():
        tensor.requires_grad_()
    states = [parts[name] for name in ("initial_hidden", "initial_cell") if name in parts]
    initial = None if not states else tuple(states) if kind == "lstm" else states[0]
    if padded:
        packed = pack_padded_sequence(parts["input"], LENGTHS, batch_first=True, enforce_sorted=False)
        output, last = module(packed, initial)
        output, _ = pad_packed_sequence(output, batch_first=True)
    else:
        output, last = module(parts["input"], initial)
    results = {"output": output}
    results |= dict(zip(("hidden", "cell"), last)) if kind == "lstm" else {"hidden": last}
    cotangents = {name: random(*tensor.shape) for name, tensor in results.items()}
    parts |= dict(module.named_parameters())
    gradients = torch.autograd.grad(list(results.values()), list(parts.values()), list(cotangents.values()))
    tensors = parts | results
    tensors |= {f"cotangent_{name}": tensor for name, tensor in cotangents.items()}
    tensors |= {f"grad_{name}": gradient for name, gradient in zip(parts, gradients)}
    return {f"{kind}/{case}/{name}": rounded(tensor) for name, tensor in tensors.items()}


def make_recurrent_tensors(seed: int) -> dict[str, torch.Tensor]:
    return {
        name: tensor
        for kind in KINDS
        for case in CASES
        for name, tensor in make_case(kind, case, seed).items()
    }
