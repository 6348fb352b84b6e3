"""What a golden case is, and the tensors it becomes: inputs, output, a random cotangent and the gradient of every
floating input."""

from dataclasses import dataclass, field
from typing import Callable

import torch

from writer import generator_for, rounded


@dataclass
class Case:
    """`shapes` gives the random float inputs by name; `integers` the integer ones, by value."""

    name: str
    function: Callable
    shapes: dict[str, tuple[int, ...]]
    integers: dict[str, torch.Tensor] = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)
    positive: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()


def make_inputs(case: Case, seed: int) -> dict[str, torch.Tensor]:
    """Random inputs that float32 holds exactly, widened to float64. Norm weights are spread around 1."""
    generator = generator_for(case.name, seed)
    inputs = {}
    for name, shape in case.shapes.items():
        values = torch.randn(shape, generator=generator)
        if name in case.weights:
            values = values * 0.3
        elif "norm" in case.name and name in ("weight", "query_norm", "key_norm"):
            values = 1 + 0.3 * values
        elif name in case.positive:
            values = values.abs() + 0.05
        inputs[name] = values.double().requires_grad_()
    return inputs


def make_tensors(all_cases: list[Case], seed: int) -> tuple[dict[str, torch.Tensor], dict]:
    """Inputs, output, cotangent and gradients of each case as OP/CASE/NAME, and each case's attributes."""
    tensors, cases = {}, {}
    for case in all_cases:
        assert case.name not in cases, f"two cases are called {case.name}"
        inputs = make_inputs(case, seed)
        output = case.function(**inputs, **case.integers)
        generator = generator_for(case.name + "/cotangent", seed)
        cotangent = torch.randn(output.shape, generator=generator).double()
        gradients = torch.autograd.grad(output, list(inputs.values()), cotangent)
        parts = {**inputs, **case.integers, "output": output, "cotangent": cotangent}
        parts |= {f"grad_{name}": gradient for name, gradient in zip(inputs, gradients)}
        tensors |= {f"{case.name}/{name}": rounded(value) for name, value in parts.items()}
        cases[case.name] = case.attributes
    return tensors, cases
