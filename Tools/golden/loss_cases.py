"""The losses of regression and classification, as PyTorch has them."""

import torch
import torch.nn.functional as F

from cases import Case
from writer import generator_for

BATCH, TIME = 2, 7


def classic_loss_cases():
    pair = {"input": (BATCH, TIME, 11), "target": (BATCH, TIME, 11)}
    rows = {"input": (BATCH * TIME, 13)}
    generator = generator_for("classic_losses", 1)
    answers = torch.randint(2, (BATCH, TIME, 11), generator=generator)
    labels = 2 * answers - 1
    classes = torch.randint(13, (BATCH * TIME,), generator=generator)
    some_ignored = classes.clone()
    some_ignored[3] = some_ignored[9] = -100
    weights = torch.arange(1, 14).double() / 4

    def weighted(smoothing):
        def function(input, targets):
            return F.cross_entropy(input, targets, weights, label_smoothing=smoothing)

        return function

    return [
        Case("half_squared_error/sum", lambda input, target: F.mse_loss(input, target, reduction="sum") / 2, pair),
        Case("absolute_error/mean", F.l1_loss, pair),
        Case("huber/delta", lambda input, target: F.huber_loss(input, target, delta=0.7), pair),
        Case("smooth_l1/beta", lambda input, target: F.smooth_l1_loss(input, target, beta=0.7), pair),
        Case(
            "binary_cross_entropy/plain",
            lambda input, targets: F.binary_cross_entropy_with_logits(input, targets.double()),
            {"input": pair["input"]},
            {"targets": answers},
        ),
        Case(
            "binary_cross_entropy/positive_weight",
            lambda input, targets: F.binary_cross_entropy_with_logits(
                input, targets.double(), pos_weight=torch.tensor(2.5).double()
            ),
            {"input": pair["input"]},
            {"targets": answers},
        ),
        Case(
            "logistic/plain",
            lambda input, targets: F.soft_margin_loss(input, targets.double()),
            {"input": pair["input"]},
            {"targets": labels},
        ),
        Case(
            "hinge/margin",
            lambda input, targets: (0.8 - targets * input).clamp(min=0).mean(),
            {"input": pair["input"]},
            {"targets": labels},
        ),
        Case(
            "multiclass_hinge/margin",
            lambda input, targets: F.multi_margin_loss(input, targets, margin=0.8),
            rows,
            {"targets": classes},
        ),
        Case(
            "kl_divergence/batchmean",
            lambda input, targets: F.kl_div(
                input.log_softmax(-1), F.one_hot(targets, 13) * 0.75 + 0.25 / 13, reduction="batchmean"
            ),
            rows,
            {"targets": classes},
        ),
        Case("cross_entropy/class_weights", weighted(0.0), rows, {"targets": classes}),
        Case("cross_entropy/class_weights_ignored", weighted(0.0), rows, {"targets": some_ignored}),
        Case("cross_entropy/class_weights_smoothing", weighted(0.1), rows, {"targets": some_ignored}),
    ]
