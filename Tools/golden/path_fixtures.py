"""Ten steps of each optimizer of the textbooks, each gradient taken where the step before has led.

`rosenbrock`: (1 − x)² + 100·(y − x²)² from (−1.2, 1). `network`: cross-entropy of a tanh layer and a linear one on
sixteen examples. Weight decay, where a case has it, is on all parameters of two or more axes.
"""

import torch
import torch.nn.functional as F

from writer import generator_for, rounded

STEPS = 10
DECAY = 0.1
optim = torch.optim
# name: the optimizer, its options, its rate on the Rosenbrock function and on the network, weight decay or not.
CASES = {
    "gradient_descent": (optim.SGD, {}, 1e-3, 0.5, False),
    "gradient_descent_decay": (optim.SGD, {}, 1e-3, 0.5, True),
    "momentum": (optim.SGD, {"momentum": 0.9, "dampening": 0}, 2e-4, 0.2, False),
    "momentum_decay": (optim.SGD, {"momentum": 0.9, "dampening": 0}, 2e-4, 0.2, True),
    "nesterov": (optim.SGD, {"momentum": 0.9, "nesterov": True}, 2e-4, 0.2, False),
    "nesterov_decay": (optim.SGD, {"momentum": 0.9, "nesterov": True}, 2e-4, 0.2, True),
    "adagrad": (optim.Adagrad, {}, 0.1, 0.05, False),
    "adagrad_decay": (optim.Adagrad, {}, 0.1, 0.05, True),
    "adadelta": (optim.Adadelta, {}, 1.0, 1.0, False),
    "adadelta_decay": (optim.Adadelta, {}, 1.0, 1.0, True),
    "rmsprop": (optim.RMSprop, {}, 0.01, 0.01, False),
    "rmsprop_momentum": (optim.RMSprop, {"momentum": 0.9}, 0.003, 0.003, False),
    "rmsprop_decay": (optim.RMSprop, {}, 0.01, 0.01, True),
    "adam": (optim.Adam, {"betas": (0.9, 0.999)}, 0.05, 0.02, False),
    "adam_decay": (optim.Adam, {"betas": (0.9, 0.999)}, 0.05, 0.02, True),
    "adamw_decay": (optim.AdamW, {"betas": (0.9, 0.999)}, 0.05, 0.02, True),
    "adamax": (optim.Adamax, {"betas": (0.9, 0.999)}, 0.05, 0.02, False),
    "adamax_decay": (optim.Adamax, {"betas": (0.9, 0.999)}, 0.05, 0.02, True),
    "nadam": (optim.NAdam, {"betas": (0.9, 0.999)}, 0.05, 0.02, False),
    "nadam_decay": (optim.NAdam, {"betas": (0.9, 0.999)}, 0.05, 0.02, True),
}


def rosenbrock(parameters):
    x, y = parameters["x"], parameters["y"]
    return ((1 - x) ** 2 + 100 * (y - x**2) ** 2).sum()


def make_network(seed):
    """Start, inputs and classes, which float32 holds exactly; and the loss."""
    generator = generator_for("paths/network", seed)
    shapes = {"w1": (8, 5), "b1": (8,), "w2": (3, 8), "b2": (3,)}
    start = {name: (0.5 * torch.randn(shape, generator=generator)).double() for name, shape in shapes.items()}
    examples = torch.randn(16, 5, generator=generator).double()
    classes = torch.randint(3, (16,), generator=generator)

    def loss(p):
        hidden = torch.tanh(F.linear(examples, p["w1"], p["b1"]))
        return F.cross_entropy(F.linear(hidden, p["w2"], p["b2"]), classes)

    return start, {"input": examples, "targets": classes}, loss


def make_path_tensors(seed: int) -> dict[str, torch.Tensor]:
    start, data, loss = make_network(seed)
    point = {"x": torch.tensor([-1.2]).double(), "y": torch.tensor([1.0]).double()}
    tensors = {f"network/{name}": tensor for name, tensor in {**start, **data}.items()}
    tensors |= {f"rosenbrock/{name}": tensor for name, tensor in point.items()}
    for case, (make, options, *rates, decays) in CASES.items():
        for (problem, first, function), rate in zip(
            (("rosenbrock", point, rosenbrock), ("network", start, loss)), rates
        ):
            if problem == "rosenbrock" and decays:
                continue
            parameters = {name: value.clone().requires_grad_() for name, value in first.items()}
            groups = [
                {"params": [p], "weight_decay": DECAY if decays and p.dim() >= 2 else 0.0}
                for p in parameters.values()
            ]
            optimizer = make(groups, lr=rate, foreach=False, **options)
            path = {name: [] for name in parameters}
            for _ in range(STEPS):
                optimizer.zero_grad()
                function(parameters).backward()
                optimizer.step()
                for name, p in parameters.items():
                    path[name].append(p.detach().clone())
            tensors |= {f"{problem}/{case}/{name}": torch.stack(steps) for name, steps in path.items()}
    return {name: rounded(tensor) for name, tensor in tensors.items()}
