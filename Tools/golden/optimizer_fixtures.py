"""Ten steps of each optimizer on the same parameters and gradients.

`torch.optim` in float64 where it has the optimizer. Lion it has not; its Muon orthogonalizes in bfloat16: these
two are written here from their publications.
"""

import math

import torch

from writer import generator_for, rounded

STEPS = 10
# name: shape, whether the matrix is stored [in, out].
PARAMETERS = {
    "wide": ((17, 33), False),
    "tall": ((40, 9), False),
    "conv1d": ((9, 20), True),
    "vector": ((33,), False),
    "scalar": ((1,), False),
}
DECAY = 0.1


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, arXiv:2302.06675, algorithm 2."""

    def __init__(self, groups, lr, betas, weight_decay=0.0):
        super().__init__(groups, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = torch.sign(beta1 * m + (1 - beta1) * p.grad)
                p -= group["lr"] * (update + group["weight_decay"] * p)
                m.copy_(beta2 * m + (1 - beta2) * p.grad)


class Muon(torch.optim.Optimizer):
    """Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/; groups have `is_input_major`."""

    def __init__(self, groups, lr, momentum, weight_decay=0.0):
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @staticmethod
    def orthogonalize(matrix):
        a, b, c = 3.4445, -4.7750, 2.0315
        x = matrix.mT if matrix.size(0) > matrix.size(1) else matrix
        x = x / x.norm().clamp(min=1e-7)
        for _ in range(5):
            gram = x @ x.mT
            x = a * x + (b * gram + c * gram @ gram) @ x
        return x.mT if matrix.size(0) > matrix.size(1) else x

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                buffer = self.state[p].setdefault("buffer", torch.zeros_like(p))
                buffer.mul_(group["momentum"]).add_(p.grad)
                update = self.orthogonalize(p.grad + group["momentum"] * buffer)
                outputs, inputs = reversed(p.shape) if group["is_input_major"] else p.shape
                p *= 1 - group["lr"] * group["weight_decay"]
                p -= group["lr"] * math.sqrt(max(1, outputs / inputs)) * update


class Together:
    """Several optimizers that step as one."""

    def __init__(self, *optimizers):
        self.optimizers = optimizers
        self.param_groups = [group for optimizer in optimizers for group in optimizer.param_groups]

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()


def make_muon(parameters, groups, lr):
    matrices = [
        {"params": [p], "is_input_major": PARAMETERS[name][1], "weight_decay": DECAY}
        for name, p in parameters.items()
        if p.dim() == 2
    ]
    others = [p for p in parameters.values() if p.dim() < 2]
    # A rate of its own, in a fixed ratio: 20 times that of the others.
    muon = Muon(matrices, lr=20 * lr, momentum=0.95)
    adamw = torch.optim.AdamW(others, lr=lr, betas=(0.9, 0.95), weight_decay=0.0, foreach=False)
    return Together(muon, adamw)


optim = torch.optim
# name: makes the optimizer from parameters by name, groups with their decay, and the rate.
CASES = {
    "adamw": lambda _, groups, lr: optim.AdamW(groups, lr=lr, betas=(0.9, 0.95), foreach=False),
    "adam": lambda _, groups, lr: optim.Adam(groups, lr=lr, betas=(0.9, 0.95), foreach=False),
    "muon": make_muon,
    "lion": lambda _, groups, lr: Lion(groups, lr=lr, betas=(0.9, 0.99)),
    "sgd": lambda _, groups, lr: optim.SGD(groups, lr=lr, foreach=False),
    "sgd_momentum": lambda _, groups, lr: optim.SGD(groups, lr=lr, momentum=0.9, foreach=False),
    "sgd_nesterov": lambda _, groups, lr: optim.SGD(
        groups, lr=lr, momentum=0.9, nesterov=True, foreach=False
    ),
    "rmsprop": lambda _, groups, lr: optim.RMSprop(groups, lr=lr, foreach=False),
    "rmsprop_momentum": lambda _, groups, lr: optim.RMSprop(groups, lr=lr, momentum=0.9, foreach=False),
    "adagrad": lambda _, groups, lr: optim.Adagrad(groups, lr=lr, foreach=False),
    "adadelta": lambda _, groups, lr: optim.Adadelta(groups, lr=lr, foreach=False),
}


def make_optimizer_tensors(seed: int) -> dict[str, torch.Tensor]:
    rates = [0.01 * (1 + step) / STEPS for step in range(STEPS)]
    tensors = {"rates": torch.tensor(rates, dtype=torch.float64)}
    start, gradients = {}, {}
    for name, (shape, _) in PARAMETERS.items():
        generator = generator_for("optimizer/" + name, seed)
        start[name] = torch.randn(shape, generator=generator).double()
        gradients[name] = torch.randn((STEPS, *shape), generator=generator).double()
        tensors[f"start/{name}"] = start[name]
        tensors[f"gradients/{name}"] = gradients[name]
    for case, make in CASES.items():
        parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
        groups = [
            {"params": [p for p in parameters.values() if p.dim() >= 2], "weight_decay": DECAY},
            {"params": [p for p in parameters.values() if p.dim() < 2], "weight_decay": 0.0},
        ]
        optimizer = make(parameters, groups, 1.0)
        peaks = [group["lr"] for group in optimizer.param_groups]
        for step in range(STEPS):
            for name, p in parameters.items():
                p.grad = gradients[name][step].clone()
            for group, peak in zip(optimizer.param_groups, peaks):
                group["lr"] = peak * rates[step]
            optimizer.step()
        for name, p in parameters.items():
            tensors[f"{case}/{name}"] = p
    return {name: rounded(tensor) for name, tensor in tensors.items()}
