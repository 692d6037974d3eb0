"""From scores to attention: which slots a pattern reads from and writes to."""

from __future__ import annotations

import torch
from torch import Tensor


def top_k(scores: Tensor, slots: int) -> Tensor:
    """Return the softmax over the `slots` largest scores, and zero elsewhere.

    Parameters
    ----------
    scores : Tensor, shape (..., N)
    slots : int
        All are left where there are no more.
    """
    if slots >= scores.shape[-1]:
        return torch.softmax(scores, -1)
    values, places = scores.topk(slots, -1)
    return torch.zeros_like(scores).scatter(-1, places, torch.softmax(values, -1))


def sparsemax(scores: Tensor) -> Tensor:
    """Return the point of the simplex that is nearest to the scores.

    Martins & Astudillo 2016, arXiv:1602.02068, algorithm 1: a = max(s - tau, 0) with tau such that
    a sums to one, so that small scores give exact zeros.

    Parameters
    ----------
    scores : Tensor, shape (..., N)
    """
    ordered = scores.sort(-1, descending=True).values
    count = torch.arange(1, scores.shape[-1] + 1, device=scores.device, dtype=scores.dtype)
    total = ordered.cumsum(-1) - 1
    supported = (count * ordered > total).sum(-1, keepdim=True)
    threshold = total.gather(-1, supported - 1) / supported
    return (scores - threshold).clamp(min=0)


def entropy(attention: Tensor) -> Tensor:
    """Return the entropy over the last axis, in nats; its gradient is finite at exact zeros.

    Parameters
    ----------
    attention : Tensor, shape (..., N)
    """
    safe = torch.where(attention > 0, attention, torch.ones_like(attention))
    return -(safe * safe.log()).sum(-1)


def effective_slots(attention: Tensor) -> Tensor:
    """Return 1 / sum a^2 over the last axis: N where attention is uniform, 1 where it is sharp.

    Parameters
    ----------
    attention : Tensor, shape (..., N)
    """
    return 1 / attention.square().sum(-1)
