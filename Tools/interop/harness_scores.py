"""The log-likelihoods of lm-evaluation-harness, computed plainly: one ending at a time, with all of its context.

`encode` is a function from text to ids without special tokens. Source: lm_eval/api/model.py (`_encode_pair`),
lm_eval/models/huggingface.py (`_loglikelihood_tokens`).
"""

from collections.abc import Callable

import torch


def encode_pair(
    encode: Callable[[str], list[int]], context: str, continuation: str, prefix: int | None, bos: bool = False
) -> tuple[list[int], list[int]]:
    """The ids of the context, and what the ids of both together have beyond them."""
    stripped = context.rstrip()
    continuation = context[len(stripped) :] + continuation
    ids = encode(stripped)
    following = encode(stripped + continuation)[len(ids) :]
    if bos or not ids:
        assert prefix is not None, "there is no token to begin with"
        ids = [prefix] + ids
    return ids, following


def token_log_probabilities(
    model: torch.nn.Module, context: list[int], continuation: list[int], max_length: int
) -> tuple[torch.Tensor, bool]:
    """ln p of each id of the continuation, and whether each is the likeliest; the left end of a long input is cut off."""
    inputs = (context + continuation)[-(max_length + 1) :][:-1]
    assert continuation and len(continuation) <= max_length
    with torch.no_grad():
        logits = model(torch.tensor([inputs]), use_cache=False).logits[0, -len(continuation) :]
    wanted = torch.tensor(continuation)
    chosen = logits.log_softmax(-1).gather(1, wanted[:, None])[:, 0]
    return chosen, bool((logits.argmax(-1) == wanted).all())


def predictions(endings: list[str], log_likelihoods: list[float], tokens: list[int]) -> dict[str, int]:
    """The answer by each metric: the first ending with the greatest number."""
    lengths = {
        "acc": [1] * len(endings),
        "acc_norm": [len(text) for text in endings],
        "acc_bytes": [len(text.encode()) for text in endings],
        "acc_tokens": tokens,
    }
    result = {}
    for name, divisors in lengths.items():
        numbers = [value / divisor for value, divisor in zip(log_likelihoods, divisors)]
        result[name] = numbers.index(max(numbers))
    return result


def mean_and_error(values: list[float]) -> tuple[float, float]:
    """The mean and its standard error, with n − 1 as in lm_eval/api/metrics.py."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, (variance / len(values)) ** 0.5
